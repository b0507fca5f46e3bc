// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "binds.hpp"
#include "report_request.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"
#include "reportctl/run/generate.hpp"
#include "reportctl/run/plan.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"
#include "terminal/output_file.hpp"
#include "terminal/progress_line.hpp"

namespace reportctl::cli {
namespace {

struct RunOptions {
  ReportRequest wanted;
  std::string output;
};

/// Without --format the name of the file says which, and --json and --csv when the rows themselves are what is printed.
void add_format(const Session& session, RunOptions& options) {
  auto& given = options.wanted.options;
  if (given.given.contains("format")) return;
  const std::string extension = std::filesystem::path(options.output).extension();
  if (const auto named = rows::canonical_format(extension.substr(std::min<std::size_t>(1, extension.size()))))
    given.given["format"] = *named;
  if (!Destination(options.output).is_stdout()) return;
  if (session.globals.json || session.globals.output_format == "json") {
    given.given["format"] = "json";
  } else if (session.globals.csv || session.globals.output_format == "csv") {
    given.given["format"] = "csv";
  }
}

Json record_of(const run::RunPlan& plan, const run::File& file) {
  Json summary = Json::array();
  for (const auto& figure : file.summary) summary.push_back({{"label", figure.label}, {"value", join(figure.values, ", ")}});
  return {{"report", plan.resolved.report->id},
          {"account", plan.account.id},
          {"scope", plan.resolved.scope.str()},
          {"params", to_json(plan.resolved.parameters)},
          {"period", to_json(plan.window)},
          {"timezone", plan.zone.name()},
          {"format", plan.resolved.format},
          {"rows", file.rows},
          {"bytes", file.bytes},
          {"sha256", file.sha256},
          {"generation_ms", file.milliseconds},
          {"summary", summary}};
}

/// Who took which rows out of the house. What a file holds that nobody waited for is not known.
store::AuditEvent event_of(Session& session, const run::RunPlan& plan, const run::File& file, Handed handed) {
  Json payload = {{"reportType", plan.resolved.report->id},
                  {"scope", plan.resolved.scope.str()},
                  {"reportParams", to_json(plan.resolved.parameters)},
                  {"firstDay", format_date(plan.window.first)},
                  {"lastDay", format_date(plan.window.last)},
                  {"timezone", plan.zone.name()},
                  {"format", plan.resolved.format},
                  {"complete", handed == Handed::whole}};
  if (!file.sha256.empty()) payload.update({{"rowCount", file.rows}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return {.name = "ReportRun",
          .account = plan.account.id,
          .subject = plan.resolved.report->id,
          .actor = session.actor().str(),
          .payload = json_text(payload)};
}

int run_report(Session& session, RunOptions options) {
  add_format(session, options);
  const auto plan = plan_of(session, options.wanted);
  const Destination destination{options.output, plan.resolved.format, Pace::of_writer};
  run::File file;
  session.out().note_replaced_clock();
  hand_out(
      destination,
      [&](Sink& sink) {
        ProgressLine progress(session);
        file = run::make_file(session.parts(), plan, sink, {.progress = progress.callback()}).file;
      },
      [&](Handed handed) { store::append_audit(session.state(), {event_of(session, plan, file, handed)}, session.now()); });
  if (destination.is_stream()) return exit_code::kDone;
  auto record = record_of(plan, file);
  record["output"] = options.output;
  session.out().done(fmt::format("{}: {} {}, {} bytes, {}", options.output, file.rows, file.rows == 1 ? "row" : "rows",
                                 file.bytes, schedule::describe(plan.window)),
                     record);
  return exit_code::kDone;
}

}  // namespace

void bind_run(CLI::App& root, Session& session) {
  const auto options = std::make_shared<RunOptions>();
  auto& command =
      add_command(root, {.name = "run",
                         .summary = {},
                         .examples = "reportctl run sales --account shop > sales.csv\n"
                                     "reportctl run charging-sessions --account acme --scope depot:north --lookback 14 "
                                     "--param vehicles=v1,v2\n"
                                     "reportctl run orders-export --account shop --param mode=line-items --window last_month "
                                     "--format xlsx --output orders.xlsx"});
  command.add_option("report", options->wanted.report, "which: reportctl catalog list")->required()->type_name("REPORT");
  add_report_request(command, options->wanted);
  add_output_option(command, options->output);
  when_chosen(command, session, [&session, options] { return run_report(session, *options); });
}

}  // namespace reportctl::cli
