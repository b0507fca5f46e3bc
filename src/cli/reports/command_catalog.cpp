// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "binds.hpp"
#include "catalog_drafts.hpp"
#include "catalog_scopes.hpp"
#include "report_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/run/sites.hpp"
#include "reportctl/store/accounts.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/help.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

using catalog::Report;

struct CatalogOptions {
  std::string report;
  std::string parameter;
  std::optional<std::string> account;
  std::string scope = "account";
  std::string family;
  std::size_t limit = 1000;
  std::vector<std::string> files;
};

/// The accounts in which the actor looks for reports; none where nothing is set up yet.
std::vector<access::Account> accounts_of(Session& session, const std::optional<std::string>& named) {
  if (named) return {session.account(named)};
  std::vector<access::Account> accounts;
  try {
    for (access::Account& account : store::list_accounts(session.state()))
      if (manage::sees(session.actor(), account.id)) accounts.push_back(std::move(account));
  } catch (const Error&) {
    return {};  // the catalog can be read without a state file
  }
  return accounts;
}

/// Why none of these accounts has the report for the actor; empty: one has it, or nobody knows.
std::string why_unavailable(Session& session, const Report& report, const std::vector<access::Account>& accounts) {
  if (report.hidden) return "hidden: " + report.hidden_reason;
  if (accounts.empty()) return {};
  const auto is_open = [&](const access::Account& account) {
    return catalog::report_allows(report, manage::roles_anywhere(session.actor(), account));
  };
  const auto has_feature = [&](const access::Account& account) {
    return report.feature.empty() || account.features.contains(report.feature);
  };
  if (std::any_of(accounts.begin(), accounts.end(), [&](const auto& one) { return is_open(one) && has_feature(one); })) return {};
  if (std::any_of(accounts.begin(), accounts.end(), is_open))
    return fmt::format("needs the feature {}, which {}", report.feature,
                       accounts.size() == 1 ? fmt::format("account {} does not have", accounts.front().id)
                                            : std::string("none of the accounts has"));
  return fmt::format("for the role {}", fmt::join(report.roles, " or "));
}

int list_reports(Session& session, const CatalogOptions& options) {
  const auto accounts = accounts_of(session, options.account);
  Listing listing;
  listing.columns = {{"id", "REPORT"},
                     {"label", "LABEL", Align::left, Show::cut},
                     {"scopes", "SCOPE"},
                     {"formats", "FORMATS", Align::left, Show::text, 1},
                     {"unavailable", "NOT AVAILABLE", Align::left, Show::long_text}};
  listing.empty = "no report of that family; see reportctl catalog list";
  for (const Report* report : session.catalog().all()) {
    if (!options.family.empty() && report->family != options.family) continue;
    const std::string why = why_unavailable(session, *report, accounts);
    const Tone tone = why.empty() ? Tone::none : Tone::dim;
    std::string formats = join(report->formats, " ");
    if (!report->formats_on_demand.empty()) formats += fmt::format(" ({})", join(report->formats_on_demand, " "));
    listing.rows.push_back(
        {{report->id, tone}, {report->label, tone}, {scope_words(*report), tone}, {formats, tone}, {why, tone}});
    auto record = to_json(*report);
    record["unavailable"] = nullptr;
    if (!why.empty()) record["unavailable"] = why;
    listing.records.push_back(std::move(record));
  }
  session.out().list(listing);
  warn_of_broken_modules(session.catalog());
  return 0;
}

Listing parameter_table(const Report& report) {
  Listing table;
  table.columns = {{"name"}, {"type"}, {"required"}, {"values", "VALUES", Align::left, Show::cut}};
  for (const catalog::Parameter& parameter : report.parameters) {
    table.rows.push_back({{parameter.name},
                          {std::string(catalog::parameter_type_name(parameter.type))},
                          {parameter.required ? "yes" : "no"},
                          {value_words(report, parameter)}});
  }
  return table;
}

Listing column_table(const catalog::Shape& shape) {
  Listing table;
  table.columns = {{"name"}, {"label", "LABEL", Align::left, Show::cut}, {"type"}};
  for (const rows::Column& column : shape.columns) table.rows.push_back({{column.name}, {column.label}, {column_words(column)}});
  return table;
}

int show(Session& session, const CatalogOptions& options) {
  const Report& report = session.catalog().get(options.report);
  session.out().sheet({sheet_lines(report), to_json(report)});
  session.out().table("Parameters", parameter_table(report));
  for (const auto& [variant, shape] : report.shapes)
    session.out().table(variant.empty() ? "Columns" : fmt::format("Columns with {}={}", report.variant_parameter, variant),
                        column_table(shape));
  if (session.out().format() == Format::table && !report.hidden) {
    session.out().text("\nExamples\n");
    for (const std::string& example : example_commands(report)) session.out().text(example_text(example));
  }
  return 0;
}

