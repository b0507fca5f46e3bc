// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/cli/commands.hpp"

#include "binds.hpp"

namespace reportctl::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = {
      {"init", "create what is missing: configuration, state file, directories", bind_init},
      {"account", "accounts: name, time zone, source, features", bind_account},
      {"member", "members of an account: role, sites, login", bind_member},
      {"run", "run a report now, to standard output or a file", bind_run},
      {"run-due", "run every schedule that is due; what cron calls", bind_run_due},
      {"schedule", "schedules: who gets which report, and when", bind_schedule},
      {"apply", "accounts, members and schedules as code", bind_apply},
      {"import-legacy", "take over the schedules of the old systems, from JSON", bind_import_legacy},
      {"runs", "history of runs; resend what failed, save what was sent", bind_runs},
      {"export", "rows on request, kept as files for a while", bind_export},
      {"catalog", "the reports there are, their rules and choices", bind_catalog},
      {"source", "list data sources and check that they fit the reports", bind_source},
      {"notifications", "what owners and admins were told", bind_notifications},
      {"webhook", "programs that are told when runs and exports end", bind_webhook},
      {"audit", "who did what, tamper-evident", bind_audit},
      {"status", "one screen: what is due, what failed, what waits", bind_status},
      {"config", "every setting and where it came from", bind_config},
      {"state", "back up, check or adopt the state file", bind_state},
      {"prune", "remove what is older than the retention policy keeps", bind_prune},
      {"mail", "test the way mail leaves; look at the mail of a schedule", bind_mail},
      {"crontab", "print the line that makes cron call run-due", bind_crontab},
      {"completion", "completion script for bash, zsh or fish", bind_completion},
  };
  return kCommands;
}

}  // namespace reportctl::cli
