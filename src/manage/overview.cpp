// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/overview.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/for_people.hpp"
#include "reportctl/manage/export_access.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::manage {
namespace {

constexpr int kMost = 1000;
constexpr std::chrono::hours kOverdue{1};

/// The file beside the state file is exact; the fact in it stands in for a file that was lost.
run::Heartbeat heartbeat_of(store::State& state, Instant now) {
  auto heartbeat = run::read_heartbeat(state.path(), now);
  const auto fact = parse_instant(state.fact(run::kLastRunDue).value_or(""));
  if (fact && *fact <= now && heartbeat.last().value_or(Instant::min()) < *fact) heartbeat.beats = {*fact};
  return heartbeat;
}

std::optional<Concern> silence_of(const Overview& seen) {
  const auto expected = seen.heartbeat.expected_by();
  if (seen.schedules.active == 0 || !expected || seen.now <= *expected) return std::nullopt;
  const auto usual = seen.heartbeat.usual();
  return Concern{.code = "run_due_silent",
                 .what = fmt::format("run-due has not run for {}{}", span_text(seen.now - *seen.heartbeat.last()),
                                     usual ? fmt::format("; it usually runs every {}", span_text(*usual)) : ""),
                 .next = "is cron or its timer running? reportctl crontab prints the line"};
}

std::optional<Concern> overdue_of(const Overview& seen) {
  if (seen.schedules.overdue == 0) return std::nullopt;
  const auto how = counted(seen.schedules.overdue, "schedule has been due for more than an hour",
                           "schedules have been due for more than an hour");
  if (!seen.heartbeat.last())
    return Concern{
        .code = "run_due_never", .what = how + ", and run-due has never run", .next = "reportctl crontab prints the line"};
  return Concern{.code = "schedules_overdue", .what = how, .next = "reportctl run-due --dry-run"};
}

std::optional<Concern> failures_of(const Overview& seen) {
  if (seen.waiting.empty()) return std::nullopt;
  std::map<store::RunState, std::int64_t> by_state;
  for (const auto& run : seen.waiting) ++by_state[run.state];
  std::string words;
  for (const auto& [state, count] : by_state)
    words += fmt::format("{}{} {}", words.empty() ? "" : ", ", count, store::facts_of(state).words);
  const auto several = static_cast<std::int64_t>(seen.waiting.size());
  return Concern{.code = "runs_waiting",
                 .what = fmt::format("{}: {}", counted(several, "run waits for you", "runs wait for you"), words),
                 .next = "reportctl runs list --waiting"};
}

std::vector<Concern> concerns_of(const Overview& seen) {
  std::vector<Concern> all;
  const auto add = [&](std::optional<Concern> concern) {
    if (concern) all.push_back(std::move(*concern));
  };
  add(silence_of(seen));
  if (all.empty()) add(overdue_of(seen));
  add(failures_of(seen));
  if (seen.schedules.orphaned > 0)
    add(Concern{.code = "schedules_orphaned",
                .what = counted(seen.schedules.orphaned, "schedule runs for a member who is gone and will be rejected",
                                "schedules run for members who are gone and will be rejected"),
                .next = "reportctl schedule reassign NAME --to MEMBER"});
  if (seen.runs.unfinished > 0)
    add(Concern{.severity = Severity::warning,
                .code = "runs_unfinished",
                .what = counted(seen.runs.unfinished, "run is not finished", "runs are not finished"),
                .next = "reportctl runs list --outcome triggered,generated"});
  if (seen.open_notifications > 0)
    add(Concern{.severity = Severity::warning,
                .code = "notifications_open",
                .what = counted(seen.open_notifications, "notification is open", "notifications are open"),
                .next = "reportctl notifications list"});
  return all;
}

}  // namespace

bool Overview::anything_waits() const {
  return std::any_of(concerns.begin(), concerns.end(),
                     [](const Concern& concern) { return concern.severity == Severity::critical; });
}

bool Overview::unknown_waits() const {
  return std::any_of(waiting.begin(), waiting.end(), [](const store::Run& run) { return run.state == store::RunState::unknown; });
}

const Concern* Overview::concern(std::string_view code) const {
  const auto found = std::find_if(concerns.begin(), concerns.end(), [&](const Concern& one) { return one.code == code; });
  return found == concerns.end() ? nullptr : &*found;
}

Overview gather(const Viewer& viewer, Instant now) {
  auto& state = viewer.state;
  const auto sight = sight_of(viewer.actor, access::Action::view);
  Overview seen;
  seen.now = now;
  seen.heartbeat = heartbeat_of(state, now);
  seen.schedules = store::count_schedules(state, {.now = now, .overdue_before = now - kOverdue}, sight);
  seen.next = store::next_schedule(state, sight);
  seen.runs = store::count_runs(state, now - kOverviewSpan, sight);
  store::ExportFilter exports;
  exports.since = now - kOverviewSpan;
  exports.limit = 0;
  for (const auto& job : visible_exports(viewer, exports)) ++seen.exports[std::string(store::export_state_name(job.state))];
  store::RunFilter waiting;
  waiting.waiting = true;
  waiting.limit = kMost;
  seen.waiting = visible_runs(viewer, waiting);
  seen.open_notifications = store::count_open_notifications(state, sight_of_notifications(viewer.actor));
  if (viewer.actor.is_system_admin()) {
    seen.exports_to_do = static_cast<std::int64_t>(store::exports_to_work(state, now, kMost).size());
    seen.webhooks_due = static_cast<std::int64_t>(store::due_webhooks(state, now, kMost).size());
  }
  seen.concerns = concerns_of(seen);
  return seen;
}

std::vector<History> gather_histories(const Viewer& viewer, int runs) {
  std::map<std::string, std::string> zones;
  for (const auto& account : store::list_accounts(viewer.state)) zones[account.id] = account.timezone;
  std::vector<History> all;
  for (auto& schedule : visible_schedules(viewer, {})) {
    History history;
    history.timezone = schedule::effective_timezone(schedule.definition, zones[schedule.definition.account]);
    if (runs > 0) history.latest = store::latest_runs(viewer.state, schedule.id, runs);
    history.schedule = std::move(schedule);
    all.push_back(std::move(history));
  }
  return all;
}

std::string span_text(std::chrono::seconds span) {
  const long long seconds = std::max<long long>(span.count(), 0);
  if (seconds < 120) return counted(seconds, "second", "seconds");
  if (seconds < 7200) return counted(seconds / 60, "minute", "minutes");
  if (seconds < 172'800) return counted(seconds / 3600, "hour", "hours");
  return counted(seconds / 86'400, "day", "days");
}

}  // namespace reportctl::manage
