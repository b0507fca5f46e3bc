// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/source_needs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/contract.hpp"
#include "reportctl/catalog/query.hpp"
#include "reportctl/catalog/sites.hpp"
#include "source_samples.hpp"

namespace reportctl::run {
namespace {

void prepare_all(source::Source& source, const catalog::Report& report, Instant now) {
  for (const catalog::QueryInputs& inputs : sample_inputs(report, "0", now)) {
    if (!inputs.scope.site.empty()) source.prepare(catalog::build_sites_query("0", inputs.scope, source.forms()));
    source.prepare(catalog::build_query(report, inputs, source.forms()));
    if (!report.ready.empty()) source.prepare(catalog::build_ready_query(report, inputs, source.forms()));
    for (const catalog::Parameter& parameter : report.parameters)
      if (!parameter.choices.empty()) source.prepare(catalog::build_choices_query(report, parameter, inputs, source.forms()));
  }
}

std::vector<std::string> as_strings(const std::vector<std::string_view>& words) { return {words.begin(), words.end()}; }

std::vector<std::string> missing_of(const source::Source& source, const catalog::Report& report,
                                    const std::vector<source::TableInfo>& tables) {
  std::vector<std::string> missing;
  for (catalog::ContractTable needed : catalog::tables_of(report)) {
    if (const auto own = source.forms().scope_columns.find(needed.name); own != source.forms().scope_columns.end())
      needed.columns.insert(needed.columns.end(), own->second.begin(), own->second.end());
    const auto found = std::find_if(tables.begin(), tables.end(),
                                    [&](const source::TableInfo& table) { return to_lower(table.name) == needed.name; });
    if (source.forms().views.contains(std::string(needed.name))) continue;  // whose columns the database's own words name
    if (found == tables.end()) {
      missing.push_back(fmt::format("table {} ({})", needed.name, join(as_strings(needed.columns), ", ")));
      continue;
    }
    for (const std::string_view column : needed.columns) {
      const bool there = std::any_of(found->columns.begin(), found->columns.end(),
                                     [&](const std::string& name) { return to_lower(name) == column; });
      if (!there) missing.push_back(fmt::format("{}.{}", needed.name, column));
    }
  }
  return missing;
}

}  // namespace

source::Described columns_in(source::Source& source, const catalog::Report& report, const std::string& account_key, Instant now) {
  catalog::QueryInputs inputs = sample_inputs(report, account_key, now).front();
  source::Described recent = source.describe(catalog::build_query(report, inputs, source.forms()));
  if (recent.by_values) return recent;
  inputs.window.from = std::chrono::sys_days{std::chrono::year{1} / 1 / 1};  // data of any age tell
  return source.describe(catalog::build_query(report, inputs, source.forms()));
}

Stopped why_stopped(source::Source& source, const catalog::Report& report, const std::vector<source::TableInfo>& tables,
                    Instant now) {
  try {
    prepare_all(source, report, now);
    return {};
  } catch (const Error& error) {  // what does not fit is the answer, not a failure
    Stopped stopped{.missing = missing_of(source, report, tables), .why = error.what()};
    const bool leads_here = error.hint().find("source check") != std::string::npos;
    if (!stopped.missing.empty())
      stopped.why = "missing: " + join(stopped.missing, "; ");
    else if (!error.hint().empty() && !leads_here)
      stopped.why += "; " + error.hint();
    return stopped;
  }
}

}  // namespace reportctl::run
