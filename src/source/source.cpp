// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/source/source.hpp"

#include <fmt/format.h>

#include "postgres_source.hpp"
#include "reportctl/base/text.hpp"
#include "sqlite_source.hpp"
#include "url.hpp"

namespace reportctl::source {
namespace {

[[noreturn]] void refuse(const SourceSettings& settings, std::string_view why) {
  throw Error(ErrorKind::config, fmt::format("source {}: {}", settings.name, why),
              "write the url like sqlite:/srv/shop/shop.db or postgresql://reports@db.example.com/shop");
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

std::string postgres_url_problem(std::string_view url) { return parse_postgres_url(url).problem; }

std::unique_ptr<Source> open_source(const SourceSettings& settings) {
  const std::size_t colon = settings.url.find(':');
  if (colon == std::string::npos) refuse(settings, "the url has no scheme");
  const std::string scheme = to_lower(std::string_view(settings.url).substr(0, colon));
  if (scheme == "sqlite")
    return open_sqlite(
        {settings.name, sqlite_file(settings, std::string_view(settings.url).substr(colon + 1)), settings.statement_timeout});
  if (is_postgres_scheme(scheme)) {
    PostgresUrl url = parse_postgres_url(settings.url);
    if (!url.problem.empty()) refuse(settings, url.problem);
    return open_postgres({settings.name, std::move(url), settings.password, settings.statement_timeout});
  }
  const std::string schemes[] = {"postgresql", "sqlite"};
  refuse(settings,
         fmt::format("there is no source of the kind \"{}\"{}", visible(repair_utf8(scheme)), did_you_mean(scheme, schemes)));
}

}  // namespace reportctl::source
