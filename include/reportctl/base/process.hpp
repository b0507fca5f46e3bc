// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl {

/// Identifies one process on one boot of one host, so that a dead owner is told from a living one even when pids are reused.
struct ProcessIdentity {
  std::string host;     ///< machine id, or the host name where there is none
  std::string boot_id;  ///< /proc/sys/kernel/random/boot_id
  long pid = 0;
  long long start_time = 0;  ///< field 22 of /proc/PID/stat, clock ticks since boot
  bool operator==(const ProcessIdentity&) const = default;
};

ProcessIdentity this_process();
/// For an identity of this host: does that very process still exist? (Another host's processes: always true; leases decide
/// there.)
bool is_alive(const ProcessIdentity&);

/// The login of a Unix user, or `#1000` for one without an entry, which sudo understands.
std::string login_of(unsigned user);
/// That of the real user, and what sudo claims (`SUDO_USER`), empty when absent.
std::string current_login();
/// HOME, or where it is not set the directory in the entry of the effective user; empty where there is none. Error(config) for a
/// relative one.
std::string home_directory();
std::string sudo_claim();

struct CommandResult {
  int exit_code = 0;   ///< 128+N when killed by signal N
  std::string output;  ///< standard output, at most `limit` bytes
};
/// Runs argv without a shell, standard input from /dev/null, standard error passed through. Error(config) when it cannot start,
/// takes longer than `timeout` (it is then killed) or prints more than `limit`.
CommandResult run_command(const std::vector<std::string>& argv, std::chrono::seconds timeout, std::size_t limit);

}  // namespace reportctl
