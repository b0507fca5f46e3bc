// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/file_format.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::rows {

const FileFormat& file_format(std::string_view name) {
  for (const FileFormat& format : kFileFormats)
    if (format.name == name) return format;
  throw Error(ErrorKind::failed,
              fmt::format("there is no format \"{}\"{}", visible(repair_utf8(name)), did_you_mean(name, format_names())),
              fmt::format("choose one of: {}", join(format_names(), ", ")));
}

std::optional<std::string> canonical_format(std::string_view written) {
  const std::string word = to_lower(written);
  if (word.empty()) return std::nullopt;
  for (const FileFormat& format : kFileFormats)
    if (word == format.name || word == format.alias) return std::string(format.name);
  return std::nullopt;
}

const std::vector<std::string>& format_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const FileFormat& format : kFileFormats) names.emplace_back(format.name);
    return names;
  }();
  return kNames;
}

}  // namespace reportctl::rows
