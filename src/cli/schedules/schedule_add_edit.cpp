// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/field_diff.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/slot_changes.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/schedules.hpp"
#include "schedule_options.hpp"
#include "schedule_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct AddOptions {
  std::string name;
  std::optional<std::string> account;
  FieldOptions fields;
  bool paused = false;
};

struct EditOptions {
  std::string name;
  std::optional<std::string> account, rename;
  FieldOptions fields;
  bool dry_run = false;
};

/// Records the refusal and throws it: nothing else has changed.
[[noreturn]] void reject(Session& session, const validation::Draft& draft, const validation::Violations& violations,
                         const std::string& id) {
  store::append_audit(session.state(), {rejected_event(session.editor(), draft, violations, id)}, session.now());
  manage::refuse(fmt::format("schedule \"{}\" was not saved", visible(draft.name)), violations);
}

const catalog::Report* report_of(Session& session, const FieldOptions& options, const std::string& otherwise) {
  const auto given = options.given.find("report");
  return session.catalog().find(given == options.given.end() ? otherwise : given->second);
}

std::string next_run(const schedule::Schedule& schedule, const access::Account& account) {
  const auto rhythm = manage::rhythm_of(schedule.definition, account.timezone);
  return fmt::format("next run {} {}", minute_or_dash(schedule.next_run_at, rhythm.zone), rhythm.zone.name());
}

int add(Session& session, const AddOptions& options) {
  const auto account = session.account(options.account);
  validation::Draft empty;
  empty.name = options.name;
  empty.account = account.id;
  empty.active = !options.paused;
  const auto draft = with_options(empty, options.fields, report_of(session, options.fields, {}));
  const manage::SaveRequest request{.draft = draft, .account = account, .renamed = true};
  if (const auto broken = refused_by_role(session.editor(), request); !broken.empty()) reject(session, draft, broken, {});

  auto check = check_for_save(session.editor(), request);
  if (!check.definition) reject(session, draft, check.violations, {});
  const auto schedule = new_schedule(session.editor(), std::move(*check.definition), account);
  const auto record = to_json(schedule, account.timezone);
  store::add_schedule(session.state(), schedule, {configured_event(session.editor(), schedule, nullptr, record)}, session.now());
  session.out().done(fmt::format("schedule {} created{}, {}", schedule.definition.name,
                                 schedule.definition.active ? "" : ", paused", next_run(schedule, account)),
                     record);
  return exit_code::kDone;
}

int edit(Session& session, const EditOptions& options) {
  auto schedule = visible_schedule(session.viewer(), options.name, options.account, access::Action::manage_schedules);
  const auto account = account_of(session.viewer(), schedule);
  const auto stored = schedule;
  const auto& before = stored.definition;
  const auto old_record = to_json(schedule, account.timezone);
  auto draft = with_options(validation::draft_of(before), options.fields, report_of(session, options.fields, before.report));
  if (options.rename) draft.name = *options.rename;
  const manage::SaveRequest request{.draft = draft, .account = account, .renamed = draft.name != before.name};
  if (const auto broken = refused_by_role(session.editor(), request); !broken.empty())
    reject(session, draft, broken, schedule.id);

  auto check = check_for_save(session.editor(), request);
  if (!check.definition) reject(session, draft, check.violations, schedule.id);
  if (*check.definition == before) {
    session.out().done(fmt::format("schedule {}: no changes", before.name), old_record);
    return exit_code::kDone;
  }
  schedule.definition = std::move(*check.definition);
  note_giver(session.editor(), before, schedule);
  if (!schedule.owner.empty() && !store::find_member(session.state(), schedule.owner)) {
    schedule.owner = owner_for(session.editor(), schedule.definition);
  }
  manage::SlotPlan slots{.next = schedule.next_run_at, .skipped = {}, .words = {}};
  if (!manage::same_rhythm(before, account.timezone, schedule.definition, account.timezone)) {
    slots = plan_slots(session.editor(), {.before = stored,
                                          .after = schedule.definition,
                                          .timezone_before = account.timezone,
                                          .timezone_after = account.timezone,
                                          .window = check.resolved->window});
    schedule.next_run_at = slots.next;
  }
  auto record = to_json(schedule, account.timezone);
  store::ScheduleChanges changes;
  changes.edit = {schedule};
  changes.skipped = slots.skipped;
  const store::AuditEvents events{configured_event(session.editor(), schedule, old_record, record)};
  record["occurrences"] = slots.words;
  const bool for_people = session.out().format() == Format::table && !session.out().quiet();
  for (const auto& words : slots.words)
    if (for_people) session.out().text("! " + visible(words) + "\n");
  session.out().flush();  // before anything is saved
  if (!options.dry_run) store::apply_changes(session.state(), changes, events, session.now());
  session.out().done(fmt::format("schedule {} {}, {}", schedule.definition.name, options.dry_run ? "would be changed" : "changed",
                                 next_run(schedule, account)),
                     record);
  for (const auto& line : manage::diff(manage::fields_of(before), manage::fields_of(schedule.definition)))
    if (for_people) session.out().text("  " + line + "\n");
  return exit_code::kDone;
}

}  // namespace

void bind_schedule_add(CLI::App& command, Session& session) {
  const auto options = std::make_shared<AddOptions>();
  auto& verb = add_verb(
      command,
      {.name = "add",
       .summary = "store a new schedule; every broken rule is reported at once",
       .examples =
           "reportctl schedule add morning-power --account acme --scope depot:north --report site-power --cadence daily "
           "--at 06:00 --lookback 1 --to ops@example.com --to \"Site Lead <lead@example.com>\"\n"
           "reportctl schedule add orders --account shop --report orders-export --param mode=line-items --cadence monthly "
           "--day 1 --at 05:00 --format xlsx --to a@example.com"});
  verb.add_option("name", options->name, "unique within the account")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  add_draft_options(verb, options->fields);
  verb.add_flag("--paused", options->paused, "store it without running it; resume starts it");
  when_chosen(verb, session, [&session, options] { return add(session, *options); });
}

void bind_schedule_edit(CLI::App& command, Session& session) {
  const auto options = std::make_shared<EditOptions>();
  auto& verb =
      add_verb(command, {.name = "edit",
                         .summary = "change the fields that are given and nothing else; an empty value means the default",
                         .examples = "reportctl schedule edit spend --at 08:00 --add-to cfo@example.com\n"
                                     "reportctl schedule edit morning-power --timezone \"\"      # the account's again"});
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  add_text_option(verb, options->rename, "--rename", "NAME", "another name");
  add_draft_options(verb, options->fields);
  add_repeated_option(verb, options->fields.add_to, {.names = "--add-to", .value = "ADDRESS", .help = "further recipients"});
  add_repeated_option(verb, options->fields.remove_to,
                      {.names = "--remove-to", .value = "ADDRESS", .help = "one recipient less"});
  verb.add_flag("--dry-run", options->dry_run, "show what would change, and which occurrences move or are dropped");
  when_chosen(verb, session, [&session, options] { return edit(session, *options); });
}

}  // namespace reportctl::cli
