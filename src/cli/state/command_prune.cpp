// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "exports/export_verbs.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/run/retention.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"
#include "terminal/progress_line.hpp"

namespace reportctl::cli {
namespace {

using run::PruneMode;
using run::PruneWhat;

struct PruneOptions {
  bool rehearse = false;
  bool unknown_files = false;
  int limit = 50;
};

std::string number_of(std::int64_t number, const char* one, const char* many) {
  return fmt::format("{} {}", number, number == 1 ? one : many);
}

Json record_of(const run::Pruned& pruned, PruneMode mode) {
  const auto& rows = pruned.rows;
  return {{"dry_run", mode == PruneMode::rehearse},
          {"runs", rows.runs},
          {"exports", rows.exports},
          {"run_files", rows.run_files},
          {"export_files", rows.export_files},
          {"notifications", rows.notifications},
          {"audit_records", rows.audit},
          {"files", pruned.files},
          {"bytes", pruned.bytes},
          {"files_too_young", pruned.young},
          {"unknown_files_kept", pruned.unknown}};
}

std::string unknown_words(const run::Pruned& pruned) {
  return fmt::format("{} stored files that this state file does not know are kept (--unknown-files removes them)",
                     pruned.unknown);
}

/// `removed 2 runs, the files of 3 exports: 4 stored files, 4.7 kB`.
std::string sentence_of(const run::Pruned& pruned) {
  const auto& rows = pruned.rows;
  std::vector<std::string> went;
  const auto add = [&](const char* before, std::int64_t number, const char* one, const char* many) {
    if (number > 0) went.push_back(before + number_of(number, one, many));
  };
  add("", rows.runs, "run", "runs");
  add("", rows.exports, "export", "exports");
  add("", rows.notifications, "notification", "notifications");
  add("", rows.audit, "audit record", "audit records");
  add("the files of ", rows.run_files, "run", "runs");
  add("the files of ", rows.export_files, "export", "exports");
  std::vector<std::string> told;
  if (!went.empty()) told.push_back(join(went, ", "));
  if (pruned.files > 0)
    told.push_back(fmt::format("{}, {}", number_of(pruned.files, "stored file", "stored files"), size_text(pruned.bytes)));
  std::string text = told.empty() ? "nothing was old enough to be removed" : "removed " + join(told, ": ");
  if (pruned.young > 0) text += fmt::format("; {} more when an hour old", number_of(pruned.young, "file", "files"));
  if (pruned.unknown > 0) text += "; " + unknown_words(pruned);
  return text;
}

/// How many would go, and by which rule.
Sheet sheet_of(const run::Pruned& pruned, const settings::Retention& keep, PruneWhat what) {
  const auto& rows = pruned.rows;
  Sheet sheet;
  sheet.lines.emplace_back("", Field{"What would go; nothing was changed"});
  const auto line = [&](const char* label, std::int64_t number, const settings::Retention::Keep& kept) {
    const auto rule = kept ? fmt::format("{} older than {}", number, duration_text(kept->count())) : std::string("kept for ever");
    sheet.lines.emplace_back(label, Field{rule, number > 0 ? Tone::warn : Tone::none});
  };
  if (what == PruneWhat::everything) {
    line("Runs", rows.runs, keep.runs);
    line("Exports", rows.exports, keep.runs);
    line("Notifications", rows.notifications, keep.notifications);
    line("Audit records", rows.audit, keep.audit);
    line("Files of runs", rows.run_files, keep.artifacts);
  }
  line("Files of exports", rows.export_files, keep.exports);
  auto stored = pruned.files == 0 ? std::string("0") : fmt::format("{}, {}", pruned.files, size_text(pruned.bytes));
  if (pruned.young > 0) stored += fmt::format("; {} more when an hour old", pruned.young);
  if (pruned.unknown > 0) stored += "; " + unknown_words(pruned);
  sheet.lines.emplace_back("Stored files", Field{stored});
  return sheet;
}

Listing listing_of(const std::vector<store::Prunable>& rows) {
  Listing listing;
  listing.columns = {
      {.key = "kind", .title = "WHAT"},    {.key = "id", .show = Show::id},      {.key = "account"},
      {.key = "about", .show = Show::cut}, {.key = "since", .show = Show::time}, {.key = "bytes", .align = Align::right}};
  for (const auto& row : rows) {
    const auto bytes = row.bytes ? std::to_string(*row.bytes) : std::string("–");
    listing.rows.push_back({{row.kind}, {row.id}, {row.account}, {row.about}, {format_utc(row.since)}, {bytes}});
    listing.records.push_back({{"kind", row.kind},
                               {"id", row.id},
                               {"account", row.account},
                               {"about", row.about},
                               {"since", format_utc(row.since)},
                               {"bytes", row.bytes ? Json(*row.bytes) : Json(nullptr)}});
  }
  return listing;
}

run::Pruning pruning_of(Session& session, PruneWhat what, const PruneOptions& options) {
  return {.what = what,
          .unknown = options.unknown_files ? run::UnknownFiles::any : run::UnknownFiles::few,
          .actor = session.actor().str(),
          .progress = {}};
}

int rehearse(Session& session, PruneWhat what, const PruneOptions& options) {
  const auto pruned = run::prune(session.parts(), PruneMode::rehearse, pruning_of(session, what, options));
  const auto listing = listing_of(run::prunable(session.parts(), what, options.limit));
  auto sheet = sheet_of(pruned, session.config().settings.retention, what);
  sheet.record = record_of(pruned, PruneMode::rehearse);
  sheet.record["rows"] = listing.records;
  session.out().sheet(sheet);
  session.out().table(fmt::format("The oldest, at most {} of each kind", options.limit), listing);
  return exit_code::kDone;
}

int apply_retention(Session& session, PruneWhat what, const PruneOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  if (options.rehearse) return rehearse(session, what, options);
  auto pruning = pruning_of(session, what, options);
  const auto pruned = [&] {
    ProgressLine line(session);
    pruning.progress = line.rows_left();
    return run::prune(session.parts(), PruneMode::real, pruning);
  }();
  session.out().done(sentence_of(pruned), record_of(pruned, PruneMode::real));
  return exit_code::kDone;
}

void add_prune_options(CLI::App& app, Session& session, PruneWhat what) {
  const auto options = std::make_shared<PruneOptions>();
  app.add_flag("--dry-run", options->rehearse, "list what would go; change nothing");
  if (what == PruneWhat::everything)
    app.add_flag("--unknown-files", options->unknown_files,
                 "also stored files that this state file does not know, where they are most of what is there");
  app.add_option("--limit", options->limit,
                 fmt::format("dry run: list so many of each kind, the oldest first; default: {}", options->limit))
      ->type_name("N")
      ->check(CLI::Range(1, 100'000).description(""));
  when_chosen(app, session, [&session, options, what] { return apply_retention(session, what, *options); });
}

}  // namespace

void bind_prune(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "prune",
                                     .summary = {},
                                     .examples = "reportctl prune --dry-run\n"
                                                 "reportctl prune                # every run-due does it once a day"});
  add_prune_options(command, session, PruneWhat::everything);
}

void bind_export_prune(CLI::App& command, Session& session) {
  auto& verb = add_verb(
      command,
      {.name = "prune", .summary = "remove the files of exports that expired", .examples = "reportctl export prune --dry-run"});
  add_prune_options(verb, session, PruneWhat::export_files);
}

}  // namespace reportctl::cli
