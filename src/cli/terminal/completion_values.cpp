// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "completion_values.hpp"

#include <set>

#include "reportctl/base/text.hpp"
#include "reportctl/base/zone_names.hpp"
#include "reportctl/catalog/figure.hpp"
#include "reportctl/manage/export_access.hpp"
#include "reportctl/manage/sites.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/calendars.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::cli {
namespace {

constexpr std::size_t kMostChoices = 1000;

std::vector<std::string> account_ids(Session& session) {
  std::vector<std::string> ids;
  for (const access::Account& account : store::list_accounts(session.state()))
    if (access::may(session.actor(), access::Action::view, account.id, {})) ids.push_back(account.id);
  return ids;
}

std::vector<std::string> schedule_names(Session& session) {
  std::vector<std::string> names;
  for (const auto& schedule : visible_schedules(session.viewer(), {})) names.push_back(schedule.definition.name);
  return names;
}

std::vector<std::string> calendar_names(Session& session) {
  std::vector<std::string> names;
  for (const auto& calendar : store::list_calendars(session.state())) names.push_back(calendar.name);
  return names;
}

std::vector<std::string> list_ids(Session& session) {
  std::vector<std::string> ids;
  for (const auto* module : session.catalog().all())
    if (module->is_list) ids.push_back(module->id);
  return ids;
}

std::vector<std::string> recent_runs(Session& session) {
  std::vector<std::string> ids;
  for (const store::Run& run : visible_runs(session.viewer(), {})) ids.push_back(run.id);
  return ids;
}

std::vector<std::string> webhook_ids(Session& session) {
  std::vector<std::string> ids;
  const auto sight = manage::sight_of(session.actor(), access::Action::manage_account);
  for (const auto& webhook : store::list_webhooks(session.state(), std::nullopt, sight)) ids.push_back(webhook.id);
  return ids;
}

std::vector<std::string> recent_exports(Session& session) {
  std::vector<std::string> ids;
  for (const store::Export& job : visible_exports(session.viewer(), {})) ids.push_back(job.id);
  return ids;
}

std::vector<std::string> source_names(Session& session) {
  std::vector<std::string> names;
  for (const auto& [name, source] : session.config().settings.sources) names.push_back(name);
  return names;
}

/// Places begin with them.
std::vector<std::string> destinations(Session& session, const Typed& typed) {
  std::vector<std::string> words;
  for (const auto& [name, destination] : session.config().settings.destinations)
    for (const auto& account : destination.accounts)
      if (access::may(session.actor(), access::Action::view, account, {}) && (typed.account.value_or(account) == account)) {
        words.push_back(name + ":");
        break;
      }
  return words;
}

/// A configuration that stands on the line is not the usual one: pressing TAB neither connects nor runs commands for it.
bool may_ask_sources(const Session& session) { return session.globals.config.empty() && session.globals.state.empty(); }

std::vector<std::string> scopes(Session& session, const Typed& typed) {
  if (!may_ask_sources(session)) return {};
  std::vector<std::string> words;
  for (const run::Site& site : visible_sites(session.editor(), session.account(typed.account))) words.push_back(site.scope.str());
  return words;
}

/// The same query that checks a selector at save and at run.
std::vector<std::string> values_of(Session& session, const catalog::Report& report, const catalog::Parameter& parameter,
                                   const Typed& typed) {
  if (parameter.choices.empty() || !may_ask_sources(session)) return parameter.values;
  std::vector<std::string> ids;
  const auto scope = schedule::Scope::parse(typed.scope);
  if (!scope) return ids;
  const access::Account account = session.account(typed.account);
  access::require(session.actor(), access::Action::run, account.id, *scope);
  require_report(session.editor(), report.id, account.id, *scope);
  if (parameter.accepts_all) ids.emplace_back(catalog::kAll);
  for (const run::Choice& choice : run::list_choices(session.parts(), report, parameter, account, *scope, kMostChoices))
    ids.push_back(choice.id);
  return ids;
}

std::vector<std::string> parameters(Session& session, const Typed& typed, const std::string& partial) {
  const catalog::Report* report = typed.report.empty() ? nullptr : session.catalog().find(typed.report);
  if (report == nullptr) return {};
  std::vector<std::string> words;
  const std::size_t equals = partial.find('=');
  if (equals == std::string::npos) {
    for (const catalog::Parameter& parameter : report->parameters) words.push_back(parameter.name + "=");
    return words;
  }
  const catalog::Parameter* parameter = report->parameter(partial.substr(0, equals));
  if (parameter == nullptr) return {};
  const bool is_list = parameter->type == catalog::ParameterType::id_list;
  const std::size_t begun = is_list ? std::max(equals, partial.rfind(',') == std::string::npos ? 0 : partial.rfind(',')) : equals;
  for (const std::string& value : values_of(session, *report, *parameter, typed))
    words.push_back(partial.substr(0, begun + 1) + value);
  return words;
}

std::vector<std::string> columns(Session& session, const Typed& typed, const std::string& partial) {
  const catalog::Report* report = typed.report.empty() ? nullptr : session.catalog().find(typed.report);
  if (report == nullptr) return {};
  const std::size_t comma = partial.rfind(',');
  const std::string before = comma == std::string::npos ? std::string() : partial.substr(0, comma + 1);
  std::vector<std::string> words;
  for (const auto& [variant, shape] : report->shapes)
    for (const rows::Column& column : shape.columns) words.push_back(before + column.name);
  return words;
}

/// What conditions are made of.
std::vector<std::string> figures(Session& session, const Typed& typed) {
  std::vector<std::string> words{"changed"};
  const catalog::Report* report = typed.report.empty() ? nullptr : session.catalog().find(typed.report);
  if (report == nullptr) return words;
  for (const auto& [variant, shape] : report->shapes)
    for (const std::string& text : catalog::figure_names(shape)) words.push_back(text);
  return words;
}

std::vector<std::string> outcomes(const std::string& command) {
  if (command == "runs") return store::run_state_names();
  if (command == "export") return store::export_state_names();
  if (command == "webhook") return store::webhook_state_names();
  return {};
}

/// Further ones behind the last comma.
std::vector<std::string> with_list(std::vector<std::string> words, const std::string& partial) {
  const std::size_t comma = partial.rfind(',');
  if (comma != std::string::npos)
    for (auto& word : words) word.insert(0, partial, 0, comma + 1);
  return words;
}

/// Those that occur.
std::vector<std::string> recorded_events(Session& session) {
  constexpr int kNewest = 2000;
  access::require(session.actor(), access::Action::administer, "", {});
  std::set<std::string> names;
  store::AuditFilter filter;
  filter.limit = kNewest;
  for (const auto& record : store::list_audit(session.state(), filter)) names.insert(record.event.name);
  return {names.begin(), names.end()};
}

}  // namespace

