// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "reportctl/render/writer.hpp"

namespace reportctl::render {

/// An Excel workbook: the rows on Report, Report 2, …, and a sheet Summary. The bytes reach the sink in finish(); until then they
/// are in nameless files in the spool directory, together of the size of the result.
std::unique_ptr<Writer> make_xlsx_writer(const Spec&, Sink&);

}  // namespace reportctl::render