int choices(Session& session, const CatalogOptions& options) {
  const Report& report = session.catalog().get(options.report);
  const catalog::Parameter* parameter = report.parameter(options.parameter);
  if (parameter == nullptr) {
    std::vector<std::string> names;
    for (const auto& candidate : report.parameters) names.push_back(candidate.name);
    throw Error(ErrorKind::not_found,
                fmt::format("{} has no parameter \"{}\"{}", report.id, options.parameter, did_you_mean(options.parameter, names)),
                names.empty() ? "it has none" : "it has: " + join(names, ", "));
  }
  const auto scope = schedule::Scope::parse(options.scope);
  if (!scope)
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is not a scope", options.scope), "write account, depot:ID or workspace:ID");
  Listing listing;
  listing.columns = {{"id"}, {"name", "NAME", Align::left, Show::cut}};
  listing.empty = parameter->choices.empty() ? "any value of its type will do" : "there is none in this scope";
  std::vector<run::Choice> found;
  if (!parameter->choices.empty()) {
    const access::Account account = session.account(options.account);
    access::require(session.actor(), access::Action::run, account.id, *scope);
    require_report(session.editor(), report.id, account.id, *scope);
    if (!scope->site.empty() && !run::find_site(session.parts(), account, *scope))
      manage::refuse(fmt::format("{} has no choices there", parameter->name), {run::unknown_site(account, *scope)});
    found = run::list_choices(session.parts(), report, *parameter, account, *scope, options.limit);
  } else {
    for (const std::string& value : parameter->values) found.push_back({value, value});
  }
  for (const run::Choice& choice : found) {
    listing.rows.push_back({{choice.id}, {choice.name}});
    listing.records.push_back({{"id", choice.id}, {"name", choice.name}});
  }
  session.out().list(listing);
  return 0;
}

std::vector<std::filesystem::path> paths_of(const std::vector<std::string>& files) {
  std::vector<std::filesystem::path> paths;
  for (const std::string& file : files) paths.emplace_back(file == "-" ? "/dev/stdin" : file);
  return paths;
}

int lint(Session& session, const CatalogOptions& options) {
  Listing listing;
  listing.columns = {{"file"}, {"line", "LINE", Align::right}, {"column", "COLUMN", Align::right}, {"message", "PROBLEM"}};
  int code = exit_code::kDone;
  for (const yaml::Problem& problem : session.catalog().lint(paths_of(options.files))) {
    listing.rows.push_back({{problem.file},
                            {fmt::format("{}", problem.line)},
                            {fmt::format("{}", problem.column)},
                            {(problem.warning ? "warning: " : "") + problem.message, problem.warning ? Tone::none : Tone::bad}});
    listing.records.push_back({{"file", problem.file},
                               {"line", problem.line},
                               {"column", problem.column},
                               {"message", problem.message},
                               {"warning", problem.warning}});
    if (!problem.warning) code = exit_code::kInvalid;
  }
  listing.empty = options.files.size() == 1 ? "the module is sound" : "all modules are sound";
  session.out().list(listing);
  return code;
}

}  // namespace

void bind_catalog(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"catalog", "",
                                         "reportctl catalog list\n"
                                         "reportctl catalog show orders-export\n"
                                         "reportctl catalog lint /etc/reportctl/catalog.d/returns.yaml"});
  {
    const auto options = std::make_shared<CatalogOptions>();
    CLI::App& verb = add_verb(command, {"list", "all reports",
                                        "reportctl catalog list\n"
                                        "reportctl catalog list --family fleet\n"
                                        "reportctl catalog list --json | jq -r '.[].id'"});
    verb.add_option("--family", options->family, "only this family")->type_name("NAME");
    add_account_option(verb, options->account);
    when_chosen(verb, session, [&session, options] { return list_reports(session, *options); });
  }
  {
    const auto options = std::make_shared<CatalogOptions>();
    CLI::App& verb = add_verb(command, {"show", "one report: every rule, parameter and column",
                                        "reportctl catalog show sales\n"
                                        "reportctl catalog show ORDERS_EXPORT --json"});
    verb.add_option("REPORT", options->report, "id or alias")->required();
    when_chosen(verb, session, [&session, options] { return show(session, *options); });
  }
  {
    const auto options = std::make_shared<CatalogOptions>();
    CLI::App& verb = add_verb(command, {"choices", "what a parameter can be",
                                        "reportctl catalog choices orders-export mode\n"
                                        "reportctl catalog choices sensor-reads sensors --account acme --scope depot:north"});
    verb.add_option("REPORT", options->report, "id or alias")->required();
    verb.add_option("PARAMETER", options->parameter, "its name")->required();
    add_account_option(verb, options->account);
    verb.add_option("--scope", options->scope, "account, depot:ID or workspace:ID")->type_name("SCOPE");
    verb.add_option("--limit", options->limit, "show at most N; default: 1000")->type_name("N");
    when_chosen(verb, session, [&session, options] { return choices(session, *options); });
  }
  bind_catalog_scopes(command, session);
  bind_catalog_drafts(command, session);
  {
    const auto options = std::make_shared<CatalogOptions>();
    CLI::App& verb = add_verb(command, {"lint", "check report modules; exit code 7 when one is broken",
                                        "reportctl catalog lint returns.yaml\n"
                                        "reportctl catalog lint /etc/reportctl/catalog.d/*.yaml --json"});
    verb.add_option("FILE", options->files, "report modules, YAML (reportctl-module.5)")->required();
    when_chosen(verb, session, [&session, options] { return lint(session, *options); });
  }
}

}  // namespace reportctl::cli
