// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

// The verbs of `reportctl schedule`, by topic; command_schedule.cpp has them in the order of --help.
void bind_schedule_add(CLI::App&, Session&);  // schedule_add_edit.cpp
void bind_schedule_edit(CLI::App&, Session&);
void bind_schedule_list(CLI::App&, Session&);  // schedule_show.cpp
void bind_schedule_show(CLI::App&, Session&);
void bind_schedule_validate(CLI::App&, Session&);  // schedule_plan.cpp
void bind_schedule_next(CLI::App&, Session&);
void bind_schedule_preview(CLI::App&, Session&);  // schedule_try.cpp
void bind_schedule_test(CLI::App&, Session&);
void bind_schedule_run(CLI::App&, Session&);
void bind_schedule_pause(CLI::App&, Session&);  // schedule_switch.cpp
void bind_schedule_resume(CLI::App&, Session&);
void bind_schedule_remove(CLI::App&, Session&);
void bind_schedule_reassign(CLI::App&, Session&);  // schedule_reassign.cpp

}  // namespace reportctl::cli
