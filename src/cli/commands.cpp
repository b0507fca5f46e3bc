// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/cli/commands.hpp"

#include "binds.hpp"

namespace reportctl::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"init", "create the configuration, the state file and directories", bind_init},
      {"account", "accounts: name, time zone, source, features", bind_account},
      {"member", "members of an account: role, sites, login", bind_member},
      {"run", "run a report now and write it to standard output or a file", bind_run},
      {"run-due", "run every schedule that is due", bind_run_due},
      {"schedule", "manage who gets which report, and when", bind_schedule},
      {"calendar", "holidays and worked days, by which workdays are counted", bind_calendar},
      {"recipient", "take an address out of schedules, list and allow suppressed ones", bind_recipient},
      {"unsubscribe", "take an address out of a schedule by the token in its mail", bind_unsubscribe},
      {"apply", "set up accounts, members and schedules from files", bind_apply},
      {"import-legacy", "import the schedules of the old systems from JSON", bind_import_legacy},
      {"runs", "list past runs, make them again, resend deliveries, save files", bind_runs},
      {"export", "request rows of a report as a file that is kept for a while", bind_export},
      {"catalog", "list reports, their rules and their choices", bind_catalog},
      {"source", "list data sources and check that they fit the reports", bind_source},
      {"notifications", "list and acknowledge notifications to owners and admins", bind_notifications},
      {"webhook", "tell other programs when runs and exports end", bind_webhook},
      {"audit", "show the tamper-evident record of who did what", bind_audit},
      {"status", "show on one screen what is due, what failed, what is waiting", bind_status},
      {"doctor", "say whether the next reports will go out, and what keeps them", bind_doctor},
      {"check", "the same facts as one line for monitoring", bind_check},
      {"metrics", "the same facts for Prometheus", bind_metrics},
      {"config", "show and check the settings", bind_config},
      {"state", "back up, restore, check or adopt the state file", bind_state},
      {"prune", "delete what the retention policy no longer keeps", bind_prune},
      {"mail", "test the delivery of mail; preview the mail of a schedule", bind_mail},
      {"crontab", "print the crontab line that starts run-due", bind_crontab},
      {"completion", "completion script for bash, zsh or fish", bind_completion},
  };
  return kCommands;
}

}  // namespace reportctl::cli
