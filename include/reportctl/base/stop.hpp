// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace reportctl {

/// SIGTERM, SIGINT and SIGHUP ask for a stop; SIGPIPE and SIGXFSZ are ignored. A second signal ends the process at once.
/// Long work asks stop_requested() and unwinds with Error(interrupted).
void install_signal_handlers();
bool stop_requested();
/// The signal that asked, 0 when none.
int stop_signal();
/// Throws Error(interrupted) when a stop was requested.
void throw_if_stopped();

}  // namespace reportctl
