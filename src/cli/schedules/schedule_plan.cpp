// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/slot_changes.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/run/repeated_names.hpp"
#include "schedule_verbs.hpp"
#include "schedule_words.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct ValidateOptions {
  std::string name;
  std::optional<std::string> account;
  bool all = false;
};

struct NextOptions {
  std::string name;
  std::optional<std::string> account;
  int count = 5;
};

std::vector<schedule::Schedule> chosen_schedules(Session& session, const ValidateOptions& options) {
  if (!options.name.empty()) return {visible_schedule(session.viewer(), options.name, options.account, access::Action::view)};
  if (options.account) session.account(options.account);
  return visible_schedules(session.viewer(), {.account = options.account, .report = {}, .active = {}});
}

int validate(Session& session, const ValidateOptions& options) {
  if (options.name.empty() && !options.all) {
    throw Error(ErrorKind::usage, "which schedule?", "reportctl schedule validate NAME, or --all");
  }
  Listing listing;
  listing.columns = {{"schedule"}, {"account"}, {"code", "RULE"}, {"field"}, {"message", "WHAT", Align::left, Show::cut}};
  listing.findings = true;
  listing.empty = manage::nothing_seen(session.actor(), "no schedules");
  int code = exit_code::kDone;
  for (const auto& schedule : chosen_schedules(session, options)) {
    const auto& definition = schedule.definition;
    const auto violations = manage::broken_rules(session.parts(), schedule);
    if (!violations.empty() && code != exit_code::kInvalid) {
      code = manage::only(violations, validation::Code::source_unavailable) ? exit_code::kSource : exit_code::kInvalid;
    }
    if (violations.empty()) listing.rows.push_back({{definition.name}, {definition.account}, {"ok", Tone::good}, {""}, {""}});
    for (const auto& violation : violations) {
      listing.rows.push_back({{definition.name},
                              {definition.account},
                              {std::string(validation::code_name(violation.code)), Tone::bad},
                              {violation.field},
                              {violation.hint.empty() ? violation.message : violation.message + "; " + violation.hint}});
    }
    const auto warning = violations.empty() ? run::repeated_name(session.parts(), schedule) : std::string();
    if (!warning.empty())
      listing.rows.push_back({{definition.name}, {definition.account}, {"warning", Tone::warn}, {"to"}, {warning}});
    listing.records.push_back({{"id", schedule.id},
                               {"schedule", definition.name},
                               {"account", definition.account},
                               {"valid", violations.empty()},
                               {"violations", violations},
                               {"warning", text_or_null(warning)}});
  }
  session.out().list(listing);
  return code;
}

int next(Session& session, const NextOptions& options) {
  const auto schedule = visible_schedule(session.viewer(), options.name, options.account, access::Action::view);
  const auto account = account_of(session.viewer(), schedule);
  const auto rhythm = manage::rhythm_of(schedule.definition, account.timezone);
  const auto window = manage::window_of(session.editor(), schedule);

  Listing listing;
  listing.columns = {{"local", fmt::format("LOCAL ({})", rhythm.zone.name())}, {"utc"}, {"period", "COVERS"}};
  // The one after the last run begins where that ended; those after it go by the rhythm.
  const auto period_of = [&](Instant slot) {
    const bool follows_a_run = slot == schedule.next_run_at && schedule.definition.window == schedule::NamedRange::since_previous;
    if (!follows_a_run) return schedule::resolve(*window, rhythm, slot);
    return schedule::resolve(*window, slot, rhythm.zone, run::begin_of(session.parts(), schedule, slot));
  };
  // What is due already comes first; it runs with the next run-due.
  const auto first = schedule.next_run_at ? schedule.next_run_at : schedule::next_occurrence(rhythm, session.now());
  const auto after = [&](Instant slot) { return schedule::next_occurrence(rhythm, std::max(slot, session.now())); };
  listing.empty = "it has ended: its last day is over";
  bool any_beyond = false;
  for (auto at = first; at && listing.rows.size() < static_cast<std::size_t>(options.count); at = after(*at)) {
    const Instant slot = *at;
    const auto resolved = window ? std::optional(period_of(slot)) : std::nullopt;
    const auto covers = resolved ? schedule::describe(*resolved) : std::string("nothing: it would be rejected");
    const bool beyond = is_past_calendar(schedule.definition.cadence, rhythm.zone.local_date(slot));
    any_beyond = any_beyond || beyond;
    const auto note = beyond ? "may be a holiday: " + calendar_words(schedule.definition.cadence) : std::string();
    listing.rows.push_back(
        {{rhythm.zone.format(slot)}, {format_utc(slot)}, {covers, window ? Tone::none : Tone::bad}, {note, Tone::warn}});
    listing.records.push_back({{"local", rhythm.zone.format(slot)},
                               {"utc", format_utc(slot)},
                               {"due", slot <= session.now()},
                               {"active", schedule.definition.active},
                               {"period", resolved ? to_json(*resolved) : Json(nullptr)},
                               {"note", text_or_null(note)}});
  }
  if (any_beyond) listing.columns.push_back({"note"});
  for (auto& row : listing.rows) row.resize(listing.columns.size());
  session.out().list(listing);
  if (!schedule.definition.active && session.out().format() == Format::table) {
    session.out().text("paused: none of these will run until reportctl schedule resume " + schedule.definition.name + "\n");
  }
  return exit_code::kDone;
}

}  // namespace

void bind_schedule_validate(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ValidateOptions>();
  auto& verb =
      add_verb(command, {.name = "validate",
                         .summary = "check stored schedules against every rule and the data, as a run would",
                         .examples = "reportctl schedule validate spend\n"
                                     "reportctl schedule validate --all      # after a deployment: 7 when one is broken"});
  verb.add_option("name", options->name, "name or id")->type_name("NAME");
  add_account_option(verb, options->account);
  verb.add_flag("--all", options->all, "every schedule (of --account)");
  when_chosen(verb, session, [&session, options] { return validate(session, *options); });
}

void bind_schedule_next(CLI::App& command, Session& session) {
  const auto options = std::make_shared<NextOptions>();
  auto& verb = add_verb(command, {.name = "next",
                                  .summary = "when it runs next, local and UTC, and which days each run covers",
                                  .examples = "reportctl schedule next spend\n"
                                              "reportctl schedule next spend -n 12 --json"});
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  verb.add_option("-n,--count", options->count, "how many, 1 to 1000")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""));
  when_chosen(verb, session, [&session, options] { return next(session, *options); });
}

}  // namespace reportctl::cli
