// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::store {

enum class RunState {
  waiting,  ///< for complete data
  triggered,
  generated,
  delivered,
  partial,
  delivery_failed,
  unknown,
  no_data,
  quiet,  ///< made, and its condition asked for no mail
  rejected,
  failed,
  skipped,
};

/// All that differs between states; everything else asks here.
struct RunStateFacts {
  RunState state;
  std::string_view name;    ///< in the state file, in JSON and in filters
  bool finished;            ///< nothing more happens to such a run by itself
  bool well;                ///< it ended as it should: nobody has to be told
  std::string_view status;  ///< the documents' word, once finished: ok, partial, skipped, failed
  std::string_view words;   ///< in a mail about it
};
const RunStateFacts& facts_of(RunState);

inline std::string_view run_state_name(RunState state) { return facts_of(state).name; }
inline std::string_view run_status_word(RunState state) { return facts_of(state).status; }
inline bool is_finished(RunState state) { return facts_of(state).finished; }
inline bool ended_well(RunState state) { return facts_of(state).well; }
std::optional<RunState> parse_run_state(std::string_view name);
std::vector<std::string> run_state_names();

}  // namespace reportctl::store
