// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb/duckdb_url.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"
#include "url.hpp"

namespace reportctl::source {
namespace {

/// 256MB, 1.5GB.
bool is_size(std::string_view text) {
  const std::size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string_view::npos) return false;
  const std::string unit = to_lower(text.substr(digits));
  return unit == "mb" || unit == "gb" || unit == "mib" || unit == "gib";
}

std::string put(DuckdbUrl& url, std::string_view name, std::string value) {
  if (name == "parquet") {
    const std::size_t star = value.find('*');
    if (!value.starts_with('/') || star == std::string::npos)
      return "parquet in the url must be an absolute path with a * for the name of the table, like /srv/facts/*.parquet";
    url.parquet = std::move(value);
  } else if (name == "memory_limit") {
    if (!is_size(value)) return "memory_limit in the url must be a size such as 256MB or 1GB";
    url.memory_limit = std::move(value);
  } else if (name == "threads") {
    const auto number = parse_integer(value);
    if (!number || *number < 1 || *number > 256) return "threads in the url must be a number from 1 to 256";
    url.threads = std::move(value);
  } else {
    return "the url has a parameter that DuckDB sources do not take; known: parquet, memory_limit, threads";
  }
  return {};
}

}  // namespace

DuckdbUrl parse_duckdb_url(std::string_view rest) {
  DuckdbUrl url;
  const auto refused = [&](std::string why) {
    url.problem = std::move(why);
    return url;
  };
  constexpr const char* kBadEscape = "the url has a % that is not followed by two hex digits (a % itself is %25)";
  if (rest.starts_with("//") && !rest.starts_with("///")) return refused("the url names a host, but DuckDB reads local files");
  const std::size_t query = rest.find('?');
  const auto path = percent_decoded(rest.substr(0, query));
  if (!path) return refused(kBadEscape);
  url.path = *path;
  if (query != std::string_view::npos) {
    for (const std::string& pair : split(rest.substr(query + 1), '&')) {
      const std::size_t equals = pair.find('=');
      if (equals == std::string::npos) return refused("the url has a parameter without =");
      const auto value = percent_decoded(std::string_view(pair).substr(equals + 1));
      if (!value) return refused(kBadEscape);
      if (std::string why = put(url, std::string_view(pair).substr(0, equals), *value); !why.empty())
        return refused(std::move(why));
    }
  }
  if (url.path.empty() == url.parquet.empty())
    return refused("the url names either a database, like duckdb:/srv/facts.duckdb, or duckdb:?parquet=/srv/facts/*.parquet");
  if (!url.path.empty() && !url.path.starts_with('/')) return refused("must be duckdb:/PATH, with an absolute path");
  return url;
}

}  // namespace reportctl::source
