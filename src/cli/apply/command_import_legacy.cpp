// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/legacy/legacy_json.hpp"
#include "reportctl/legacy/legacy_plan.hpp"
#include "schedules/schedule_words.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/input_file.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct ImportOptions {
  std::vector<std::string> files, map, ignore;
  std::optional<std::string> account;
  bool dry_run = false;
};

constexpr std::uint64_t kLargestImport = 16U << 20U;

std::vector<legacy::LegacyRow> read_rows(const ImportOptions& options) {
  std::vector<legacy::LegacyRow> rows;
  for (const auto& file : options.files) {
    const auto name = input_name(file);
    int number = 0;
    for (const auto& value : legacy::read_legacy_json(read_input(file, kLargestImport), name)) {
      rows.push_back(legacy::read_legacy_row(
          value, {.file = name, .number = ++number, .ignored = {options.ignore.begin(), options.ignore.end()}}));
    }
  }
  return rows;
}

legacy::ImportAccounts accounts_of(const ImportOptions& options) {
  legacy::ImportAccounts accounts{.named = {}, .otherwise = options.account};
  for (const auto& text : options.map) {
    const auto equals = text.rfind('=');
    const auto tenant = std::string(trim(text.substr(0, equals)));
    if (equals == std::string::npos || tenant.empty() || equals + 1 == text.size()) {
      throw Error(ErrorKind::usage, fmt::format("--map {}: a mapping is written OLD=ACCOUNT", visible(text)),
                  "for example --map 7f3c-11=acme");
    }
    accounts.named[tenant] = trim(text.substr(equals + 1));
  }
  return accounts;
}

const char* result_word(legacy::ImportResult result) {
  switch (result) {
    case legacy::ImportResult::imported:
      return "imported";
    case legacy::ImportResult::already_imported:
      return "already_imported";
    case legacy::ImportResult::refused:
      return "refused";
  }
  return "refused";
}

Field result_field(legacy::ImportResult result) {
  switch (result) {
    case legacy::ImportResult::imported:
      return {"imported", Tone::good};
    case legacy::ImportResult::already_imported:
      return {"already imported", Tone::dim};
    case legacy::ImportResult::refused:
      break;
  }
  return {"refused", Tone::bad};
}

std::string row_label(const legacy::LegacyRow& row, const ImportOptions& options) {
  return options.files.size() == 1 ? std::to_string(row.number) : fmt::format("{}:{}", row.file, row.number);
}

std::string codes_of(const legacy::ImportProblems& problems) {
  std::vector<std::string> codes;
  for (const auto& problem : problems) {
    if (codes.empty() || codes.back() != problem.code) codes.push_back(problem.code);
  }
  return join(codes, " ");
}

Json record_of(const legacy::ImportedRow& item) {
  const auto* schedule = item.schedule ? &*item.schedule : nullptr;
  return {{"file", item.row.file},
          {"row", item.row.number},
          {"legacy_id", text_or_null(item.row.id)},
          {"result", result_word(item.result)},
          {"name", text_or_null(schedule == nullptr ? item.row.draft.name : schedule->definition.name)},
          {"account", text_or_null(item.account)},
          {"report", text_or_null(schedule == nullptr ? item.row.draft.request.report : schedule->definition.report)},
          {"rhythm", schedule == nullptr ? Json(nullptr) : Json(rhythm_words(schedule->definition, item.account_timezone))},
          {"schedule", schedule == nullptr ? Json(nullptr) : to_json(*schedule, item.account_timezone)},
          {"violations", to_json(item.problems)}};
}

Json record_of(const legacy::ImportPlan& plan, const Json& rows, const ImportOptions& options) {
  Json counts = Json::object();
  for (const auto result :
       {legacy::ImportResult::imported, legacy::ImportResult::already_imported, legacy::ImportResult::refused}) {
    counts[result_word(result)] = plan.count(result);
  }
  return {{"dry_run", options.dry_run}, {"rows", rows}, {"counts", counts}};
}

