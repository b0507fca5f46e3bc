// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "binds.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/export_access.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/runs.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

constexpr std::chrono::days kSpan{7};

/// What the actor may see, counted the same way for operators and tenants.
store::Overview seen_overview(Session& session, Instant since) {
  if (session.actor().is_system_admin()) return store::overview(session.state(), session.now(), since);
  store::Overview seen;
  for (const auto& schedule : visible_schedules(session.viewer(), {})) {
    ++seen.schedules;
    if (!schedule.definition.active) continue;
    ++seen.active;
    if (schedule.next_run_at && *schedule.next_run_at <= session.now()) ++seen.due;
  }
  std::map<std::string, std::int64_t> by_state;
  store::RunFilter filter;
  filter.since = since;
  filter.limit = 100'000;
  for (const store::Run& run : visible_runs(session.viewer(), filter)) ++by_state[std::string(store::run_state_name(run.state))];
  seen.runs_by_state.assign(by_state.begin(), by_state.end());
  filter = {};
  filter.state = store::RunState::unknown;
  filter.limit = 1000;
  for (const store::Run& run : visible_runs(session.viewer(), filter))
    for (const store::Delivery& delivery : store::list_deliveries(session.state(), run.id))
      if (delivery.state == store::DeliveryState::unknown) ++seen.unknown_deliveries;
  store::NotificationFilter open;
  open.limit = 1000;
  seen.unacknowledged = static_cast<std::int64_t>(visible_notifications(session.viewer(), open).size());
  return seen;
}

/// Those of the last days, by state.
std::map<std::string, std::int64_t> seen_exports(Session& session, Instant since) {
  store::ExportFilter filter;
  filter.since = since;
  filter.limit = 100'000;
  std::map<std::string, std::int64_t> by_state;
  for (const store::Export& job : visible_exports(session.viewer(), filter))
    ++by_state[std::string(store::export_state_name(job.state))];
  return by_state;
}

/// The schedule that fires next.
std::optional<schedule::Schedule> next_schedule(Session& session) {
  std::optional<schedule::Schedule> next;
  for (auto& schedule : visible_schedules(session.viewer(), {std::nullopt, std::nullopt, true}))
    if (schedule.next_run_at && (!next || *schedule.next_run_at < *next->next_run_at)) next = std::move(schedule);
  return next;
}

/// `5 minutes ago`.
std::string ago(Instant then, Instant now) {
  const long long seconds = (now - then).count();
  const auto words = [](long long count, const char* unit) {
    return fmt::format("{} {}{} ago", count, unit, count == 1 ? "" : "s");
  };
  if (seconds < 0) return "in the future";
  if (seconds < 120) return words(seconds, "second");
  if (seconds < 7200) return words(seconds / 60, "minute");
  if (seconds < 172'800) return words(seconds / 3600, "hour");
  return words(seconds / 86'400, "day");
}

std::string utc(Instant instant) { return minute_text(instant, Zone::utc()) + " UTC"; }

std::string counted(std::int64_t count, const char* one, const char* many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

Field last_run_due(const std::optional<Instant>& last, Instant now) {
  constexpr std::chrono::hours kLate{1};
  if (!last) return {"never; is it in the crontab? reportctl crontab prints the line", Tone::warn};
  const std::string text = fmt::format("{} ({})", utc(*last), ago(*last, now));
  return {text, now - *last > kLate ? Tone::warn : Tone::none};
}

int status(Session& session) {
  const Instant now = session.now();
  const store::Overview seen = seen_overview(session, now - kSpan);
  const auto last = parse_instant(session.state().fact("last_run_due_at").value_or(""));
  const auto next = next_schedule(session);
  const settings::Settings& settings = session.config().settings;

  std::vector<std::string> ended;
  std::int64_t bad = 0;
  nlohmann::ordered_json by_state = nlohmann::ordered_json::object();
  for (const auto& [state, count] : seen.runs_by_state) {
    if (count == 0) continue;
    ended.push_back(fmt::format("{} {}", count, state));
    by_state[state] = count;
    if (state == "failed" || state == "delivery_failed" || state == "rejected" || state == "unknown" || state == "partial")
      bad += count;
  }
  const auto exports = seen_exports(session, now - kSpan);
  std::vector<std::string> exported;
  for (const auto& [state, count] : exports) exported.push_back(fmt::format("{} {}", count, state));
  Sheet sheet;
  sheet.lines = {
      {"State", {fmt::format("{} (schema {})", session.state().path().string(), session.state().schema_version())}},
      {"Mail", {settings.mail.transport.url}},
      {"Last run-due", last_run_due(last, now)},
      {"Schedules",
       {fmt::format("{}, {} active, {} due now", seen.schedules, seen.active, seen.due), seen.due > 0 ? Tone::warn : Tone::none}},
      {"Next", next ? Field{fmt::format("{}/{} at {}", next->definition.account, next->definition.name, utc(*next->next_run_at))}
                    : Field{manage::nothing_seen(session.actor(), "nothing is scheduled"), Tone::dim}},
      {"Last 7 days", ended.empty() ? Field{"no runs", Tone::dim} : Field{join(ended, ", "), bad > 0 ? Tone::bad : Tone::good}},
      {"Waiting for you", seen.unknown_deliveries == 0 ? Field{"nothing", Tone::good}
                                                       : Field{counted(seen.unknown_deliveries, "delivery whose fate is unknown",
                                                                       "deliveries whose fate is unknown") +
                                                                   ": reportctl runs list --outcome unknown",
                                                               Tone::bad}},
      {"Notifications", seen.unacknowledged == 0
                            ? Field{"none open", Tone::good}
                            : Field{fmt::format("{} open", seen.unacknowledged) + ": reportctl notifications list", Tone::warn}}};
  if (!exported.empty()) {
    const auto after_runs =
        std::find_if(sheet.lines.begin(), sheet.lines.end(), [](const auto& line) { return line.first == "Waiting for you"; });
    sheet.lines.insert(after_runs, {"Exports", {join(exported, ", "), exports.contains("failed") ? Tone::bad : Tone::good}});
  }
  sheet.record = {{"state", session.state().path().string()},
                  {"schema_version", session.state().schema_version()},
                  {"mail_transport", settings.mail.transport.url},
                  {"now", format_utc(now)},
                  {"last_run_due_at", to_json(last)},
                  {"schedules", {{"total", seen.schedules}, {"active", seen.active}, {"due", seen.due}}},
                  {"next", next ? nlohmann::ordered_json{{"schedule", next->definition.name},
                                                         {"account", next->definition.account},
                                                         {"at", to_json(next->next_run_at)}}
                                : nlohmann::ordered_json()},
                  {"runs_last_7_days", by_state},
                  {"exports_last_7_days", exports},
                  {"unknown_deliveries", seen.unknown_deliveries},
                  {"unacknowledged_notifications", seen.unacknowledged}};
  session.out().sheet(sheet);
  return 0;
}

}  // namespace

void bind_status(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"status", "",
                                         "reportctl status\n"
                                         "reportctl status --json | jq .unknown_deliveries\n"
                                         "watch -n 60 reportctl status"});
  when_chosen(command, session, [&session] { return status(session); });
}

}  // namespace reportctl::cli
