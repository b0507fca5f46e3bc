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
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/run_state.hpp"
#include "reportctl/store/sight.hpp"
#include "reportctl/store/state.hpp"
#include "reportctl/store/watch.hpp"

namespace reportctl::store {

enum class Trigger { scheduled, test, manual, part };
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
  bool interrupted = false;                ///< derived: its owner is dead, and in lists it is unfinished
  std::optional<Instant> resume_at;        ///< waiting for a retry until then
  std::optional<schedule::Period> period;  ///< none before it is known, and for skipped runs
  std::string timezone;
  std::string format;
  std::string reason;      ///< why it ended so, for an operator
  std::string violations;  ///< JSON array, for rejected runs; empty otherwise
  std::optional<std::int64_t> rows, bytes, generation_ms;
  std::string artifact_sha256, artifact_name;
  std::optional<Instant> begins;          ///< schedule::Schedule::begins
  std::optional<Instant> wait_until;      ///< its data have to be complete by then; none: it does not look
  std::optional<Instant> data_until;      ///< to where they were found complete; none with wait_until: not in time
  std::optional<Decision> decision;       ///< about its condition, once it is generated
  std::string parent, part;               ///< of a part: the run of its occurrence, and its key
  std::string corrects;                   ///< the run of which this one is a correction
  std::optional<Instant> file_pruned_at;  ///< the file is gone since
  bool waiting = false;                   ///< ended badly, its schedule has not succeeded since and nobody acknowledged it
};
/// Is it for the recipients of its schedule: of the rhythm, an extra one, or a part of these?
bool is_occurrence(const Run&);

/// In the order of its formats; also those that were pruned since. Empty: it made none.
std::vector<RunFile> run_files(State&, const Run&);
/// The reports whose rows its files have, or would have.
std::vector<std::string> reports_of(State&, const Run&);

struct RunFilter {
  std::optional<std::string> account = std::nullopt;
  std::optional<std::string> schedule_id = std::nullopt;
  std::vector<RunState> states = {};  ///< empty: any
  std::optional<Instant> since = std::nullopt;
  std::optional<Instant> until = std::nullopt;          ///< created before it
  std::optional<std::string> recipient = std::nullopt;  ///< address to which its report was to go
  bool parts = false;                                   ///< parts too; those to a recipient are always among them
  std::optional<std::string> parent = std::nullopt;     ///< only the parts of this run
  bool waiting = false;                                 ///< only those for which a person has to do something
  int limit = 50;                                       ///< newest first; 0: all
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
/// The schedule as it was when the run was claimed; none for runs that had none, and those that an older version finished.
std::optional<schedule::Definition> run_definition(State&, const Run&);
/// Of the newest occurrence before this slot that was not skipped.
std::optional<Instant> slot_run_before(State&, std::string_view schedule_id, Instant slot);
/// The newest scheduled runs of a schedule by their slots, newest first; skipped slots are among them.
std::vector<Run> latest_runs(State&, std::string_view schedule_id, int limit);

/// Scheduled runs that ended, since the state file was made, of the accounts that are in sight whole.
struct RunTotal {
  std::string account;
  RunState state = RunState::delivered;
  std::int64_t runs = 0;
  std::int64_t generated = 0;      ///< those that made a file
  std::int64_t generation_ms = 0;  ///< in so much time, together
};
std::vector<RunTotal> run_totals(State&, const Sight&);

struct RunCounts {
  std::vector<std::pair<RunState, std::int64_t>> by_state;  ///< those that were begun since
  std::int64_t unfinished = 0;  ///< interrupted ones and those that wait for a retry included, not those that wait for data
  std::int64_t unknown_deliveries = 0;
};
RunCounts count_runs(State&, Instant since, const Sight&);

}  // namespace reportctl::store
