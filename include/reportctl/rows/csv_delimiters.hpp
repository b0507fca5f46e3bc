// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <string_view>

namespace reportctl::rows {

struct CsvDelimiter {
  char sign;
  std::string_view name;
};

/// All that may separate the fields of a CSV file.
inline constexpr std::array kCsvDelimiters = {CsvDelimiter{',', "comma"}, CsvDelimiter{';', "semicolon"},
                                              CsvDelimiter{'\t', "tab"}, CsvDelimiter{'|', "pipe"}};

}  // namespace reportctl::rows
