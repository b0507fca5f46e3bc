// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/schedule/schedule.hpp"
#include "reportctl/store/runs.hpp"

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

void bind_runs_show(CLI::App&, Session&);
void bind_runs_save(CLI::App&, Session&);
// Those that have a run done again: runs_again.cpp.
void bind_runs_retry(CLI::App&, Session&);
void bind_runs_resend(CLI::App&, Session&);

/// The site that a run counts for: its schedule's.
schedule::Scope scope_of(Session&, const store::Run&);

}  // namespace reportctl::cli
