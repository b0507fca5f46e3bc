// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "reportctl/base/text.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::run {

using store::RunState;

std::string next_command(const Ended& ended) {
  if (ended.deferred) return {};
  switch (ended.state) {
    case RunState::delivered:
    case RunState::no_data:
    case RunState::quiet:
    case RunState::skipped:
      return {};
    case RunState::unknown:
      return fmt::format("reportctl runs resend {} --only unknown", ended.run_id);
    case RunState::partial:
    case RunState::delivery_failed:
      return fmt::format("reportctl runs resend {} --only failed", ended.run_id);
    case RunState::rejected:
      return ended.schedule.empty()
                 ? fmt::format("reportctl runs show {}", ended.run_id)
                 : fmt::format("reportctl schedule validate {} --account {}", shell_word(ended.schedule), ended.account);
    case RunState::waiting:
    case RunState::triggered:
    case RunState::generated:
    case RunState::failed:
      break;
  }
  return fmt::format("reportctl runs retry {}", ended.run_id);
}

std::string next_step(const Ended& ended) {
  const auto command = next_command(ended);
  return ended.first.empty() || command.empty() ? command : fmt::format("{}, then: {}", ended.first, command);
}

}  // namespace reportctl::run
