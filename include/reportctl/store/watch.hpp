// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/time.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// What was decided about an occurrence of a schedule with a condition. Recorded with the letters of its run, so that a run that
/// is resumed never decides again.
struct Decision {
  enum class Verdict { send, quiet, all_clear } verdict = Verdict::send;
  bool holds = true;        ///< the condition
  std::string why;          ///< `count is 14, > 10`
  std::string fingerprint;  ///< of the rows, if the condition asks whether they changed
};
std::string_view verdict_name(Decision::Verdict);
/// For people and other programs; null: there is no condition.
nlohmann::ordered_json decision_record(const std::optional<Decision>&);
/// For the state.
std::string decision_json(const Decision&);
/// Of decision_json(); none of an empty text. Error(state) for any other.
std::optional<Decision> read_decision(std::string_view);

/// What is remembered for the condition of a schedule, or of one of its parts. finish() alone moves it, and never ahead of what
/// was told: it is raised once the report is accepted by somebody's server, or may be. Changing what the condition is about
/// clears it.
struct Watch {
  std::optional<Instant> raised_since;    ///< slot at which the condition was first told; empty: it is not raised
  std::optional<Instant> last_sent_slot;  ///< slot at which it was last told
  std::string fingerprint;                ///< of the rows that were last sent
};
Watch watch_of(State&, std::string_view schedule_id, std::string_view part);

}  // namespace reportctl::store
