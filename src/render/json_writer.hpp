// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "reportctl/render/writer.hpp"

namespace reportctl::render {

/// An array of objects, one a line, and the same as JSON Lines. Keys are column names. Numbers are written digit by digit and
/// never pass through a double: money in major units with all of its digits, percent as 12.34. Instants are RFC 3339 in the
/// report's zone, dates and durations text as in CSV.
std::unique_ptr<Writer> make_json_writer(const Spec&, Sink&);
std::unique_ptr<Writer> make_json_lines_writer(const Spec&, Sink&);

}  // namespace reportctl::render
