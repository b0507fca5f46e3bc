// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "binds.hpp"
#include "config_keys.hpp"
#include "exit_codes.hpp"
#include "options.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/query.hpp"
#include "reportctl/source/source.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::cli {

namespace {

struct SourceOptions {
  std::vector<std::string> names;
  bool all = false;
};

int list_sources(Session& session) {
  Listing listing;
  listing.headings = {{"Name"}, {"Url", Align::left, true}, {"Timeout", Align::right}};
  listing.empty = "no sources are configured; add one under sources: in reportctl.yaml (reportctl.conf.5)";
  for (const auto& [name, source] : session.config().settings.sources) {
    listing.rows.push_back({{name}, {source.url}, {duration_text(source.statement_timeout.count())}});
    listing.records.push_back(
        {{"name", name}, {"url", source.url}, {"statement_timeout_seconds", source.statement_timeout.count()}});
  }
  session.out().list(listing);
  return 0;
}

/// Values of the right kind for a statement that is only prepared.
catalog::QueryInputs sample_inputs(const catalog::Report& report, Instant now) {
  catalog::QueryInputs inputs;
  inputs.account_key = "0";
  if (!report.scopes.empty() && !report.scopes.contains(schedule::ScopeKind::account))
    inputs.scope = {*report.scopes.begin(), "0"};
  inputs.window.from = inputs.window.to = now;
  inputs.timezone = "UTC";
  return inputs;
}

/// The first reason why the source cannot serve the report; empty when it can.
std::string why_stopped(source::Source& source, const catalog::Report& report, Instant now) {
  for (const auto& [variant, shape] : report.shapes) {
    catalog::QueryInputs inputs = sample_inputs(report, now);
    if (!variant.empty()) inputs.parameters[report.variant_parameter] = {variant};
    try {
      source.prepare(catalog::build_query(report, inputs, source.dialect()));
      for (const catalog::Parameter& parameter : report.parameters)
        if (!parameter.choices.empty()) source.prepare(catalog::build_choices_query(report, parameter, inputs, source.dialect()));
    } catch (const Error& error) {  // what does not fit is the answer, not a failure
      return error.what();
    }
  }
  return {};
}

/// Reports that schedules take from a source.
std::set<std::pair<std::string, std::string>> reports_in_use(Session& session) {
  std::set<std::pair<std::string, std::string>> in_use;
  std::error_code ignored;
  if (!std::filesystem::exists(session.config().settings.state, ignored)) return in_use;
  std::map<std::string, std::string> source_of;
  for (const access::Account& account : store::list_accounts(session.state())) source_of[account.id] = account.source;
  for (const auto& schedule : store::list_schedules(session.state(), {std::nullopt, std::nullopt, true}))
    in_use.insert({source_of[schedule.definition.account], schedule.definition.report});
  return in_use;
}

int check_sources(Session& session, const SourceOptions& options) {
  const auto& sources = session.config().settings.sources;
  std::vector<std::string> names = options.names;
  if (names.empty())
    for (const auto& [name, source] : sources) names.push_back(name);
  const auto in_use = reports_in_use(session);
  Listing listing;
  listing.headings = {{"Source"}, {"Report"}, {"Status"}, {"Scheduled"}, {"Why", Align::left, true}};
  listing.empty = "no sources are configured; add one under sources: in reportctl.yaml (reportctl.conf.5)";
  int code = exit_code::kDone;
  std::size_t left_out = 0;
  const auto put = [&](const std::string& name, const std::string& report, const std::string& why) {
    const bool scheduled = in_use.contains({name, report});
    const bool bad = !why.empty() && (scheduled || report.empty());
    if (bad) code = exit_code::kSource;
    listing.records.push_back(
        {{"source", name}, {"report", report}, {"ok", why.empty()}, {"scheduled", scheduled}, {"why", why}});
    if (!why.empty() && !bad && !options.all && session.out().format() == Format::table) {
      ++left_out;
      return;
    }
    const Tone tone = why.empty() ? Tone::good : bad ? Tone::bad : Tone::dim;
    listing.rows.push_back({{name},
                            {report.empty() ? "–" : report},
                            {why.empty() ? "ok" : "stopped", tone},
                            {scheduled ? "yes" : "no"},
                            {why, bad ? tone : Tone::none}});
  };
  for (const std::string& name : names) {
    const auto configured = sources.find(name);
    if (configured == sources.end()) {
      std::vector<std::string> known;
      for (const auto& [other, source] : sources) known.push_back(other);
      throw Error(ErrorKind::not_found, fmt::format("no source \"{}\"{}", name, did_you_mean(name, known)),
                  "see reportctl source list");
    }
    std::unique_ptr<source::Source> source;
    try {
      source = source::open_source(configured->second);
      source->tables();
    } catch (const Error& error) {  // the other sources are checked all the same
      put(name, "", error.what());
      continue;
    }
    for (const catalog::Report* report : session.catalog().all())
      if (!report->hidden) put(name, report->id, why_stopped(*source, *report, session.now()));
  }
  session.out().list(listing);
  if (left_out > 0 && !session.out().quiet())
    session.out().text(fmt::format("\n{}; --all shows why.\n",
                                   left_out == 1
                                       ? std::string("1 other report is not scheduled and finds no data there")
                                       : fmt::format("{} other reports are not scheduled and find no data there", left_out)));
  return code;
}

}  // namespace

void bind_source(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"source", "",
                                         "reportctl source list\n"
                                         "reportctl source check\n"
                                         "reportctl source check shop --all"});
  {
    CLI::App& verb = add_verb(command, {"list", "the configured sources",
                                        "reportctl source list\n"
                                        "reportctl source list --json"});
    when_chosen(verb, session, [&session] { return list_sources(session); });
  }
  {
    const auto options = std::make_shared<SourceOptions>();
    CLI::App& verb = add_verb(command, {"check", "which reports can a source serve, and what do the others miss",
                                        "reportctl source check\n"
                                        "reportctl source check shop --all\n"
                                        "reportctl source check --json | jq '.[] | select(.ok | not)'"});
    verb.add_option("NAME", options->names, "only these sources");
    verb.add_flag("--all", options->all, "reports too that nobody scheduled and the source does not serve");
    when_chosen(verb, session, [&session, options] { return check_sources(session, *options); });
  }
}

}  // namespace reportctl::cli
