// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "reportctl/base/time.hpp"

namespace reportctl::run {

/// When run-due last ran. It is kept in a file beside the state file: a transaction for each idle run-due would cost more than
/// everything else that it does. The file may be lost; then `last_run_due_at` in the state is used, which is exact to a quarter
/// of an hour.
struct Heartbeat {
  std::vector<Instant> beats;  ///< newest first, a few of them

  [[nodiscard]] std::optional<Instant> last() const;
  /// The median of the intervals between the last beats; none before there are three.
  [[nodiscard]] std::optional<std::chrono::seconds> usual() const;
  /// The moment from which silence is unusual: an interval and some patience after the last beat; an hour while no interval is
  /// known. None while run-due has never run.
  [[nodiscard]] std::optional<Instant> expected_by() const;
};

inline constexpr const char* kLastRunDue = "last_run_due_at";  ///< the fact in the state file

std::filesystem::path heartbeat_file(const std::filesystem::path& state);
/// Never fails: what cannot be read is no beat. Beats after `now` (a clock that was set back, a rehearsal) do not count.
Heartbeat read_heartbeat(const std::filesystem::path& state, Instant now);
/// Never fails: run-due must not stop because of it.
void beat(const std::filesystem::path& state, Instant now);

}  // namespace reportctl::run
