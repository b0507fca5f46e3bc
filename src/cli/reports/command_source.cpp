// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "binds.hpp"
#include "report_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/contract.hpp"
#include "reportctl/run/source_needs.hpp"
#include "reportctl/run/source_values.hpp"
#include "reportctl/source/source.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"
#include "source_keys.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

struct SourceOptions {
  std::vector<std::string> names;
  bool all = false;
};

int list_sources(Session& session) {
  Listing listing;
  listing.columns = {{"name"}, {"url", "URL", Align::left, Show::cut}, {"statement_timeout_seconds", "TIMEOUT", Align::right}};
  listing.empty = "no sources are configured; add one under sources: in reportctl.yaml (reportctl.conf.5)";
  for (const auto& [name, source] : session.config().settings.sources) {
    listing.rows.push_back({{name}, {source.url}, {duration_text(source.statement_timeout.count())}});
    listing.records.push_back(
        {{"name", name}, {"url", source.url}, {"statement_timeout_seconds", source.statement_timeout.count()}});
  }
  session.out().list(listing);
  return 0;
}

/// Reports that schedules take from a source.
std::set<std::pair<std::string, std::string>> reports_in_use(Session& session) {
  std::set<std::pair<std::string, std::string>> in_use;
  if (!has_state(session)) return in_use;
  std::map<std::string, std::string> source_of;
  for (const access::Account& account : store::list_accounts(session.state())) source_of[account.id] = account.source;
  for (const auto& schedule : store::list_schedules(session.state(), {std::nullopt, std::nullopt, true}))
    for (auto& report : schedule::reports_of(schedule.definition))
      in_use.insert({source_of[schedule.definition.account], std::move(report)});
  return in_use;
}

int list_contract(Session& session, const std::string& family) {
  Listing listing;
  listing.columns = {{"family"}, {"table"}, {"columns", "COLUMNS", Align::left, Show::cut}};
  listing.empty = "no report of that family is compiled in; see reportctl catalog list";
  for (const catalog::ContractTable& table : catalog::source_contract()) {
    if (!family.empty() && table.family != family) continue;
    const std::vector<std::string> columns(table.columns.begin(), table.columns.end());
    listing.rows.push_back({{std::string(table.family)}, {std::string(table.name)}, {join(columns, ", ")}});
    listing.records.push_back({{"family", table.family}, {"table", table.name}, {"columns", columns}});
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int check_sources(Session& session, const SourceOptions& options) {
  // What it finds may be anybody's values.
  if (has_state(session)) access::require(session.actor(), access::Action::administer, "", {});
  const auto& sources = session.config().settings.sources;
  std::vector<std::string> names = options.names;
  if (names.empty())
    for (const auto& [name, source] : sources) names.push_back(name);
  const auto in_use = reports_in_use(session);
  Listing listing;
  listing.columns = {{"source"}, {"report"}, {"ok", "STATUS"}, {"scheduled"}, {"why", "WHY", Align::left, Show::cut}};
  listing.findings = true;
  listing.empty = "no sources are configured; add one under sources: in reportctl.yaml (reportctl.conf.5)";
  int code = warn_of_broken_modules(session.catalog()) == 0 ? exit_code::kDone : exit_code::kInvalid;
  std::string next;  ///< what to do about sources that cannot be read
  std::set<std::string> served;
  std::map<std::string, std::vector<std::vector<Field>>> unserved;  ///< rows of reports that nobody schedules, by report
  const auto put = [&](const std::string& name, const std::string& report, const run::Stopped& stopped) {
    const std::string& why = stopped.why;
    const bool scheduled = in_use.contains({name, report});
    const bool bad = !why.empty() && (scheduled || report.empty());
    if (bad) code = exit_code::kSource;
    listing.records.push_back({{"source", name},
                               {"report", report},
                               {"ok", why.empty()},
                               {"scheduled", scheduled},
                               {"why", why},
                               {"missing", stopped.missing}});
    if (why.empty()) served.insert(report);
    const Tone tone = why.empty() ? Tone::good : bad ? Tone::bad : Tone::dim;
    std::vector<Field> row{{name},
                           {report.empty() ? "–" : report},
                           {why.empty() ? "ok" : "stopped", tone},
                           {scheduled ? "yes" : "no"},
                           {why, bad ? tone : Tone::none}};
    // Tables that are not there say nothing; tables that are there and do not fit are what the check is for.
    const bool absent = !stopped.missing.empty() && !bad && !options.all;
    if (absent && session.out().format() == Format::table)
      unserved[report].push_back(std::move(row));
    else
      listing.rows.push_back(std::move(row));
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
    std::unique_ptr<source::Source> looker;  // a look that takes longer tells nothing, and the run has its own time
    constexpr std::chrono::seconds kLongestLook{5};
    std::vector<source::TableInfo> tables;
    try {
      source = source::open_source(configured->second);
      source::SourceSettings brief = configured->second;
      brief.statement_timeout = std::min(brief.statement_timeout, kLongestLook);
      looker = source::open_source(brief);
      tables = source->tables();
      for (const std::string& problem : source->problems()) put(name, "", {{}, problem});
      if (const std::string problem = catalog::scope_columns_problem(source->forms()); !problem.empty())
        put(name, "", {{}, problem});
      for (const std::string& warning : source->warnings()) log(LogLevel::warning, fmt::format("source {}: {}", name, warning));
    } catch (const Error& error) {  // the other sources are checked all the same
      put(name, "", {{}, error.what()});
      if (!error.hint().empty()) next += fmt::format("\nsource {}: {}\n", name, error.hint());
      continue;
    }
    run::SourceValues values(*looker, key_in(session, name), session.now());
    for (const bool own : {true, false}) {  // an operator's own reports first
      for (const catalog::Report* report : session.catalog().all()) {
        if ((report->hidden && !report->is_list) || own == (report->origin == catalog::kBuiltIn)) continue;
        run::Stopped stopped = run::why_stopped(*source, *report, tables, session.now());
        if (stopped.why.empty()) stopped.why = values.why_wrong(*report);
        put(name, report->id, stopped);
      }
    }
  }
  // An operator's own report is meant for one of the sources: where none serves it, all say why.
  std::size_t left_out = 0;
  for (const auto& [id, rows] : unserved) {
    const catalog::Report* report = session.catalog().find(id);
    if (report != nullptr && report->origin != catalog::kBuiltIn && !served.contains(id))
      listing.rows.insert(listing.rows.begin(), rows.begin(), rows.end());
    else
      left_out += rows.size();
  }
  if (listing.rows.empty() && left_out > 0)
    listing.empty = fmt::format("{} can be read; no schedule takes a report from {}, and no report finds its data there",
                                join(names, ", "), names.size() == 1 ? "it" : "them");
  session.out().list(listing);
  if (session.out().format() == Format::table && !session.out().quiet()) session.out().text(next);
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
  {
    const auto family = std::make_shared<std::string>();
    CLI::App& verb = add_verb(command, {"contract", "the tables and columns that the compiled-in reports read",
                                        "reportctl source contract --family fleet\n"
                                        "reportctl source contract --json"});
    verb.add_option("--family", *family, "only this family")->type_name("NAME");
    when_chosen(verb, session, [&session, family] { return list_contract(session, *family); });
  }
}

}  // namespace reportctl::cli
