// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/schedule_save.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/run/sites.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/validation/refusal.hpp"

namespace reportctl::manage {
namespace {

using validation::Code;

/// What the data say of a draft whose rules hold: its site, the zone of which the definition takes, and its selectors.
validation::DraftCheck check_against_data(const Editor& editor, const SaveRequest& request, const validation::Context& context,
                                          validation::DraftCheck check) {
  try {
    auto site = run::check_site(editor.parts, *check.resolved, request.account);
    if (!site.violations.empty()) return {std::move(site.violations), std::nullopt, std::nullopt};
    if (!site.timezone.empty()) {
      auto of_site = context;
      of_site.scope_timezone = site.timezone;
      check = validation::check_draft(request.draft, of_site);
      if (!check.resolved) return check;
    }
    check.violations = run::check_choices(editor.parts, *check.resolved, request.account, editor.parts.now());
    for (std::size_t i = 0; i < check.also.size(); ++i)
      for (auto& missing : run::check_choices(editor.parts, check.also[i], request.account, editor.parts.now())) {
        missing.field = fmt::format("also[{}].{}", i + 1, missing.field);
        check.violations.push_back(std::move(missing));
      }
    append(check.violations, run::check_rows(editor.parts, check.definition.value(), context));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::source && error.kind() != ErrorKind::config) throw;
    check.violations.push_back({.code = Code::source_unavailable,
                                .field = check.resolved->scope.site.empty() ? "params" : "scope",
                                .message = fmt::format("cannot be checked against the data: {}", error.what()),
                                .hint = error.hint().empty() ? "reportctl source check" : error.hint()});
    return check;
  }
  try {
    if (check.violations.empty()) run::check_query(editor.parts, *check.resolved, request.account, editor.parts.now());
    for (const auto& also : check.also)
      if (check.violations.empty()) run::check_query(editor.parts, also, request.account, editor.parts.now());
    if (check.violations.empty()) run::check_list_query(editor.parts, check.definition.value(), request.account);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::source && error.kind() != ErrorKind::config) throw;
    check.violations.push_back({.code = Code::source_unavailable,
                                .field = "report",
                                .message = fmt::format("it could not run: {}", error.what()),
                                .hint = error.hint().empty() ? "reportctl source check" : error.hint()});
  }
  return check;
}

/// ` with the role viewer`, or `: the role depot_admin does so in depot:alexandria`.
std::string role_words(const access::Actor& actor, access::Action action, const access::Account& account) {
  std::vector<std::string> unable;
  std::vector<std::string> able;
  for (const auto& member : actor.memberships) {
    if (member.account != account.id) continue;
    std::vector<std::string> sites;
    for (const auto& one : access::reach(access::actor_of(member), action).value_or(std::vector<access::Reach>{}))
      if (one.account == account.id && one.site) sites.push_back(one.site->str());
    const std::string role(access::role_name(member.role));
    if (sites.empty())
      unable.push_back(role);
    else
      able.push_back(fmt::format("the role {} does so in {}", role, join(sites, ", ")));
  }
  if (!able.empty()) return ": " + join(able, ", ");
  return unable.empty() ? std::string() : " with the role " + join(unable, " or ");
}

/// Where the actor may do it, else whom to ask.
std::string advice_of(const access::Actor& actor, access::Action action, const access::Account& account,
                      const std::string& otherwise) {
  constexpr std::size_t kMostNamed = 5;
  std::vector<std::string> scopes;
  for (const auto& one : access::reach(actor, action).value_or(std::vector<access::Reach>{}))
    if (one.account == account.id && one.site && scopes.size() < kMostNamed) scopes.push_back("--scope " + one.site->str());
  return scopes.empty() ? otherwise : fmt::format("allowed: {}; or {}", join(scopes, ", "), otherwise);
}

Json lookback_of(const schedule::Definition& definition) {
  if (definition.lookback) return *definition.lookback;
  if (definition.window) return schedule::range_name(*definition.window);
  return nullptr;
}

}  // namespace

