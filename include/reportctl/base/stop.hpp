// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace reportctl {

/// SIGTERM, SIGINT and SIGHUP ask for a stop; SIGPIPE and SIGXFSZ are ignored. A second signal ends the process at once; the same
/// one within 0.2 seconds is the same request. Long work asks stop_requested() and unwinds with Error(interrupted). A call that
/// waits comes back with EINTR, and whoever made it calls throw_if_stopped().
void install_signal_handlers();
bool stop_requested();
/// The signal that asked, 0 when none.
int stop_signal();
/// Throws Error(interrupted) when a stop was requested.
void throw_if_stopped();

}  // namespace reportctl
