// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/schedule/fields.hpp"
#include "reportctl/store/accounts.hpp"
#include "schedule_verbs.hpp"
#include "schedule_words.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct ScheduleListOptions {
  std::optional<std::string> account, report, recipient;
  bool active = false, paused = false, failing = false;
};

struct ShowOptions {
  std::string name;
  std::optional<std::string> account;
};

std::vector<schedule::Schedule> chosen_schedules(Session& session, const ScheduleListOptions& options) {
  store::ScheduleFilter filter;
  filter.account = options.account;
  if (options.report) filter.report = session.catalog().get(*options.report).id;
  if (options.active != options.paused) filter.active = options.active;
  auto schedules = visible_schedules(session.viewer(), filter);
  if (options.failing) std::erase_if(schedules, [](const schedule::Schedule& schedule) { return schedule.failure_count == 0; });
  if (!options.recipient) return schedules;
  const auto address = to_lower(address_named(*options.recipient));
  std::erase_if(schedules, [&](const schedule::Schedule& schedule) {
    const auto to = all_recipients(schedule.definition).mailboxes;
    return std::none_of(to.begin(), to.end(),
                        [&](const Mailbox& mailbox) { return to_lower(mailbox.address.normalized()) == address; });
  });
  return schedules;
}

/// In which all of them are meant; UTC where they differ.
Zone common_zone(const std::vector<schedule::Schedule>& schedules, std::map<std::string, std::string>& account_zones) {
  std::set<std::string> names;
  for (const auto& schedule : schedules)
    names.insert(schedule::effective_timezone(schedule.definition, account_zones[schedule.definition.account]));
  return names.size() == 1 ? Zone::find(*names.begin()).value_or(Zone::utc()) : Zone::utc();
}

std::string instant_or_dash(const std::optional<Instant>& instant) { return instant ? format_utc(*instant) : "–"; }

int list_schedules(Session& session, const ScheduleListOptions& options) {
  if (options.account) session.account(options.account);
  const auto schedules = chosen_schedules(session, options);
  std::map<std::string, std::string> zones;
  for (const auto& account : store::list_accounts(session.state())) zones[account.id] = account.timezone;

  Listing listing;
  listing.columns = {{.key = "name"},
                     {.key = "account"},
                     {.key = "report", .drop = 2},
                     {.key = "scope", .drop = 4},
                     {.key = "rhythm", .drop = 1},
                     {.key = "next_run_at", .title = "NEXT RUN", .show = Show::time},
                     {.key = "last_run_at", .title = "LAST RUN", .show = Show::time, .drop = 3},
                     {.key = "last_run_status", .title = "STATUS"},
                     {.key = "recipients", .title = "TO", .show = Show::cut}};
  listing.more_keys = {"active"};
  listing.empty = manage::nothing_seen(session.actor(), "no schedules", "; reportctl schedule add NAME … makes one");
  listing.zone = common_zone(schedules, zones);
  for (const auto& schedule : schedules) {
    const auto& definition = schedule.definition;
    const auto& account_zone = zones[definition.account];
    listing.rows.push_back({{definition.name},
                            {definition.account},
                            {definition.report},
                            {definition.scope.str()},
                            {rhythm_words(definition, account_zone)},
                            definition.active ? Field{instant_or_dash(schedule.next_run_at)} : Field{"paused", Tone::dim},
                            {instant_or_dash(schedule.last_run_at)},
                            status_field(schedule),
                            {recipient_words(definition)}});
    auto& record = listing.records.emplace_back(to_json(schedule, account_zone));
    record["rhythm"] = rhythm_words(definition, account_zone);
  }
  session.out().list(listing);
  return exit_code::kDone;
}

/// Parts of the rhythm and the window.
const std::set<std::string_view> kTold = {"on", "day", "months", "weeks", "at", "lookback"};
const std::set<std::string_view> kOfThePolicy = {"no_data", "retries", "missed"};

/// `de (the account's); holidays known until 2027-12-31`
std::string shown_calendar(const schedule::Definition& definition, const access::Account& account) {
  const auto name = definition.calendar.empty() ? account.calendar + " (the account's)" : definition.calendar;
  const auto words = calendar_words(definition.cadence);
  return words.empty() ? name + "; not asked" : name + "; " + words;
}

