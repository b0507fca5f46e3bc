// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/mail/status_page.hpp"

#include <fmt/format.h>

#include "monitoring.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "schedules/schedule_words.hpp"

namespace reportctl::cli {

namespace {

using mail::StatusPage;

constexpr int kStrip = 14;
constexpr std::size_t kMostWaiting = 50;
constexpr int kMostOfNight = 100;

std::string utc_minute(Instant instant) { return minute_text(instant, Zone::utc()); }
std::string utc_minute_or_dash(const std::optional<Instant>& instant) {
  return instant ? utc_minute(*instant) : std::string("–");
}

const char* look_of(const store::Run& run) {
  if (!store::is_finished(run.state) || run.state == store::RunState::skipped) return "none";
  if (store::ended_well(run.state)) return "good";
  return run.state == store::RunState::partial ? "warn" : "bad";
}

std::string outcome_of(const store::Run& run) { return std::string(store::facts_of(run.state).words); }

std::string duration_text(std::int64_t milliseconds) {
  if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
  return milliseconds < 120'000 ? fmt::format("{}.{} s", milliseconds / 1000, milliseconds % 1000 / 100)
                                : fmt::format("{} min", milliseconds / 60'000);
}

StatusPage::Run row_of(const store::Run& run) {
  return {.id = run.id.substr(0, 8),
          .schedule = run.schedule_name.empty() ? run.account : fmt::format("{}/{}", run.account, run.schedule_name),
          .due = utc_minute(run.slot.value_or(run.created_at)),
          .outcome = outcome_of(run),
          .why = run.reason,
          .look = look_of(run)};
}

/// `12 delivered, 2 failed`.
template <typename Runs>
std::string tally(const Runs& runs) {
  std::map<store::RunState, int> counts;
  for (const auto& run : runs) ++counts[run.state];
  std::vector<std::string> words;
  for (const auto& [state, count] : counts) words.push_back(fmt::format("{} {}", count, store::facts_of(state).words));
  return join(words, ", ");
}

StatusPage::Schedule schedule_of(const manage::History& history) {
  const auto& definition = history.schedule.definition;
  StatusPage::Schedule row{.name = definition.name,
                           .account = definition.account,
                           .report = definition.report,
                           .rhythm = fmt::format("{} {}", rhythm_words(definition, history.timezone), history.timezone),
                           .next = utc_minute_or_dash(history.schedule.next_run_at),
                           .last_success = utc_minute_or_dash(history.schedule.last_success_at),
                           .duration = "–",
                           .paused = !definition.active,
                           .strip_text = history.latest.empty() ? std::string("no runs yet") : tally(history.latest),
                           .strip = {}};
  for (const auto& run : history.latest) {
    if (run.generation_ms && row.duration == "–") row.duration = duration_text(*run.generation_ms);
    row.strip.insert(row.strip.begin(), {.look = look_of(run),
                                         .title = fmt::format("{}: {}{}{}", utc_minute(run.slot.value_or(run.created_at)),
                                                              outcome_of(run), run.reason.empty() ? "" : ": ", run.reason)});
  }
  return row;
}

}  // namespace

std::string status_page(Session& session, const manage::Overview& seen) {
  StatusPage page;
  page.title = "Scheduled reports";
  page.made_at = utc_minute(seen.now) + " UTC, and so are all times";
  page.made_at_seconds = seen.now.time_since_epoch().count();
  if (const auto expected = seen.heartbeat.expected_by(); expected && seen.heartbeat.usual())
    page.stale_after_seconds = (*expected - *seen.heartbeat.last()).count();
  page.look = seen.anything_waits() ? "bad" : seen.concerns.empty() ? "good" : "warn";
  page.verdict = seen.anything_waits()   ? "Something waits for you"
                 : seen.concerns.empty() ? "All is well"
                                         : "Nothing waits for you";
  for (const auto& concern : seen.concerns) page.concerns.push_back({.what = concern.what, .next = concern.next});
  const auto last = seen.heartbeat.last();
  page.facts = {{"Last run-due", last ? fmt::format("{} ({} before)", utc_minute(*last), manage::span_text(seen.now - *last))
                                      : std::string("never")},
                {"Schedules", fmt::format("{}, {} active", seen.schedules.all, seen.schedules.active)},
                {"Next", seen.next ? fmt::format("{}/{} at {}", seen.next->definition.account, seen.next->definition.name,
                                                 utc_minute(*seen.next->next_run_at))
                                   : std::string("nothing is scheduled")}};
  for (const auto& run : seen.waiting)
    if (page.waiting.size() < kMostWaiting) page.waiting.push_back(row_of(run));
  store::RunFilter night;
  night.since = seen.now - std::chrono::days(1);
  night.limit = kMostOfNight;
  const auto runs = manage::visible_runs(session.viewer(), night);
  page.night_text = runs.empty() ? "No runs." : tally(runs) + ".";
  for (const auto& run : runs)
    if (!store::ended_well(run.state)) page.night.push_back(row_of(run));
  for (const auto& history : manage::gather_histories(session.viewer(), kStrip)) page.schedules.push_back(schedule_of(history));
  return mail::render_status_page(page);
}

}  // namespace reportctl::cli