Listing listing_of(const legacy::ImportPlan& plan, const ImportOptions& options) {
  Listing listing;
  listing.columns = {{"row"},
                     {"name", "NAME", Align::left, Show::cut},
                     {"account"},
                     {"report"},
                     {"rhythm", "RHYTHM", Align::left, Show::cut},
                     {"result"},
                     {"violations", "WHY", Align::left, Show::cut}};
  listing.more_keys = {"file", "legacy_id"};
  for (const auto& item : plan.rows) {
    const auto& draft = item.row.draft;
    const auto* schedule = item.schedule ? &*item.schedule : nullptr;
    const auto or_dash = [](const std::string& text) { return text.empty() ? Field{"–", Tone::dim} : Field{text}; };
    listing.rows.push_back({{row_label(item.row, options)},
                            or_dash(schedule == nullptr ? draft.name : schedule->definition.name),
                            or_dash(item.account),
                            or_dash(schedule == nullptr ? draft.request.report : schedule->definition.report),
                            or_dash(schedule == nullptr ? "" : rhythm_words(schedule->definition, item.account_timezone)),
                            result_field(item.result),
                            {codes_of(item.problems)}});
    listing.records.push_back(record_of(item));
  }
  return listing;
}

/// Why each row was refused, in full: the table has the codes only.
std::string reasons(const legacy::ImportPlan& plan, const ImportOptions& options) {
  std::string text;
  for (const auto& item : plan.rows) {
    if (item.result != legacy::ImportResult::refused) continue;
    const auto name = item.row.draft.name.empty() ? "" : fmt::format(" \"{}\"", visible(repair_utf8(item.row.draft.name)));
    const auto id = item.row.id.empty() ? "" : fmt::format(" (id {})", visible(repair_utf8(item.row.id)));
    text += fmt::format("row {}{}{}:\n", visible(row_label(item.row, options)), name, id);
    for (const auto& problem : item.problems) {
      const auto hint = problem.hint.empty() ? "" : "; " + problem.hint;
      text += "  " + visible(fmt::format("{}: {} [{}]{}", problem.field, problem.message, problem.code, hint)) + "\n";
    }
  }
  return text;
}

int import_legacy(Session& session, const ImportOptions& options) {
  const auto plan = legacy::plan_import(session.editor(), read_rows(options), accounts_of(options));
  if (!options.dry_run) store::apply_changes(session.state(), plan.changes, plan.events, session.now());
  const auto listing = listing_of(plan, options);
  auto& out = session.out();
  if (out.format() == Format::csv || out.format() == Format::plain) {
    out.list(listing);
  } else {
    if (out.format() == Format::table && !out.quiet()) {
      out.list(listing);
      out.text(reasons(plan, options));
    }
    out.done(fmt::format("{} imported, {} already imported, {} refused{}", plan.count(legacy::ImportResult::imported),
                         plan.count(legacy::ImportResult::already_imported), plan.count(legacy::ImportResult::refused),
                         options.dry_run ? " (dry run: nothing was done)" : ""),
             record_of(plan, listing.records, options));
  }
  return plan.count(legacy::ImportResult::refused) == 0 ? exit_code::kDone : exit_code::kInvalid;
}

}  // namespace

void bind_import_legacy(CLI::App& root, Session& session) {
  const auto options = std::make_shared<ImportOptions>();
  auto& command =
      add_command(root, {.name = "import-legacy",
                         .summary = {},
                         .examples = "reportctl import-legacy old-schedules.json --dry-run\n"
                                     "reportctl import-legacy scheduled_reports.json --map 7f3c=acme\n"
                                     "psql -Atc 'SELECT json_agg(r) FROM scheduled_reports r' | reportctl import-legacy -"});
  command.add_option("FILE", options->files, "schedules as JSON; - is standard input")->required()->type_name("");
  command.add_option("--account", options->account, "whose the rows are whose own account is not known here")->type_name("ID");
  add_repeated_option(
      command, options->map,
      {.names = "--map", .value = "OLD=ACCOUNT", .help = "an account of the old system is this one (may be repeated)"});
  add_repeated_option(command, options->ignore,
                      {.names = "--ignore", .value = "FIELD", .help = "import rows with this unknown field (may be repeated)"});
  command.add_flag("--dry-run", options->dry_run, "show what would become of each row; change nothing");
  when_chosen(command, session, [&session, options] { return import_legacy(session, *options); });
}

}  // namespace reportctl::cli
