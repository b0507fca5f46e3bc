// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/schedule/part_list.hpp"

namespace reportctl::manage {

constexpr std::uint64_t kLargestRowsFile = 8U << 20U;

/// Reads the rows of a CSV file (RFC 4180, UTF-8), of which the first line names the columns, separated by commas, semicolons or
/// tabs. Returns what is wrong with it, by line.
std::vector<std::string> read_rows_file(std::string_view text, schedule::PartList::Rows&);

}  // namespace reportctl::manage
