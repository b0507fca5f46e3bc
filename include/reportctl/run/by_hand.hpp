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
Ended test_schedule(Parts&, const schedule::Schedule&, const schedule::Recipients& to, const std::string& actor);

/// Sends a schedule's report now to its own recipients, as an extra occurrence of trigger `manual`: the rhythm, its last status
/// and its failures are untouched; what is put off is tried again by run-due. Error(conflict) while a run of it is not finished.
Ended run_now(Parts&, const schedule::Schedule&, const std::string& actor);

enum class ResendOnly { failed, unknown, all };
enum class ResendAs {
  same_message,  ///< under its Message-ID, by which most mail systems drop a second copy
  new_message,
};
struct Resend {
  ResendOnly only = ResendOnly::failed;
  ResendAs as = ResendAs::same_message;
  std::vector<Mailbox> to = {};  ///< to these and nobody else, whether the run has them or not
};
/// Error(conflict) when the run is not finished or nothing matches; Error(not_found) when its file was pruned.
Ended resend(Parts&, const store::Run&, const Resend&, const std::string& actor);

/// Makes the report of a run anew from the data of now, as a run of trigger `manual`, and mails it as a correction, to all who
/// were to get the first one or to the addresses given. Error(conflict) when the run is not finished, or its period cannot be had
/// again.
Ended correct(Parts&, const store::Run&, const std::vector<Mailbox>& to, const std::string& actor);

enum class RetryUnknown {
  no,
  yes  ///< also what may have been mailed before the state file was restored
};
/// Makes a run that made no file, for its slot, window and recipients. Error(conflict) when it made one or is worked on.
Ended retry(Parts&, const store::Run&, RetryUnknown, const std::string& actor);
/// Of these runs those that wait for a retry, the oldest first: failed or rejected without a file, or put off. Where a report
/// shows what is true now, only the newest does: the others would be files of the same moment.
std::vector<store::Run> waiting_for_retry(Parts&, const std::vector<store::Run>& newest_first, RetryUnknown);

}  // namespace reportctl::run
