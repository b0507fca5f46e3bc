// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

// One a command, each in its command_<name>.cpp; commands.cpp lists them in the order of --help.
void bind_init(CLI::App&, Session&);
void bind_account(CLI::App&, Session&);
void bind_member(CLI::App&, Session&);
void bind_calendar(CLI::App&, Session&);
void bind_recipient(CLI::App&, Session&);
void bind_unsubscribe(CLI::App&, Session&);
void bind_run(CLI::App&, Session&);
void bind_run_due(CLI::App&, Session&);
void bind_schedule(CLI::App&, Session&);
void bind_apply(CLI::App&, Session&);
void bind_import_legacy(CLI::App&, Session&);
void bind_runs(CLI::App&, Session&);
void bind_export(CLI::App&, Session&);
void bind_catalog(CLI::App&, Session&);
void bind_source(CLI::App&, Session&);
void bind_notifications(CLI::App&, Session&);
void bind_webhook(CLI::App&, Session&);
void bind_audit(CLI::App&, Session&);
void bind_status(CLI::App&, Session&);
void bind_doctor(CLI::App&, Session&);
void bind_check(CLI::App&, Session&);
void bind_metrics(CLI::App&, Session&);
void bind_config(CLI::App&, Session&);
void bind_state(CLI::App&, Session&);
void bind_prune(CLI::App&, Session&);
void bind_mail(CLI::App&, Session&);
void bind_crontab(CLI::App&, Session&);
void bind_completion(CLI::App&, Session&);

}  // namespace reportctl::cli