Sheet sheet_of(Session& session, const schedule::Schedule& schedule, const access::Account& account) {
  const auto& definition = schedule.definition;
  const auto zone_name = schedule::effective_timezone(definition, account.timezone);
  const auto zone = Zone::find(zone_name).value_or(Zone::utc());
  const auto when = [&](const std::optional<Instant>& at) { return minute_or_dash(at, zone); };
  std::string owner = "the operator who made it";
  if (!schedule.owner.empty()) {
    const auto member = store::find_member(session.state(), schedule.owner);
    owner = member ? fmt::format("{} ({})", member->name, access::role_name(member->role))
                   : std::string("a member who is gone: it will be rejected");
  }

  Sheet sheet;
  const auto line = [&](const std::string& label, Field field) { sheet.lines.emplace_back(label, std::move(field)); };
  for (const auto& field : schedule::fields()) {
    const auto [values, named] = field.text(definition);
    if (field.name == "cadence") {
      line("Rhythm", {rhythm_words(definition, account.timezone)});
    } else if (field.name == "calendar") {
      if (!account.calendar.empty() || !values.empty()) line("Calendar", {shown_calendar(definition, account)});
    } else if (field.name == "timezone") {
      line("Time zone", {definition.timezone.empty() ? zone_name + " (the account's)" : zone_name});
    } else if (field.name == "window") {
      line("Window", {window_words(definition, session.catalog().find(definition.report))});
    } else if (field.name == "subject" && values.empty()) {
      line("Subject", {"the default"});
    } else if (kOfThePolicy.contains(field.name) && values.empty()) {
      line(label_of(field), {"the policy's"});
    } else if (field.name == "active") {
      line("Active", definition.active ? Field{"yes", Tone::good} : Field{"no, paused", Tone::warn});
    } else if (!kTold.contains(field.name)) {
      for (const auto& value : values) line(label_of(field), {value});
      for (const auto& [name, several] : named) line(label_of(field), {name + " = " + join(several, ", ")});
    }
    if (field.name == "name") line("Id", {schedule.id});
  }
  const auto watch = store::watch_of(session.state(), schedule.id, "");
  if (watch.raised_since) line("Raised since", {when(watch.raised_since), Tone::warn});
  if (watch.last_sent_slot) line("Last told", {when(watch.last_sent_slot)});
  line("Next run", {when(schedule.next_run_at)});
  line("Last run", {when(schedule.last_run_at)});
  line("Last status", status_field(schedule));
  if (!schedule.last_run_error.empty()) line("Last error", {schedule.last_run_error, Tone::bad});
  line("Failures in a row", {std::to_string(schedule.failure_count), schedule.failure_count == 0 ? Tone::none : Tone::bad});
  line("Created", {fmt::format("{} by {}", when(schedule.created_at), schedule.created_by)});
  line("Changed", {when(schedule.updated_at)});
  line("Runs for", {owner});
  sheet.record = to_json(schedule, account.timezone);
  sheet.record["raised_since"] = to_json(watch.raised_since);
  sheet.record["last_told"] = to_json(watch.last_sent_slot);
  return sheet;
}

int show(Session& session, const ShowOptions& options) {
  const auto schedule = visible_schedule(session.viewer(), options.name, options.account, access::Action::view);
  session.out().sheet(sheet_of(session, schedule, account_of(session.viewer(), schedule)));
  return exit_code::kDone;
}

}  // namespace

void bind_schedule_list(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ScheduleListOptions>();
  auto& verb = add_verb(command, {.name = "list",
                                  .summary = "the schedules, when they run next, and how they ended last",
                                  .examples = "reportctl schedule list --account acme\n"
                                              "reportctl schedule list --failing\n"
                                              "reportctl schedule list --json | "
                                              "jq -r '.[] | select(.last_run_status==\"failed\") | .name'"});
  add_account_option(verb, options->account);
  add_text_option(verb, options->report, "--report", "REPORT", "only those of this report");
  add_text_option(verb, options->recipient, "--recipient", "ADDRESS", "only those that go to this address");
  verb.add_flag("--active", options->active, "only those that run");
  verb.add_flag("--paused", options->paused, "only those that are paused");
  verb.add_flag("--failing", options->failing, "only those whose last run failed");
  when_chosen(verb, session, [&session, options] { return list_schedules(session, *options); });
}

void bind_schedule_show(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ShowOptions>();
  auto& verb = add_verb(command, {.name = "show",
                                  .summary = "everything about one schedule",
                                  .examples = "reportctl schedule show spend\n"
                                              "reportctl schedule show spend --account shop --json"});
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  when_chosen(verb, session, [&session, options] { return show(session, *options); });
}

}  // namespace reportctl::cli
