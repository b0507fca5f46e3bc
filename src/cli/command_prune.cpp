// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "exit_codes.hpp"
#include "export_verbs.hpp"
#include "json_records.hpp"
#include "options.hpp"
#include "reportctl/run/retention.hpp"

namespace reportctl::cli {
namespace {

std::string number_of(std::int64_t number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

Json record_of(const run::Pruned& pruned, run::PruneMode mode) {
  const auto& rows = pruned.rows;
  return {{"dry_run", mode == run::PruneMode::rehearse},
          {"runs", rows.runs},
          {"exports", rows.exports},
          {"run_files", rows.run_files},
          {"export_files", rows.export_files},
          {"notifications", rows.notifications},
          {"audit_records", rows.audit},
          {"files", pruned.files},
          {"bytes", pruned.bytes},
          {"files_too_young", pruned.young}};
}

std::string sentence_of(const run::Pruned& pruned, run::PruneMode mode) {
  const auto& rows = pruned.rows;
  const char* verb = mode == run::PruneMode::rehearse ? "would remove" : "removed";
  std::string text = fmt::format(
      "{} {}, {}, {}, {}; the files of {} and {}: {} ({} bytes)", verb, number_of(rows.runs, "run", "runs"),
      number_of(rows.exports, "export", "exports"), number_of(rows.notifications, "notification", "notifications"),
      number_of(rows.audit, "audit record", "audit records"), number_of(rows.run_files, "run", "runs"),
      number_of(rows.export_files, "export", "exports"), number_of(pruned.files, "stored file", "stored files"), pruned.bytes);
  if (pruned.young > 0) text += fmt::format("; {} more when they are an hour old", number_of(pruned.young, "file", "files"));
  return text;
}

int apply_retention(Session& session, run::PruneWhat what, run::PruneMode mode) {
  access::require(session.actor(), access::Action::administer, "", {});
  const auto pruned = run::prune(session.parts(), mode, what, session.actor().str());
  session.out().done(sentence_of(pruned, mode), record_of(pruned, mode));
  return exit_code::kDone;
}

void add_prune_options(CLI::App& app, Session& session, run::PruneWhat what) {
  const auto rehearse = std::make_shared<bool>(false);
  app.add_flag("--dry-run", *rehearse, "say what would go; change nothing");
  when_chosen(app, session, [&session, rehearse, what] {
    return apply_retention(session, what, *rehearse ? run::PruneMode::rehearse : run::PruneMode::real);
  });
}

}  // namespace

void bind_prune(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "prune",
                                     .summary = {},
                                     .examples = "reportctl prune --dry-run\n"
                                                 "reportctl prune                # every run-due does it once a day"});
  add_prune_options(command, session, run::PruneWhat::everything);
}

void bind_export_prune(CLI::App& command, Session& session) {
  auto& verb = add_verb(
      command,
      {.name = "prune", .summary = "remove the files of exports that expired", .examples = "reportctl export prune --dry-run"});
  add_prune_options(verb, session, run::PruneWhat::export_files);
}

}  // namespace reportctl::cli
