// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "reportctl/run/restore.hpp"
#include "state_verbs.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct RestoreOptions {
  std::string backup;
  bool yes = false;
};

int restore(Session& session, const RestoreOptions& options) {
  const auto& settings = session.config().settings;
  session.out().note_replaced_clock();
  session.confirm(
      fmt::format("{} will take the place of {}. Is cron, or the timer, switched off?", options.backup, settings.state.string()),
      options.yes);
  // Who may is decided by the file system: what is in place may be past reading.
  const auto restored = run::restore_state({.state = settings.state,
                                            .backup = std::filesystem::absolute(options.backup).lexically_normal(),
                                            .actor = session.login().str(),
                                            .now = session.now()});
  const auto unknown = restored.slots + restored.runs;
  session.out().done(
      fmt::format(
          "{} is restored; the backup knows nothing after {}{}{}", settings.state.string(), format_utc(restored.known_until),
          restored.kept.empty() ? std::string() : fmt::format("; the file that was there is {}", restored.kept.string()),
          unknown == 0 ? std::string()
                       : fmt::format("; unknown after restore and mailed only if you say so: {} run{} (reportctl runs list "
                                     "--outcome unknown)",
                                     unknown, unknown == 1 ? "" : "s")),
      {{"state", settings.state.string()},
       {"kept", text_or_null(restored.kept.string())},
       {"known_until", format_utc(restored.known_until)},
       {"unknown_slots", restored.slots},
       {"unknown_runs", restored.runs},
       {"unknown_deliveries", restored.deliveries}});
  return exit_code::kDone;
}

}  // namespace

void bind_state_restore(CLI::App& command, Session& session) {
  const auto options = std::make_shared<RestoreOptions>();
  auto& verb =
      add_verb(command, {"restore", "put a backup in place; what may have been mailed since is never mailed again by itself",
                         "reportctl state restore /backup/reportctl-2026-03-17.db\n"
                         "reportctl state restore /backup/reportctl-2026-03-17.db --yes"});
  verb.add_option("BACKUP", options->backup, "a file that `state backup` wrote")->required();
  add_yes_option(verb, options->yes);
  when_chosen(verb, session, [&session, options] { return restore(session, *options); });
}

}  // namespace reportctl::cli
