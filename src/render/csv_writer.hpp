// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "reportctl/render/writer.hpp"

namespace reportctl::render {

/// RFC 4180 in the dialect of the spec, quotes only where needed, and texts guarded against spreadsheets that would run them.
/// Numbers never are. Error(failed) for a delimiter that is none.
std::unique_ptr<Writer> make_csv_writer(const Spec&, Sink&);

}  // namespace reportctl::render
