// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/source/source.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "clickhouse/source.hpp"
#include "duckdb/source.hpp"
#include "mariadb/source.hpp"
#include "postgres/source.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"
#include "sqlite/source.hpp"
#include "url.hpp"

namespace reportctl::source {
namespace {

[[noreturn]] void refuse(const SourceSettings& settings, std::string_view why) {
  throw Error(ErrorKind::config, fmt::format("source {}: {}", settings.name, why),
              "write the url like " + join(rows::dialect_phrases(&rows::DialectRules::url_example), " or "));
}

struct SqliteUrl {
  std::string path;
  std::string problem;
};
/// `sqlite:/srv/a%20b.db`, `sqlite:///srv/shop.db`, or a path relative to the working directory.
SqliteUrl parse_sqlite_url(std::string_view rest) {
  if (rest.starts_with("//") && !rest.starts_with("///")) return {{}, "the url names a host, but SQLite is a local file"};
  if (const std::size_t query = rest.find('?');
      query != std::string_view::npos && rest.find('=', query) != std::string_view::npos)
    return {{}, "the url has parameters, and SQLite takes none (a ? in the name of the file is written %3F)"};
  const auto path = percent_decoded(rest);
  if (!path) return {{}, "the url has a % that is not followed by two hex digits (a % itself is %25)"};
  if (path->empty()) return {{}, "the url names no file"};
  return {*path, {}};
}

struct SchemeOf {
  std::optional<rows::Dialect> dialect;
  std::string_view rest;  ///< behind the colon
};
SchemeOf scheme_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  if (colon == std::string_view::npos) return {};
  return {rows::dialect_of_scheme(to_lower(url.substr(0, colon))), url.substr(colon + 1)};
}

/// Whoever can change the file of authorities can pose as any server. The library itself reports a file that is missing.
ServerUrl with_trusted_authority(ServerUrl url) {
  const auto* const file = url.find("sslrootcert");
  if (file != nullptr && ::access(file->c_str(), F_OK) == 0) require_trusted(*file, ErrorKind::config);
  return url;
}

}  // namespace

std::string url_problem(std::string_view url) {
  const SchemeOf scheme = scheme_of(url);
  if (!scheme.dialect)
    return fmt::format("the url must be {}, with the password in password_file (not repeated here: it may hold a password)",
                       join(rows::dialect_phrases(&rows::DialectRules::url_form), " or "));
  switch (*scheme.dialect) {
    case rows::Dialect::sqlite:
      return parse_sqlite_url(scheme.rest).problem;
    case rows::Dialect::duckdb:
      return parse_duckdb_url(scheme.rest).problem;
    case rows::Dialect::mariadb:
      return parse_mariadb_url(url).problem;
    case rows::Dialect::clickhouse:
      return parse_clickhouse_url(url).problem;
    case rows::Dialect::postgresql:
      break;
  }
  return parse_postgres_url(url).problem;
}

bool keeps(rows::Dialect dialect, const rows::InstantKindFacts& facts) {
  switch (dialect) {
    case rows::Dialect::sqlite:
      return facts.sqlite;
    case rows::Dialect::postgresql:
    case rows::Dialect::duckdb:
    case rows::Dialect::mariadb:
      return facts.postgresql;
    case rows::Dialect::clickhouse:  // a DateTime is always a moment
      return facts.postgresql && facts.kind != rows::InstantKind::timestamp;
  }
  return false;
}

std::string instants_problem(const SourceSettings& settings) {
  const auto& rules = rules_of(*scheme_of(settings.url).dialect);
  for (const auto& [name, form] : settings.instants) {
    const auto& facts = form.facts();
    if (!keeps(rules.dialect, facts)) return fmt::format("{} is not how {} keeps instants", facts.name, rules.label.text);
    if (name == kUsual && form.kind == rows::InstantKind::day)
      return "a day is not an instant; declare it for a table or a column";
  }
  return {};
}

std::unique_ptr<Source> open_source(const SourceSettings& settings) {
  if (const std::string problem = url_problem(settings.url); !problem.empty()) refuse(settings, problem);
  const SchemeOf scheme = scheme_of(settings.url);
  if (const std::string problem = instants_problem(settings); !problem.empty())
    throw Error(ErrorKind::config, fmt::format("source {}: {}", settings.name, problem), "see instants in reportctl.conf(5)");
  rows::SourceForms forms(*scheme.dialect);
  forms.declared = settings.instants;
  forms.words = settings.words;
  forms.views = settings.views;
  forms.single_tenant = settings.single_tenant;
  forms.currencies = settings.currencies;
  if (const auto usual = forms.declared.extract(kUsual)) forms.usual = usual.mapped();
  forms.booleans = settings.booleans;
  if (const auto usual = forms.booleans.extract(kUsual)) forms.usual_boolean = usual.mapped();
  switch (*scheme.dialect) {
    case rows::Dialect::postgresql:
      return open_postgres({settings.name, with_trusted_authority(parse_postgres_url(settings.url)), settings.password,
                            settings.statement_timeout, std::move(forms), settings.silence_timeout});
    case rows::Dialect::duckdb:
      return open_duckdb({settings.name, parse_duckdb_url(scheme.rest), settings.library, settings.statement_timeout,
                          std::move(forms), settings.silence_timeout});
    case rows::Dialect::mariadb:
      return open_mariadb({settings.name, with_trusted_authority(parse_mariadb_url(settings.url)), settings.password,
                           settings.statement_timeout, std::move(forms), settings.silence_timeout});
    case rows::Dialect::clickhouse:
      return open_clickhouse({settings.name, with_trusted_authority(parse_clickhouse_url(settings.url)), settings.password,
                              settings.statement_timeout, std::move(forms), settings.silence_timeout});
    case rows::Dialect::sqlite:
      break;
  }
  // Absolute, so that SQLite never takes it for one of its special names (`:memory:`, `file:…`).
  std::error_code error;
  const auto file = std::filesystem::absolute(parse_sqlite_url(scheme.rest).path, error);
  if (error) refuse(settings, fmt::format("the working directory is unknown: {}", error.message()));
  return open_sqlite(
      {settings.name, file.lexically_normal(), settings.statement_timeout, std::move(forms), settings.silence_timeout});
}

}  // namespace reportctl::source