std::vector<std::string> option_values(Session& session, const std::string& name, const Typed& typed,
                                       const std::string& partial) {
  if (name == "account") return account_ids(session);
  if (name == "report") return session.catalog().ids();
  if (name == "source") return source_names(session);
  if (name == "to" || name == "add-to")
    return typed.command == "schedule" ? destinations(session, typed) : std::vector<std::string>();
  if (name == "role") return access::role_names();
  if (name == "output-format") return {"table", "plain", "json", "csv"};
  if (name == "color") return {"auto", "always", "never"};
  if (name == "format") {
    const catalog::Report* report = typed.report.empty() ? nullptr : session.catalog().find(typed.report);
    if (typed.command == "schedule") return with_list(validation::formats_for(report, catalog::Surface::schedule), partial);
    return validation::formats_for(report, catalog::Surface::run);
  }
  if (name == "language") return Language::codes();
  if (name == "cadence") return schedule::cadence_names();
  if (name == "on") return schedule::weekday_names();
  if (name == "calendar") return calendar_names(session);
  if (name == "list") return list_ids(session);
  if (name == "months") return schedule::month_names();
  if (name == "window" || name == "range") return schedule::range_names();
  if (name == "no-data") return {"send", "skip"};
  if (name == "again") return {"every", "once", "24h"};
  if (name == "late") return schedule::late_names();
  if (name == "send") return figures(session, typed);
  if (name == "missed") return schedule::missed_names();
  if (name == "timezone") return zone_names();
  if (name == "event") return typed.command == "audit" ? recorded_events(session) : std::vector<std::string>{"run", "export"};
  if (name == "outcome") return with_list(outcomes(typed.command), typed.command == "runs" ? partial : std::string());
  if (name == "schedule" || (name == "subject" && typed.command == "audit")) return schedule_names(session);
  if (name == "outcomes") return {"all", "failures"};
  if (name == "scope") return scopes(session, typed);
  if (name == "param" || name == "filter") return parameters(session, typed, partial);
  if (name == "columns" || name == "fields") return columns(session, typed, partial);
  return {};
}

std::vector<std::string> positional_values(Session& session, const VerbPlace& place, const Typed& typed) {
  if (place.positional == "report") return session.catalog().ids();
  if (place.positional == "shell") return {"bash", "zsh", "fish"};
  if (place.positional == "parameter") {
    const catalog::Report* report = typed.report.empty() ? nullptr : session.catalog().find(typed.report);
    std::vector<std::string> names;
    if (report != nullptr)
      for (const catalog::Parameter& parameter : report->parameters) names.push_back(parameter.name);
    return names;
  }
  if (place.verb == "add") return {};
  if (place.command == "schedule") return schedule_names(session);
  if (place.command == "account") return account_ids(session);
  if (place.command == "calendar") return place.positional == "name" ? calendar_names(session) : std::vector<std::string>();
  if (place.command == "webhook") return webhook_ids(session);
  if (place.command == "source") return source_names(session);
  if (place.positional == "run") return recent_runs(session);
  if (place.positional == "export") return recent_exports(session);
  return {};
}

}  // namespace reportctl::cli
