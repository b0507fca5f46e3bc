// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/members.hpp"
#include "reportctl/manage/owners.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/standing.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"
#include "reportctl/validation/refusal.hpp"
#include "schedule_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct ReassignOptions {
  std::vector<std::string> names;
  std::optional<std::string> account, from;
  std::string to;
  bool dry_run = false;
};

/// A word that nobody has is a slip, and not an owner without schedules.
void require_someone(Session& session, const ReassignOptions& options) {
  if (*options.from == manage::kOperator) return;
  for (const auto& account : store::list_accounts(session.state())) {
    if (!manage::sees(session.actor(), account.id) || (options.account && account.id != *options.account)) continue;
    const auto members = store::list_members(session.state(), account.id);
    if (std::any_of(members.begin(), members.end(), [&](const auto& member) { return manage::is_called(member, *options.from); }))
      return;
  }
  throw Error(ErrorKind::not_found, fmt::format("no member \"{}\", and no schedule of one who is gone", visible(*options.from)),
              "name, address, login, id, or the owner that reportctl schedule list --json shows");
}

std::vector<schedule::Schedule> chosen_to_reassign(Session& session, const ReassignOptions& options) {
  if (options.names.empty() == !options.from) {
    throw Error(ErrorKind::usage, "which schedules?", "name them, or all of one owner: --from MEMBER");
  }
  std::vector<schedule::Schedule> chosen;
  if (options.from) {
    if (options.account) session.account(options.account);
    chosen = visible_schedules(session.viewer(), {.account = options.account, .report = {}, .active = {}});
    std::erase_if(chosen,
                  [&](const schedule::Schedule& schedule) { return !runs_for(session.viewer(), schedule, *options.from); });
    for (const auto& schedule : chosen) {
      access::require(session.actor(), access::Action::manage_schedules, schedule.definition.account, schedule.definition.scope);
    }
    if (chosen.empty()) require_someone(session, options);
    return chosen;
  }
  for (const auto& name : options.names) {
    auto schedule = visible_schedule(session.viewer(), name, options.account, access::Action::manage_schedules);
    const auto same = [&](const schedule::Schedule& other) { return other.id == schedule.id; };
    if (std::none_of(chosen.begin(), chosen.end(), same)) chosen.push_back(std::move(schedule));
  }
  return chosen;
}

Json owner_json(const manage::Owner& owner) { return {{"owner", text_or_null(owner.id)}, {"name", owner.words}}; }

int reassign(Session& session, const ReassignOptions& options) {
  store::ScheduleChanges changes;
  store::AuditEvents events;
  validation::Violations broken;
  Json items = Json::array();
  std::string lines;
  const auto chosen = chosen_to_reassign(session, options);
  for (const auto& schedule : chosen) {
    const auto before = owner_of(session.viewer(), schedule.owner);
    const auto after = new_owner(session.viewer(), schedule, options.to);
    const auto& definition = schedule.definition;
    items.push_back({{"id", schedule.id},
                     {"name", definition.name},
                     {"account", definition.account},
                     {"before", owner_json(before)},
                     {"after", owner_json(after)}});
    const auto giver = owner_for(session.editor(), definition);
    const bool stands = run::standing_of(session.state(), schedule).broken.empty();
    if (before.id == after.id && (stands || schedule.given_by == giver)) continue;
    auto found = handover_problems(session.editor(), schedule, after);
    std::move(found.begin(), found.end(), std::back_inserter(broken));
    lines += fmt::format("~ schedule {}\n    ~ owner: {} → {}\n", visible(definition.account + "/" + definition.name),
                         visible(before.words), visible(after.words));
    if (!stands && before.id == after.id) lines += "    ~ recipients: confirmed\n";
    changes.edit.push_back(schedule);
    changes.edit.back().owner = after.id;
    changes.edit.back().given_by = giver;  // who gives it away answers for where it goes
    auto event = manage::audit_of(
        session.actor(), {"ScheduledReportReassigned", definition.account, schedule.id, owner_json(before), owner_json(after)});
    std::move(event.begin(), event.end(), std::back_inserter(events));
  }
  if (!broken.empty()) throw validation::Refusal("nothing was reassigned", broken);
  if (!options.dry_run && !changes.edit.empty()) store::apply_changes(session.state(), changes, events, session.now());
  if (session.out().format() == Format::table && !session.out().quiet()) session.out().text(lines);
  session.out().done(fmt::format("{} reassigned, {} unchanged{}", changes.edit.size(), chosen.size() - changes.edit.size(),
                                 options.dry_run ? " (dry run: nothing was done)" : ""),
                     {{"dry_run", options.dry_run}, {"reassigned", changes.edit.size()}, {"schedules", items}});
  return exit_code::kDone;
}

}  // namespace

void bind_schedule_reassign(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ReassignOptions>();
  auto& verb = add_verb(command, {.name = "reassign",
                                  .summary = "let schedules run for another member; all of them or none",
                                  .examples = "reportctl schedule reassign spend --to bo@example.com\n"
                                              "reportctl schedule reassign --from ann --to Bo --dry-run\n"
                                              "reportctl schedule reassign --from Ann --to operator"});
  verb.add_option("name", options->names, "names or ids")->type_name("NAME …");
  add_account_option(verb, options->account);
  add_text_option(verb, options->from, "--from", "MEMBER", "all schedules that run for this member, also when gone (by id)");
  verb.add_option("--to", options->to, "for whom they run: name, address, login or id; or operator")
      ->required()
      ->type_name("MEMBER");
  verb.add_flag("--dry-run", options->dry_run, "check and show it; change nothing");
  when_chosen(verb, session, [&session, options] { return reassign(session, *options); });
}

}  // namespace reportctl::cli
