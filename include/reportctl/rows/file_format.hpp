// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::rows {

/// Whom the files of a format serve. Documents have a title, a summary and a chart; what is for programs is not mailed.
enum class Audience { everyone, people, programs };

/// All that differs between formats, except how they are written (`render`).
struct FileFormat {
  std::string_view name;   ///< canonical
  std::string_view alias;  ///< what people write too; empty: nothing
  std::string_view extension;
  std::string_view media_type;
  Audience audience;
  bool binary;  ///< not for a terminal
};

inline constexpr std::array kFileFormats{
    FileFormat{"csv", "", "csv", "text/csv; charset=utf-8", Audience::everyone, false},
    FileFormat{"xlsx", "excel", "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Audience::people,
               true},
    FileFormat{"pdf", "", "pdf", "application/pdf", Audience::people, true},
    FileFormat{"json", "", "json", "application/json", Audience::programs, false},
    FileFormat{"jsonl", "", "jsonl", "application/jsonl", Audience::programs, false},
};

/// Of a canonical name. Error(failed), with the list, for any other.
const FileFormat& file_format(std::string_view name);
/// The canonical name of what people write (`excel`, `CSV`, …).
std::optional<std::string> canonical_format(std::string_view written);
/// Every canonical name.
const std::vector<std::string>& format_names();

}  // namespace reportctl::rows
