// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

// The verbs of `reportctl export`, by topic; command_export.cpp has them in the order of --help.
void bind_export_create(CLI::App&, Session&);  // export_create.cpp
void bind_export_run(CLI::App&, Session&);     // export_work.cpp
void bind_export_cancel(CLI::App&, Session&);
void bind_export_list(CLI::App&, Session&);  // export_show.cpp
void bind_export_show(CLI::App&, Session&);
void bind_export_fetch(CLI::App&, Session&);
void bind_export_link(CLI::App&, Session&);
void bind_export_prune(CLI::App&, Session&);  // command_prune.cpp

}  // namespace reportctl::cli