std::set<access::Role> acting_roles(const access::Actor& actor, const access::Account& account, const std::string& scope) {
  if (const auto parsed = schedule::Scope::parse(scope)) return access::roles_in(actor, account.id, *parsed);
  return roles_anywhere(actor, account);
}

std::set<access::Role> roles_anywhere(const access::Actor& actor, const access::Account& account) {
  auto roles = access::roles_in(actor, account.id, {});
  for (const auto& member : actor.memberships) {
    if (member.account == account.id) roles.insert(member.role);
  }
  return roles;
}

validation::Violations role_problems(const access::Actor& actor, access::Action action, const access::Account& account,
                                     const std::string& scope) {
  const auto parsed = schedule::Scope::parse(scope);
  if (!parsed) return {};
  try {
    access::require(actor, action, account.id, *parsed);
    return {};
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::not_permitted) throw;
    return {{Code::role_not_permitted, "scope", error.what() + role_words(actor, action, account),
             advice_of(actor, action, account, error.hint())}};
  }
}

validation::Violations refused_by_role(const Editor& editor, const SaveRequest& request) {
  auto found = role_problems(editor.actor, access::Action::manage_schedules, request.account, request.draft.request.scope);
  if (found.empty()) return found;
  const auto context =
      run::context(editor.parts, request.account, roles_anywhere(editor.actor, request.account), editor.parts.now());
  append(found, validation::check_draft(request.draft, context).violations);
  return found;
}

void require_in_scope(const access::Actor& actor, access::Action action, const access::Account& account,
                      const std::string& scope) {
  if (const auto problems = role_problems(actor, action, account, scope); !problems.empty())
    refuse("your role does not include this", problems);
}

validation::DraftCheck check_for_save(const Editor& editor, const SaveRequest& request) {
  const auto roles = acting_roles(editor.actor, request.account, request.draft.request.scope);
  const auto context = run::context(editor.parts, request.account, roles, editor.parts.now());
  auto check = validation::check_draft(request.draft, context);
  if (check.resolved)
    check = check_against_data(editor, request, context, std::move(check));
  else
    append(check.violations, run::data_findings(editor.parts, request.draft.request, request.account, check.violations));
  const auto& made = check.definition;
  if (made && made->active && !first_run(*made, request.account.timezone, editor.parts.now()))
    check.violations.push_back(never_again());
  if (request.renamed && !store::name_is_free(editor.parts.state(), request.account.id, request.draft.name)) {
    check.violations.push_back(
        {.code = Code::name_taken,
         .field = "name",
         .message = fmt::format("{} has a schedule \"{}\" already", request.account.id, request.draft.name),
         .hint = "choose another name, or change it: reportctl schedule edit " + request.draft.name});
  }
  if (!check.violations.empty()) {
    check.definition.reset();
    check.resolved.reset();
  }
  return check;
}

std::string owner_for(const Editor& editor, const schedule::Definition& definition) {
  const auto* member =
      access::membership_for(editor.actor, access::Action::manage_schedules, definition.account, definition.scope);
  return member == nullptr ? std::string() : member->id;
}

void note_giver(const Editor& editor, const schedule::Definition& before, schedule::Schedule& after) {
  const auto then = all_recipients(before);
  const auto now = all_recipients(after.definition);
  std::set<std::string> old;
  for (const auto& to : then.mailboxes) old.insert(to.address.normalized());
  const bool had_mailboxes = std::all_of(now.mailboxes.begin(), now.mailboxes.end(),
                                         [&](const Mailbox& to) { return old.contains(to.address.normalized()); });
  const bool had_places = std::all_of(now.places.begin(), now.places.end(), [&](const schedule::Place& place) {
    return std::find(then.places.begin(), then.places.end(), place) != then.places.end();
  });
  const bool same_list = after.definition.parts.module.empty() || after.definition.parts.module == before.parts.module;
  if (!had_mailboxes || !had_places || !same_list) after.given_by = owner_for(editor, after.definition);
}

