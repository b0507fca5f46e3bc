// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "binds.hpp"
#include "schedule_verbs.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

void bind_schedule(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "schedule",
                                     .summary = {},
                                     .examples = "reportctl schedule add spend --account shop --report customer-spend "
                                                 "--cadence weekly --on mon --at 07:30 --format pdf --to a@example.com\n"
                                                 "reportctl schedule list\n"
                                                 "reportctl schedule preview spend"});
  bind_schedule_add(command, session);
  bind_schedule_edit(command, session);
  bind_schedule_list(command, session);
  bind_schedule_show(command, session);
  bind_schedule_validate(command, session);
  bind_schedule_next(command, session);
  bind_schedule_preview(command, session);
  bind_schedule_test(command, session);
  bind_schedule_run(command, session);
  bind_schedule_pause(command, session);
  bind_schedule_resume(command, session);
  bind_schedule_remove(command, session);
  bind_schedule_reassign(command, session);
}

}  // namespace reportctl::cli
