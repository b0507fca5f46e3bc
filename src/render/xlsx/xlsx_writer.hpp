// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "reportctl/render/writer.hpp"

namespace reportctl::render {

/// An Excel workbook: a sheet Summary, and the rows on Data, Data 2, … The bytes reach the sink in finish(); until then they are
/// in nameless files in the spool directory, together of the size of the result.
std::unique_ptr<Writer> make_xlsx_writer(const Spec&, Sink&);

}  // namespace reportctl::render
