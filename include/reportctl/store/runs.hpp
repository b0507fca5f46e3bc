// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/schedule/window.hpp"
#include "reportctl/store/run_state.hpp"
#include "reportctl/store/sight.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

enum class Trigger { scheduled, test, manual };
std::string_view trigger_name(Trigger);
std::optional<Trigger> parse_trigger(std::string_view);

struct Run {
  std::string id;
  std::string schedule_id;  ///< empty for runs without a schedule
  std::string schedule_name;
  std::string account;
  std::string report;
  Trigger trigger = Trigger::scheduled;
  RunState state = RunState::triggered;
  std::optional<Instant> slot;  ///< scheduled runs: (schedule, slot) is unique
  Instant created_at{};
  std::optional<Instant> finished_at;
  std::int64_t fence = 0;
  int resumed = 0;                         ///< how often an interrupted run was taken over
  int attempts = 0;                        ///< how often making its file, or then mailing it, was put off
  bool interrupted = false;                ///< derived: unfinished and its owner is dead
  std::optional<Instant> resume_at;        ///< waiting for a retry until then
  std::optional<schedule::Period> period;  ///< none before it is known, and for skipped runs
  std::string timezone;
  std::string format;
  std::string reason;      ///< why it ended so, for an operator
  std::string violations;  ///< JSON array, for rejected runs; empty otherwise
  std::optional<std::int64_t> rows, bytes, generation_ms;
  std::string artifact_sha256, artifact_name;
  std::string corrects;                   ///< the run of which this one is a correction
  std::optional<Instant> file_pruned_at;  ///< the file is gone since
};

struct RunFilter {
  std::optional<std::string> account = std::nullopt;
  std::optional<std::string> schedule_id = std::nullopt;
  std::optional<RunState> state = std::nullopt;
  std::optional<Instant> since = std::nullopt;
  int limit = 50;  ///< newest first; 0: all
  Sight sight = std::nullopt;
};
/// A run counts for the site of its schedule; one that never had a schedule for the whole account.
std::vector<Run> list_runs(State&, const RunFilter&);
/// By id or an unambiguous prefix (≥ 4) among what is in sight. Error(not_found), Error(conflict).
Run get_run(State&, std::string_view id, const Sight&);
/// The schedule of a run, as it was for the run where that is recorded, else as it is now; default-constructed without one.
schedule::Schedule schedule_of_run(State&, std::string_view run_id);
/// JSON: the facts that its messages are composed from; empty before it is generated.
std::string mail_facts(State&, std::string_view run_id);
/// Counts for `status`: how many runs ended in each state since `since`, unknown deliveries that wait, schedules due.
struct Overview {
  std::int64_t schedules = 0, active = 0, due = 0, unknown_deliveries = 0, unacknowledged = 0;
  std::vector<std::pair<std::string, std::int64_t>> runs_by_state;
};
Overview overview(State&, Instant now, Instant since);

}  // namespace reportctl::store
