// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_endings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reportctl/cli/session.hpp"
#include "reportctl/store/runs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"

namespace reportctl::cli {

using store::RunState;

bool went_well(const run::Ended& ended) { return !ended.deferred && store::ended_well(ended.state); }

int exit_code_of(const run::Ended& ended) {
  if (ended.deferred) return exit_code::kDeferred;
  if (went_well(ended)) return exit_code::kDone;
  switch (ended.state) {
    case RunState::unknown:
      return exit_code::kUnknownDelivery;
    case RunState::rejected:
      return exit_code::kInvalid;
    case RunState::failed:
      return exit_code::kFailed;
    case RunState::waiting:
    case RunState::triggered:
    case RunState::generated:
    case RunState::delivered:
    case RunState::partial:
    case RunState::delivery_failed:
    case RunState::no_data:
    case RunState::quiet:
    case RunState::skipped:
      break;
  }
  return exit_code::kUnsuccessful;
}

int due_exit_code_of(const run::Ended& ended) {
  const int code = exit_code_of(ended);
  return code == exit_code::kInvalid || code == exit_code::kFailed ? exit_code::kUnsuccessful : code;
}

int worse(int a, int b) {
  const auto severity = [](int code) -> std::ptrdiff_t {
    constexpr std::array kMildFirst = {exit_code::kDeferred, exit_code::kUnsuccessful, exit_code::kUnknownDelivery,
                                       exit_code::kConfig,   exit_code::kBusy,         exit_code::kState};
    if (code == exit_code::kDone) return -2;
    if (code >= exit_code::kSignal) return kMildFirst.size();
    const auto* const found = std::find(kMildFirst.begin(), kMildFirst.end(), code);
    return found == kMildFirst.end() ? -1 : found - kMildFirst.begin();
  };
  return severity(b) > severity(a) ? b : a;
}

Tone tone_of_status(std::string_view status) {
  if (status == "ok") return Tone::good;
  if (status == "skipped") return Tone::dim;
  return status == "partial" ? Tone::warn : Tone::bad;
}

std::string sentence(const run::Ended& ended) {
  std::string outcome(store::run_state_name(ended.state));
  std::replace(outcome.begin(), outcome.end(), '_', ' ');
  if (ended.deferred) outcome = "deferred";
  const auto whose = ended.schedule.empty() ? ended.account : fmt::format("{}/{}", ended.account, ended.schedule);
  return ended.reason.empty() ? fmt::format("{}: {}", whose, outcome) : fmt::format("{}: {}: {}", whose, outcome, ended.reason);
}

int tell_ending(Session& session, const run::Ended& ended) {
  auto words = sentence(ended);
  if (const auto step = run::next_step(ended); !step.empty()) words += "; " + step;
  session.out().done(fmt::format("{} (run {})", words, ended.run_id), to_json(ended));
  return exit_code_of(ended);
}

}  // namespace reportctl::cli