schedule::Rhythm rhythm_of(const schedule::Definition& definition, std::string_view account_timezone) {
  const auto zone = schedule::effective_zone(definition, account_timezone);
  if (!zone)
    throw Error(
        ErrorKind::failed,
        fmt::format("time zone {} is not known on this system", schedule::effective_timezone(definition, account_timezone)),
        "install the package tzdata");
  return schedule::rhythm_of(definition, *zone);
}

std::optional<Instant> first_run(const schedule::Definition& definition, std::string_view account_timezone, Instant now) {
  return schedule::next_occurrence(rhythm_of(definition, account_timezone), now);
}

validation::Violation never_again() {
  return {
      .code = Code::rhythm_never,
      .field = "end",
      .message = "the schedule would never run: its last day is over, or none of its days lies between the first and the last",
      .hint = "give a later end, or leave it out"};
}

bool same_rhythm(const schedule::Definition& before, std::string_view timezone_before, const schedule::Definition& after,
                 std::string_view timezone_after) {
  return before.cadence == after.cadence && before.at == after.at &&
         schedule::same_days(before.cadence.calendar, after.cadence.calendar) &&
         schedule::effective_timezone(before, timezone_before) == schedule::effective_timezone(after, timezone_after);
}

store::AuditEvent configured_event(const Editor& editor, const schedule::Schedule& schedule, const Json& before,
                                   const Json& after) {
  const auto& definition = schedule.definition;
  Json payload = {{"scheduledReportId", schedule.id},
                  {"reportType", definition.report},
                  {"scope", definition.scope.str()},
                  {"lookback", lookback_of(definition)},
                  {"reportParams", to_json(definition.parameters)},
                  {"recipientCount", all_recipients(definition).size()},
                  {"before", before},
                  {"after", after}};
  return {.name = "ScheduledReportConfigured",
          .account = definition.account,
          .subject = schedule.id,
          .actor = editor.actor.str(),
          .payload = json_text(payload)};
}

store::AuditEvent rejected_event(const Editor& editor, const validation::Draft& draft, const validation::Violations& violations,
                                 const std::string& schedule_id) {
  const Json payload = {{"name", draft.name},
                        {"reportType", draft.request.report},
                        {"scope", draft.request.scope},
                        {"rejectionReason", violations}};
  return {.name = "ScheduledReportConfigurationRejected",
          .account = draft.account,
          .subject = schedule_id,
          .actor = editor.actor.str(),
          .payload = json_text(payload)};
}

schedule::Schedule new_schedule(const Editor& editor, schedule::Definition definition, const access::Account& account) {
  schedule::Schedule schedule;
  schedule.id = new_id();
  schedule.created_by = editor.actor.str();
  schedule.owner = schedule.given_by = owner_for(editor, definition);
  schedule.created_at = schedule.updated_at = editor.parts.now();
  schedule.next_run_at = first_run(definition, account.timezone, editor.parts.now());
  schedule.definition = std::move(definition);
  return schedule;
}

access::Account account_of(const Viewer& viewer, const schedule::Schedule& schedule) {
  auto account = store::find_account(viewer.state, schedule.definition.account);
  if (!account) {
    throw Error(ErrorKind::state, fmt::format("account {} of schedule {} is gone", schedule.definition.account, schedule.id),
                "reportctl state check");
  }
  return std::move(*account);
}

bool only(const validation::Violations& violations, validation::Code code) {
  return std::all_of(violations.begin(), violations.end(), [&](const auto& violation) { return violation.code == code; });
}

void refuse(const std::string& what, const validation::Violations& violations) {
  auto kind = ErrorKind::invalid;
  if (only(violations, Code::role_not_permitted)) kind = ErrorKind::not_permitted;
  if (only(violations, Code::source_unavailable)) kind = ErrorKind::source;
  throw validation::Refusal(what, violations, kind);
}

}  // namespace reportctl::manage
