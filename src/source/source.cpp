// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/source/source.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

const Engine& engine_of(rows::Dialect dialect) {
  switch (dialect) {
    case rows::Dialect::sqlite:
      return kSqliteEngine;
    case rows::Dialect::postgresql:
      return kPostgresEngine;
    case rows::Dialect::duckdb:
      return kDuckdbEngine;
    case rows::Dialect::mariadb:
      return kMariadbEngine;
    case rows::Dialect::clickhouse:
      return kClickhouseEngine;
  }
  return kSqliteEngine;
}

std::optional<rows::Dialect> dialect_of(std::string_view url) {
  const std::size_t colon = url.find(':');
  return colon == std::string_view::npos ? std::nullopt : rows::dialect_of_scheme(to_lower(url.substr(0, colon)));
}

}  // namespace

void EngineSettings::fail(const Problem& problem) const {
  throw_if_stopped();
  throw Error(ErrorKind::source, fmt::format("source {}: {}", name, problem.what), problem.hint);
}

void EngineSettings::fail_late() const {
  fail({fmt::format("the query took longer than {} s", timeout.count()),
        "raise the source's statement_timeout (silence_timeout ends what hangs), or choose a shorter window"});
}

bool keeps_typed_instants(const rows::InstantKindFacts& facts) { return facts.postgresql; }

std::string url_problem(std::string_view url) {
  const auto dialect = dialect_of(url);
  return dialect
             ? engine_of(*dialect).url_problem(url)
             : fmt::format("the url must be {}, with the password in password_file (not repeated here: it may hold a password)",
                           join(rows::dialect_phrases(&rows::DialectRules::url_form), " or "));
}

std::string instants_problem(const SourceSettings& settings) {
  const auto& rules = rules_of(*dialect_of(settings.url));
  for (const auto& [name, form] : settings.instants) {
    const auto& facts = form.facts();
    if (!engine_of(rules.dialect).keeps(facts))
      return fmt::format("{} is not how {} keeps instants", facts.name, rules.label.text);
    if (name == kUsual && form.kind == rows::InstantKind::day)
      return "a day is not an instant; declare it for a table or a column";
  }
  return {};
}

std::unique_ptr<Source> open_source(const SourceSettings& settings) {
  if (const std::string problem = url_problem(settings.url); !problem.empty())
    throw Error(ErrorKind::config, fmt::format("source {}: {}", settings.name, problem),
                "write the url like " + join(rows::dialect_phrases(&rows::DialectRules::url_example), " or "));
  if (const std::string problem = instants_problem(settings); !problem.empty())
    throw Error(ErrorKind::config, fmt::format("source {}: {}", settings.name, problem), "see instants in reportctl.conf(5)");
  const rows::Dialect dialect = *dialect_of(settings.url);
  rows::SourceForms forms(dialect);
  forms.declared = settings.instants;
  forms.words = settings.words;
  forms.views = settings.views;
  forms.single_tenant = settings.single_tenant;
  forms.currencies = settings.currencies;
  forms.scope_columns = settings.scope_columns;
  if (const auto usual = forms.declared.extract(kUsual)) forms.usual = usual.mapped();
  forms.booleans = settings.booleans;
  if (const auto usual = forms.booleans.extract(kUsual)) forms.usual_boolean = usual.mapped();
  return engine_of(dialect).open(settings,
                                 {settings.name, std::move(forms), settings.statement_timeout, settings.silence_timeout});
}

}  // namespace reportctl::source
