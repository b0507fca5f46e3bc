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

struct CsvPreset {
  std::string_view name;
  std::string_view delimiter;
  std::string_view decimal;
  bool bom;
  bool guard;
};

/// For whom a CSV file is. Spreadsheets of these languages have a decimal comma, and a semicolon between fields.
inline constexpr std::array kCsvPresets = {
    CsvPreset{"excel", "comma", "point", true, true},        CsvPreset{"excel-de", "semicolon", "comma", true, true},
    CsvPreset{"excel-es", "semicolon", "comma", true, true}, CsvPreset{"excel-fr", "semicolon", "comma", true, true},
    CsvPreset{"excel-it", "semicolon", "comma", true, true}, CsvPreset{"excel-nl", "semicolon", "comma", true, true},
    CsvPreset{"excel-pl", "semicolon", "comma", true, true}, CsvPreset{"excel-pt", "semicolon", "comma", true, true},
    CsvPreset{"programs", "comma", "point", false, false}};

}  // namespace reportctl::rows
