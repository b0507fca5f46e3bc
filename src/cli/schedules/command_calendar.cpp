// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/account_rules.hpp"
#include "reportctl/manage/calendar_save.hpp"
#include "reportctl/store/calendars.hpp"
#include "reportctl/store/schedules.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/input_file.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

struct CalendarOptions {
  std::string name, file;
  bool dry_run = false;
  bool yes = false;
};

constexpr std::uint64_t kLargestCalendar = 1U << 20U;

store::Calendar calendar_named(Session& session, const std::string& name) {
  auto found = store::find_calendar(session.state(), name);
  if (found) return std::move(*found);
  std::vector<std::string> names;
  for (const auto& calendar : store::list_calendars(session.state())) names.push_back(calendar.name);
  throw Error(ErrorKind::not_found, fmt::format("no calendar \"{}\"{}", visible(name), did_you_mean(name, names)),
              "reportctl calendar list");
}

int list_calendars(Session& session) {
  Listing listing;
  listing.columns = {{.key = "name"},
                     {.key = "until", .title = "KNOWN UNTIL"},
                     {.key = "holidays", .align = Align::right},
                     {.key = "worked", .align = Align::right}};
  listing.empty = "no calendars: Monday to Friday are workdays; reportctl calendar set NAME FILE adds one";
  for (const auto& calendar : store::list_calendars(session.state())) {
    auto record = manage::to_json(calendar);
    listing.rows.push_back({{calendar.name},
                            {record["until"].get<std::string>()},
                            {std::to_string(record["holidays"].size())},
                            {std::to_string(record["worked"].size())}});
    listing.records.push_back(std::move(record));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int show(Session& session, const CalendarOptions& options) {
  const auto calendar = calendar_named(session, options.name);
  if (session.out().format() == Format::table)
    session.out().text(visible_lines(calendar.text));
  else
    session.out().sheet({.lines = {}, .record = manage::to_json(calendar)});
  return exit_code::kDone;
}

int set(Session& session, const CalendarOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto text = read_input(options.file, kLargestCalendar);
  manage::refuse_problems("calendar " + input_name(options.file), manage::calendar_problems(options.name, text));
  const auto plan = plan_calendar(session.editor(), options.name, text);
  const bool for_people = session.out().format() == Format::table && !session.out().quiet();
  for (const auto& line : plan.lines)
    if (for_people) session.out().text("  " + line + "\n");
  session.out().flush();
  if (!plan.change.is_same && !options.dry_run) store::apply_changes(session.state(), plan.changes, plan.events, session.now());
  Json record = manage::to_json(plan.change.calendar);
  record["changes"] = plan.lines;
  const char* const done = plan.change.is_same ? "is the same" : plan.change.is_new ? "added" : "changed";
  session.out().done(fmt::format("calendar {} {}{}", options.name, done, options.dry_run ? " (dry run: nothing was done)" : ""),
                     record);
  return exit_code::kDone;
}

int remove(Session& session, const CalendarOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto calendar = calendar_named(session, options.name);
  if (const auto users = manage::users_of_calendar(session.state(), options.name); !users.empty())
    throw Error(ErrorKind::conflict, fmt::format("calendar {} is in use by {}", options.name, join(users, ", ")),
                "give them another one first: account edit or schedule edit with --calendar");
  session.confirm(fmt::format("Remove calendar {}?", options.name), options.yes);
  store::ScheduleChanges changes;
  changes.remove_calendars = {options.name};
  store::apply_changes(
      session.state(), changes,
      manage::audit_of(session.actor(), {"CalendarRemoved", "", options.name, manage::to_json(calendar), nullptr}),
      session.now());
  session.out().done(fmt::format("calendar {} removed", options.name), manage::to_json(calendar));
  return exit_code::kDone;
}

std::shared_ptr<CalendarOptions> add_calendar_name(CLI::App& verb) {
  const auto options = std::make_shared<CalendarOptions>();
  verb.add_option("name", options->name, "name of the calendar")->required()->type_name("NAME");
  return options;
}

void bind_calendar_set(CLI::App& command, Session& session) {
  auto& verb = add_verb(command, {.name = "set",
                                  .summary = "add a calendar, or give it other days; says which schedules that moves",
                                  .examples = "reportctl calendar set de de.txt --dry-run\n"
                                              "reportctl calendar set de - < de.txt"});
  const auto options = add_calendar_name(verb);
  verb.add_option("file", options->file, "its days, one a line; - is standard input")->required()->type_name("FILE");
  verb.add_flag("--dry-run", options->dry_run, "show what would change; change nothing");
  when_chosen(verb, session, [&session, options] { return set(session, *options); });
}

}  // namespace

void bind_calendar(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "calendar",
                                     .summary = {},
                                     .examples = "reportctl calendar set de de.txt\n"
                                                 "reportctl calendar show de"});
  bind_calendar_set(command, session);
  auto& listed = add_verb(command, {.name = "list",
                                    .summary = "the calendars, and until when their holidays are known",
                                    .examples = "reportctl calendar list"});
  when_chosen(listed, session, [&session] { return list_calendars(session); });
  auto& shown = add_verb(
      command,
      {.name = "show", .summary = "the days of a calendar, as they were given", .examples = "reportctl calendar show de"});
  const auto show_options = add_calendar_name(shown);
  when_chosen(shown, session, [&session, show_options] { return show(session, *show_options); });
  auto& removed = add_verb(
      command, {.name = "remove", .summary = "delete a calendar that nothing uses", .examples = "reportctl calendar remove de"});
  const auto remove_options = add_calendar_name(removed);
  add_yes_option(removed, remove_options->yes);
  when_chosen(removed, session, [&session, remove_options] { return remove(session, *remove_options); });
}

}  // namespace reportctl::cli
