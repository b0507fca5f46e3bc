// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/slot_changes.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/schedules.hpp"
#include "schedule_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct NameOptions {
  std::string name;
  std::optional<std::string> account;
  bool yes = false;
};

using access::Action;

int pause(Session& session, const NameOptions& options) {
  auto schedule = visible_schedule(session.viewer(), options.name, options.account, Action::manage_schedules);
  const auto account = account_of(session.viewer(), schedule);
  const auto before = to_json(schedule, account.timezone);
  const auto& name = schedule.definition.name;
  if (!schedule.definition.active) {
    session.out().done(fmt::format("schedule {} is paused already", name), before);
    return exit_code::kDone;
  }
  schedule.definition.active = false;
  const auto after = to_json(schedule, account.timezone);
  store::edit_schedule(session.state(), schedule,
                       manage::audit_of(session.actor(), {"SchedulePaused", account.id, schedule.id, before, after}),
                       session.now());
  session.out().done(fmt::format("schedule {} paused; reportctl schedule resume {} goes on", name, name), after);
  return exit_code::kDone;
}

int resume(Session& session, const NameOptions& options) {
  auto schedule = visible_schedule(session.viewer(), options.name, options.account, Action::manage_schedules);
  const auto account = account_of(session.viewer(), schedule);
  const auto before = to_json(schedule, account.timezone);
  const auto& name = schedule.definition.name;
  const auto rhythm = manage::rhythm_of(schedule.definition, account.timezone);
  if (schedule.definition.active) {
    session.out().done(fmt::format("schedule {} is not paused", name), before);
    return exit_code::kDone;
  }
  const auto slots = plan_slots(session.editor(), {.before = schedule,
                                                   .after = schedule.definition,
                                                   .timezone_before = account.timezone,
                                                   .timezone_after = account.timezone,
                                                   .window = {}});
  if (!slots.next) manage::refuse(fmt::format("schedule \"{}\" was not resumed", name), {manage::never_again()});
  schedule.definition.active = true;
  schedule.next_run_at = slots.next;
  auto after = to_json(schedule, account.timezone);
  store::ScheduleChanges changes;
  changes.edit = {schedule};
  changes.skipped = slots.skipped;
  store::apply_changes(session.state(), changes,
                       manage::audit_of(session.actor(), {"ScheduleResumed", account.id, schedule.id, before, after}),
                       session.now());
  after["occurrences"] = slots.words;
  auto words = fmt::format("schedule {} resumed, next run {} {}", name, minute_or_dash(schedule.next_run_at, rhythm.zone),
                           rhythm.zone.name());
  for (const auto& passed : slots.words) words += "; " + passed;
  session.out().done(words, after);
  return exit_code::kDone;
}

int remove(Session& session, const NameOptions& options) {
  const auto schedule = visible_schedule(session.viewer(), options.name, options.account, Action::manage_schedules);
  const auto account = account_of(session.viewer(), schedule);
  const auto before = to_json(schedule, account.timezone);
  session.confirm(fmt::format("Remove schedule {} of {} and its whole history?", schedule.definition.name, account.id),
                  options.yes);
  store::remove_schedule(session.state(), schedule.id,
                         manage::audit_of(session.actor(), {"ScheduleRemoved", account.id, schedule.id, before, nullptr}),
                         session.now());
  session.out().done(fmt::format("schedule {} and its history removed", schedule.definition.name), before);
  return exit_code::kDone;
}

std::shared_ptr<NameOptions> add_name(CLI::App& verb) {
  const auto options = std::make_shared<NameOptions>();
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  return options;
}

}  // namespace

void bind_schedule_pause(CLI::App& command, Session& session) {
  auto& verb = add_verb(
      command,
      {.name = "pause", .summary = "stop running it; its next time is kept", .examples = "reportctl schedule pause spend"});
  const auto options = add_name(verb);
  when_chosen(verb, session, [&session, options] { return pause(session, *options); });
}

void bind_schedule_resume(CLI::App& command, Session& session) {
  auto& verb = add_verb(command, {.name = "resume",
                                  .summary = "go on from the time that was kept, or from the next one after now",
                                  .examples = "reportctl schedule resume spend"});
  const auto options = add_name(verb);
  when_chosen(verb, session, [&session, options] { return resume(session, *options); });
}

void bind_schedule_remove(CLI::App& command, Session& session) {
  auto& verb = add_verb(command, {.name = "remove",
                                  .summary = "delete it for good, with its runs; the audit log keeps the fact",
                                  .examples = "reportctl schedule remove spend\n"
                                              "reportctl schedule remove spend --account shop --yes"});
  const auto options = add_name(verb);
  add_yes_option(verb, options->yes);
  when_chosen(verb, session, [&session, options] { return remove(session, *options); });
}

}  // namespace reportctl::cli
