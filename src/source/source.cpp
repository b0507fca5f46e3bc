// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/source/source.hpp"

#include <fmt/format.h>

#include <charconv>

#include "reportctl/base/text.hpp"
#include "sqlite_source.hpp"

namespace reportctl::source {
namespace {

[[noreturn]] void refuse(const SourceSettings& settings, std::string_view why) {
  throw Error(ErrorKind::config, fmt::format("source {}: {}", settings.name, why), "write the url like sqlite:/srv/shop/shop.db");
}

/// nullopt for a % without two hex digits, and for a NUL.
std::optional<std::string> percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      unsigned char byte = 0;
      const char* const digits = text.data() + i + 1;
      if (text.size() - i < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
      c = static_cast<char>(byte);
      i += 2;
    }
    if (c == '\0') return std::nullopt;
    out += c;
  }
  return out;
}

/// `sqlite:/srv/a%20b.db`, `sqlite:///srv/shop.db`, or a path relative to the working directory.
std::filesystem::path sqlite_file(const SourceSettings& settings, std::string_view rest) {
  if (rest.starts_with("//") && !rest.starts_with("///")) refuse(settings, "the url names a host, but SQLite is a local file");
  const auto path = percent_decoded(rest);
  if (!path) refuse(settings, "the url has a % that is not followed by two hex digits (a % itself is %25)");
  if (path->empty()) refuse(settings, "the url names no file");
  // Absolute, so that SQLite never takes it for one of its special names (`:memory:`, `file:…`).
  std::error_code error;
  auto file = std::filesystem::absolute(*path, error);
  if (error) refuse(settings, fmt::format("the working directory is unknown: {}", error.message()));
  return file.lexically_normal();
}

}  // namespace

std::unique_ptr<Source> open_source(const SourceSettings& settings) {
  const std::size_t colon = settings.url.find(':');
  if (colon == std::string::npos) refuse(settings, "the url has no scheme");
  const std::string scheme = to_lower(std::string_view(settings.url).substr(0, colon));
  if (scheme == "sqlite")
    return open_sqlite(
        {settings.name, sqlite_file(settings, std::string_view(settings.url).substr(colon + 1)), settings.statement_timeout});
  const std::string schemes[] = {"sqlite"};
  refuse(settings,
         fmt::format("there is no source of the kind \"{}\"{}", visible(repair_utf8(scheme)), did_you_mean(scheme, schemes)));
}

}  // namespace reportctl::source
