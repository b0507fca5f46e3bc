// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "catalog_drafts.hpp"

#include <fmt/format.h>

#include <memory>

#include "report_request.hpp"
#include "report_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/draft.hpp"
#include "reportctl/run/source_needs.hpp"
#include "source_keys.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

constexpr std::uint64_t kLargestQuery = 1U << 20U;

struct NewOptions {
  std::string id, query;
  std::optional<std::string> source;
};

struct TryOptions {
  std::string file;
  ReportRequest wanted;
  int rows = 10;
};

std::filesystem::path path_of(const std::string& file) { return file == "-" ? "/dev/stdin" : file; }

/// What a module that nobody has read yet shows may be anybody's.
void require_author(Session& session) {
  if (has_state(session)) access::require(session.actor(), access::Action::administer, "", {});
}

const source::SourceSettings& source_named(Session& session, const std::optional<std::string>& name) {
  const auto& sources = session.config().settings.sources;
  std::vector<std::string> known;
  for (const auto& [other, source] : sources) known.push_back(other);
  if (!name && sources.size() == 1) return sources.begin()->second;
  if (!name)
    throw Error(ErrorKind::usage, "--source is required",
                known.empty() ? "add one under sources: in reportctl.yaml" : "it is one of " + join(known, ", "));
  const auto found = sources.find(*name);
  if (found != sources.end()) return found->second;
  throw Error(ErrorKind::not_found, fmt::format("no source \"{}\"{}", visible(*name), did_you_mean(*name, known)),
              "see reportctl source list");
}

int new_module(Session& session, const NewOptions& options) {
  require_author(session);
  const auto& settings = source_named(session, options.source);
  catalog::Draft draft{.id = options.id,
                       .query = read_file(path_of(options.query), kLargestQuery, FileKind::any),
                       .single_tenant = settings.single_tenant};
  const auto report = catalog::report_of_draft(draft, options.query);
  const auto source = source::open_source(settings);
  auto told = run::columns_in(*source, report, key_in(session, settings.name), session.now());
  draft.columns = std::move(told.columns);
  draft.by_values = told.by_values;
  const auto text = catalog::draft_module(draft);
  session.out().text(text);
  auto problems = catalog::load_module(text, options.query).problems;
  if (!problems.empty())
    throw Error(ErrorKind::invalid, fmt::format("the module is to be corrected:\n{}", yaml::describe(problems)),
                "reportctl-module(5) has the rules");
  return exit_code::kDone;
}

int try_module(Session& session, TryOptions options) {
  require_author(session);
  const auto& report = session.catalog().take(path_of(options.file));
  options.wanted.report = report.id;
  const auto plan = plan_of(session, options.wanted);
  const auto head = run::preview_file(session.parts(), plan, options.rows);
  if (session.out().format() == Format::csv) {
    session.out().text(csv_of_rows(head));
    return exit_code::kDone;
  }
  const auto listing = listing_of_rows(head);
  Sheet sheet;
  sheet.lines = {{"Report", {report.label}},
                 {"Account", {plan.account.id}},
                 {"Period", {schedule::describe(plan.window)}},
                 {"Time zone", {plan.zone.name()}},
                 {"File", {plan.file_name}}};
  sheet.record = {{"report", report.id},          {"account", plan.account.id},  {"period", to_json(plan.window)},
                  {"timezone", plan.zone.name()}, {"file_name", plan.file_name}, {"rows", listing.records},
                  {"more_rows", head.more}};
  session.out().sheet(sheet);
  if (session.out().format() == Format::json) return exit_code::kDone;
  session.out().text("\n");
  if (listing.rows.empty()) {
    session.out().text("no rows in this period\n");
  } else {
    session.out().list(listing);
    if (head.more) session.out().text(fmt::format("… and more rows; --rows N shows more than {}\n", options.rows));
  }
  return exit_code::kDone;
}

}  // namespace

void bind_catalog_drafts(CLI::App& command, Session& session) {
  {
    const auto options = std::make_shared<NewOptions>();
    CLI::App& verb = add_verb(command, {"new", "print a report module for a query, with the columns that the source gives",
                                        "reportctl catalog new returns --sql returns.sql --source shop > returns.yaml"});
    verb.add_option("ID", options->id, "the new report's id: lower-case words joined by -")->required();
    verb.add_option("--sql", options->query, "one SELECT; - reads it from standard input")->required()->type_name("FILE");
    add_text_option(verb, options->source, "--source", "NAME", "where the query runs; may be omitted if there is only one");
    when_chosen(verb, session, [&session, options] { return new_module(session, *options); });
  }
  {
    const auto options = std::make_shared<TryOptions>();
    CLI::App& verb = add_verb(command, {"try", "the first rows of a report module that is not installed",
                                        "reportctl catalog try returns.yaml --account shop\n"
                                        "reportctl catalog try returns.yaml --account shop --lookback 31 --rows 100"});
    verb.add_option("FILE", options->file, "a report module, YAML (reportctl-module.5)")->required();
    add_report_request(verb, options->wanted);
    verb.add_option("--rows", options->rows, "how many rows, 1 to 1000; default: 10")
        ->type_name("N")
        ->check(CLI::Range(1, 1000).description(""));
    when_chosen(verb, session, [&session, options] { return try_module(session, *options); });
  }
}

}  // namespace reportctl::cli
