// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "binds.hpp"
#include "monitoring.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/overview.hpp"
#include "reportctl/manage/visibility.hpp"
#include "runs/run_table.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

namespace {

constexpr std::size_t kMostShown = 10;

int exit_code_of(const manage::Overview& seen) {
  if (!seen.anything_waits()) return exit_code::kDone;
  return seen.unknown_waits() ? exit_code::kUnknownDelivery : exit_code::kUnsuccessful;
}

std::string utc(Instant instant) { return minute_text(instant, Zone::utc()) + " UTC"; }

Field last_run_due(const manage::Overview& seen) {
  const auto last = seen.heartbeat.last();
  if (!last) return {"never; is cron or its timer set up? reportctl crontab prints the line", Tone::warn};
  const auto usual = seen.heartbeat.usual();
  return {fmt::format("{} ({} ago{})", utc(*last), manage::span_text(seen.now - *last),
                      usual ? fmt::format(", usually every {}", manage::span_text(*usual)) : ""),
          seen.now > *seen.heartbeat.expected_by() ? Tone::warn : Tone::none};
}

Field runs_field(const manage::Overview& seen) {
  if (seen.runs.by_state.empty()) return {"no runs", Tone::dim};
  std::vector<std::string> ended;
  bool bad = false;
  for (const auto& [state, count] : seen.runs.by_state) {
    ended.push_back(fmt::format("{} {}", count, store::run_state_name(state)));
    bad = bad || (store::is_finished(state) && !store::ended_well(state));
  }
  return {join(ended, ", "), bad ? Tone::bad : Tone::good};
}

Field waiting_field(const manage::Overview& seen) {
  if (!seen.anything_waits()) return {"nothing", Tone::good};
  std::vector<std::string> all;
  for (const auto& concern : seen.concerns)
    if (concern.severity == manage::Severity::critical) all.push_back(fmt::format("{} ({})", concern.what, concern.next));
  return {join(all, "; "), Tone::bad};
}

Json record_of(Session& session, const manage::Overview& seen) {
  Json by_state = Json::object();
  for (const auto& [state, count] : seen.runs.by_state) by_state[std::string(store::run_state_name(state))] = count;
  Json concerns = Json::array();
  for (const auto& concern : seen.concerns)
    concerns.push_back({{"severity", concern.severity == manage::Severity::critical ? "critical" : "warning"},
                        {"code", concern.code},
                        {"message", concern.what},
                        {"hint", concern.next}});
  Json waiting = Json::array();
  for (const auto& run : seen.waiting) waiting.push_back(to_json(run));
  const auto usual = seen.heartbeat.usual();
  return {{"state", session.state().path().string()},
          {"schema_version", session.state().schema_version()},
          {"mail_transport", session.config().settings.mail.transport.url},
          {"now", format_utc(seen.now)},
          {"last_run_due_at", to_json(seen.heartbeat.last())},
          {"run_due_every_seconds", usual ? Json(usual->count()) : Json()},
          {"schedules",
           {{"total", seen.schedules.all},
            {"active", seen.schedules.active},
            {"due", seen.schedules.due},
            {"overdue", seen.schedules.overdue}}},
          {"next", seen.next ? Json{{"schedule", seen.next->definition.name},
                                    {"account", seen.next->definition.account},
                                    {"at", to_json(seen.next->next_run_at)}}
                             : Json()},
          {"runs_last_7_days", by_state},
          {"exports_last_7_days", seen.exports},
          {"unknown_deliveries", seen.runs.unknown_deliveries},
          {"unacknowledged_notifications", seen.open_notifications},
          {"concerns", concerns},
          {"waiting_runs", waiting}};
}

Sheet sheet_of(Session& session, const manage::Overview& seen) {
  Sheet sheet;
  const auto line = [&](const char* label, Field field) { sheet.lines.emplace_back(label, std::move(field)); };
  const bool waits = seen.anything_waits();
  if (waits) line("Waiting for you", waiting_field(seen));
  line("State", {fmt::format("{} (schema {})", session.state().path().string(), session.state().schema_version())});
  line("Mail", {session.config().settings.mail.transport.url});
  line("Last run-due", last_run_due(seen));
  line("Schedules", {fmt::format("{}, {} active, {} due now", seen.schedules.all, seen.schedules.active, seen.schedules.due),
                     seen.schedules.due > 0 ? Tone::warn : Tone::none});
  line("Next", seen.next ? Field{fmt::format("{}/{} at {}", seen.next->definition.account, seen.next->definition.name,
                                             utc(*seen.next->next_run_at))}
                         : Field{manage::nothing_seen(session.actor(), "nothing is scheduled"), Tone::dim});
  line("Last 7 days", runs_field(seen));
  if (!seen.exports.empty()) {
    std::vector<std::string> exported;
    for (const auto& [state, count] : seen.exports) exported.push_back(fmt::format("{} {}", count, state));
    line("Exports", {join(exported, ", "), seen.exports.contains("failed") ? Tone::bad : Tone::good});
  }
  if (!waits) line("Waiting for you", waiting_field(seen));
  line("Notifications", seen.open_notifications == 0
                            ? Field{"none open", Tone::good}
                            : Field{fmt::format("{} open: reportctl notifications list", seen.open_notifications), Tone::warn});
  sheet.record = record_of(session, seen);
  return sheet;
}

int status(Session& session, const std::string& html) {
  const auto seen = manage::gather(session.viewer(), session.now());
  if (!html.empty()) {
    session.out().note_replaced_clock();
    write_for_readers(html, status_page(session, seen));
    return exit_code_of(seen);
  }
  session.out().sheet(sheet_of(session, seen));
  std::vector<store::Run> shown(seen.waiting.begin(), seen.waiting.begin() + std::min(seen.waiting.size(), kMostShown));
  session.out().table("Waiting for you", run_table(shown));
  return exit_code_of(seen);
}

}  // namespace

void bind_status(CLI::App& root, Session& session) {
  CLI::App& command = add_command(root, {"status", "",
                                         "reportctl status\n"
                                         "reportctl status >/dev/null || echo 'something waits'\n"
                                         "reportctl status --html /var/www/html/reports.html\n"
                                         "reportctl status --json | jq -r '.concerns[].message'"});
  const auto html = std::make_shared<std::string>();
  command.add_option("--html", *html, "write a page of its own to this file instead")->type_name("FILE");
  when_chosen(command, session, [&session, html] { return status(session, *html); });
}

}  // namespace reportctl::cli
