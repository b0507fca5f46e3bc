// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <map>

#include "monitoring.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"

namespace reportctl::cli {

namespace {

/// The value of a label: backslash, quote and line feed are escaped, as the format wants it.
std::string label_text(const std::string& text) {
  std::string out;
  for (const char c : repair_utf8(text)) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '\\' || c == '"') out += '\\';
    out += c;
  }
  return out;
}

class Exposition {
 public:
  void head(const char* name, const char* type, const char* help) {
    name_ = name;
    text_ += fmt::format("# HELP reportctl_{0} {1}\n# TYPE reportctl_{0} {2}\n", name, help, type);
  }
  /// `labels`: `{account="shop"}`, or empty; `suffix` of a summary: `_sum`.
  void value(const std::string& value, const std::string& labels = {}, const char* suffix = "") {
    text_ += fmt::format("reportctl_{}{}{} {}\n", name_, suffix, labels, value);
  }
  void gauge(const char* name, const char* help, std::int64_t number) {
    head(name, "gauge", help);
    value(std::to_string(number));
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

std::string seconds_of(Instant instant) { return std::to_string(instant.time_since_epoch().count()); }
std::string seconds_of(std::int64_t milliseconds) { return fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000); }

std::string labels_of(const schedule::Schedule& schedule) {
  return fmt::format("{{account=\"{}\",schedule=\"{}\"}}", label_text(schedule.definition.account),
                     label_text(schedule.definition.name));
}

void add_totals(Exposition& out, const manage::Viewer& viewer) {
  const auto totals = store::run_totals(viewer.state, manage::sight_of(viewer.actor, access::Action::view));
  out.head("runs_total", "counter", "Scheduled runs that ended, by account and outcome.");
  for (const auto& total : totals)
    out.value(std::to_string(total.runs),
              fmt::format("{{account=\"{}\",outcome=\"{}\"}}", label_text(total.account), store::run_state_name(total.state)));
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> generated;
  for (const auto& total : totals) {
    auto& [count, milliseconds] = generated[total.account];
    count += total.generated;
    milliseconds += total.generation_ms;
  }
  out.head("generation_seconds", "summary", "Time that making the files of scheduled runs took, by account.");
  for (const auto& [account, sums] : generated) {
    const auto labels = fmt::format("{{account=\"{}\"}}", label_text(account));
    out.value(seconds_of(sums.second), labels, "_sum");
    out.value(std::to_string(sums.first), labels, "_count");
  }
}

void add_schedules(Exposition& out, const std::vector<manage::History>& histories) {
  const auto each = [&](const char* name, const char* help, const auto& value_of) {
    out.head(name, "gauge", help);
    for (const auto& history : histories)
      if (const auto value = value_of(history)) out.value(*value, labels_of(history.schedule));
  };
  using Value = std::optional<std::string>;
  const auto time = [](const std::optional<Instant>& at) { return at ? Value(seconds_of(*at)) : std::nullopt; };
  each("schedule_active", "1 for a schedule that runs, 0 for a paused one.",
       [](const manage::History& one) { return Value(one.schedule.definition.active ? "1" : "0"); });
  each("schedule_last_success_timestamp_seconds", "When a run of the schedule last ended well.",
       [&](const manage::History& one) { return time(one.schedule.last_success_at); });
  each("schedule_last_run_timestamp_seconds", "When a run of the schedule last ended.",
       [&](const manage::History& one) { return time(one.schedule.last_run_at); });
  each(
      "schedule_next_run_timestamp_seconds", "When the schedule is due next; none while it is paused.",
      [&](const manage::History& one) { return one.schedule.definition.active ? time(one.schedule.next_run_at) : std::nullopt; });
  each("schedule_failures_in_a_row", "Runs of the schedule that did not end well since its last success.",
       [](const manage::History& one) { return Value(std::to_string(one.schedule.failure_count)); });
  each("schedule_last_generation_seconds", "Time that making the schedule's newest file took.", [](const manage::History& one) {
    for (const auto& run : one.latest)
      if (run.generation_ms) return Value(seconds_of(*run.generation_ms));
    return Value();
  });
}

}  // namespace

std::string metrics_text(Session& session, const manage::Overview& seen) {
  Exposition out;
  out.head("info", "gauge", "Version of reportctl and schema of its state file.");
  out.value("1", fmt::format("{{version=\"{}\",schema=\"{}\"}}", REPORTCTL_VERSION, session.state().schema_version()));
  if (const auto last = seen.heartbeat.last()) {
    out.head("last_run_due_timestamp_seconds", "gauge", "When run-due last ran.");
    out.value(seconds_of(*last));
    out.gauge("last_run_due_age_seconds", "How long ago that was when this was written.", (seen.now - *last).count());
  }
  out.gauge("run_due_silent", "1 when run-due has been silent for longer than its usual interval.",
            seen.concern("run_due_silent") != nullptr ? 1 : 0);
  out.gauge("schedules_due", "Schedules that are due now.", seen.schedules.due);
  out.gauge("schedules_overdue", "Schedules that have been due for more than an hour.", seen.schedules.overdue);
  out.gauge("runs_waiting", "Runs that ended badly and wait for a person.", static_cast<std::int64_t>(seen.waiting.size()));
  out.gauge("runs_unfinished", "Runs that are worked on, or wait for a retry.", seen.runs.unfinished);
  out.gauge("deliveries_unknown", "Deliveries of unknown fate.", seen.runs.unknown_deliveries);
  out.gauge("exports_pending", "Exports that wait for run-due, at most 1000.", seen.exports_to_do);
  out.gauge("webhooks_due", "Webhook deliveries that wait for run-due, at most 1000.", seen.webhooks_due);
  out.gauge("notifications_open", "Notifications that nobody has acknowledged.", seen.open_notifications);
  add_totals(out, session.viewer());
  constexpr int kNewest = 3;  // a skipped slot or a failure has no file
  add_schedules(out, manage::gather_histories(session.viewer(), kNewest));
  return out.text();
}

}  // namespace reportctl::cli
