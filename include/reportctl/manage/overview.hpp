// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/manage/viewer.hpp"
#include "reportctl/run/heartbeat.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/runs.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::manage {

enum class Severity { warning, critical };

/// Something that somebody should know: a critical one waits for a person.
struct Concern {
  Severity severity = Severity::critical;
  std::string code;  ///< `run_due_silent`, `runs_waiting`, …, for JSON
  std::string what;  ///< one sentence without a full stop
  std::string next;  ///< the command or the place to look
};

/// How things are, for status, doctor, check, metrics and the status page alike. Its cost does not grow with what is finished.
struct Overview {
  Instant now{};
  run::Heartbeat heartbeat;
  store::ScheduleCounts schedules;
  std::optional<schedule::Schedule> next;
  store::RunCounts runs;                        ///< of the last seven days
  std::map<std::string, std::int64_t> exports;  ///< of the last seven days, by state
  std::vector<store::Run> waiting;              ///< newest first, the first thousand
  std::int64_t open_notifications = 0;
  std::int64_t exports_to_do = 0, webhooks_due = 0;  ///< work for run-due, at most a thousand of each; system admins see it
  std::vector<Concern> concerns;                     ///< what matters most first

  [[nodiscard]] bool anything_waits() const;
  [[nodiscard]] bool unknown_waits() const;
  [[nodiscard]] const Concern* concern(std::string_view code) const;
};

inline constexpr std::chrono::days kOverviewSpan{7};

/// What the actor may see.
Overview gather(const Viewer&, Instant now);

/// How the last occurrences of a schedule went.
struct History {
  schedule::Schedule schedule;
  std::string timezone;            ///< of its times
  std::vector<store::Run> latest;  ///< newest first
};
std::vector<History> gather_histories(const Viewer&, int runs);

/// `3 hours`, `5 minutes`: rounded down, at least a second.
std::string span_text(std::chrono::seconds);

}  // namespace reportctl::manage
