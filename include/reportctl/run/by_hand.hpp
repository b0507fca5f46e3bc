// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/run/run_due.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::run {

/// What a person starts, outside of the rhythm.

/// Sends a schedule's report now to other addresses, as a run of trigger `test`: the slot and rhythm are untouched.
Ended test_schedule(Parts&, const schedule::Schedule&, const std::vector<Mailbox>& to, const std::string& actor);

enum class ResendOnly { failed, unknown, all };
enum class ResendAs {
  same_message,  ///< under its Message-ID, by which most mail systems drop a second copy
  new_message,
};
struct Resend {
  ResendOnly only = ResendOnly::failed;
  ResendAs as = ResendAs::same_message;
};
/// Error(conflict) when the run is not finished or nothing matches; Error(not_found) when its file was pruned.
Ended resend(Parts&, const store::Run&, const Resend&, const std::string& actor);

}  // namespace reportctl::run
