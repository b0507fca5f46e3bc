// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "binds.hpp"
#include "export_verbs.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {

void bind_export(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "export",
                                     .summary = {},
                                     .examples = "reportctl export create leads --account acme --format json\n"
                                                 "reportctl export create sales --range last_month --wait\n"
                                                 "reportctl export list\n"
                                                 "reportctl export fetch 3f2a --output leads.json"});
  bind_export_create(command, session);
  bind_export_list(command, session);
  bind_export_show(command, session);
  bind_export_fetch(command, session);
  bind_export_link(command, session);
  bind_export_cancel(command, session);
  bind_export_run(command, session);
  bind_export_prune(command, session);
}

}  // namespace reportctl::cli
