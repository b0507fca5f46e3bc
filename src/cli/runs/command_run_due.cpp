// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "binds.hpp"
#include "due_workers.hpp"
#include "exports/export_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/run_due.hpp"
#include "reportctl/store/runs.hpp"
#include "run_endings.hpp"
#include "state/monitoring.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct DueCommandOptions {
  bool dry_run = false;
  bool accept_clock = false;
  int jobs = 1;
};

/// Before anything else is opened. What is due belongs to every account.
run::Tick look_for_work(Session& session, const run::DueOptions& options) {
  access::require(session.actor(), access::Action::administer, "", {});
  return run::look_for_work(session.state(), options, session.now());
}

/// With several jobs the state must be closed again before the processes part.
run::Tick look_for_work(Session& session, const run::DueOptions& options, int jobs) {
  session.out().note_replaced_clock();
  if (jobs == 1) return look_for_work(session, options);
  Session looking(session.now());
  looking.globals = session.globals;
  return look_for_work(looking, options);
}

/// Whoever tries it at a terminal with a clock that is ahead: crontabs and scripts know what they do.
void warn_of_future(Session& session) {
  if (session.globals.quiet || !clock_is_replaced() || session.now() <= host_clock() || ::isatty(STDERR_FILENO) != 1) return;
  log(LogLevel::warning,
      "the clock is set ahead: what runs now is recorded and does not run again when its time comes; run-due --dry-run and "
      "schedule preview --at only look ahead");
}

std::string short_period(const run::Planned& planned) {
  return planned.period.empty() ? std::string("–") : fmt::format("{} ({})", planned.period, planned.timezone);
}

std::string on_one_line(const std::string& sentences) { return join(split(sentences, '\n'), "; "); }

bool may_see(Session& session, const run::Planned& planned) {
  if (session.actor().is_system_admin()) return true;
  for (const auto& schedule : visible_schedules(session.viewer(), {.account = planned.account, .report = {}, .active = {}})) {
    if (schedule.definition.name == planned.schedule) return true;
  }
  return false;
}

void warn_of_doubled_names(Session& session) {
  for (const yaml::Problem& problem : session.catalog().doubled_names()) log(LogLevel::warning, problem.str());
}

int dry_run(Session& session) {
  warn_of_doubled_names(session);
  if (session.actor().memberships.empty()) access::require(session.actor(), access::Action::administer, "", {});
  Listing listing;
  listing.columns = {{.key = "schedule"},
                     {.key = "report", .drop = 2},
                     {.key = "slot", .title = "DUE", .show = Show::time},
                     {.key = "skipped", .align = Align::right, .drop = 3},
                     {.key = "period", .drop = 1},
                     {.key = "recipients", .title = "TO", .show = Show::cut},
                     {.key = "problem", .show = Show::long_text}};
  listing.more_keys = {"account", "timezone"};
  listing.empty = "nothing is due";
  int code = exit_code::kDone;
  for (const auto& planned : run::plan_due(session.parts())) {
    if (!may_see(session, planned)) continue;
    if (!planned.problem.empty()) code = exit_code::kUnsuccessful;
    listing.rows.push_back({{planned.account + "/" + planned.schedule},
                            {planned.report},
                            {planned.slot ? format_utc(*planned.slot) : "–"},
                            {std::to_string(planned.skipped.size())},
                            {short_period(planned)},
                            {join(planned.recipients, ", ")},
                            {on_one_line(planned.problem), Tone::bad}});
    listing.records.push_back(to_json(planned));
  }
  session.out().list(listing);
  return code;
}

void tell(const run::Ended& ended) {
  if (went_well(ended)) return log(LogLevel::info, sentence(ended));
  const auto step = run::next_step(ended);
  log(ended.deferred ? LogLevel::notice : LogLevel::error,
      step.empty() ? sentence(ended) : fmt::format("{}; next: {}", sentence(ended), step));
}

void tell(const store::Export& job) {
  const bool well = job.state == store::ExportState::completed || job.state == store::ExportState::cancelled;
  log(well ? LogLevel::info : LogLevel::error, ending_of(job));
}

Json record_of(const run::DueResult& result) {
  Json ended = Json::array();
  Json counts = Json::object();
  for (const auto& one : result.ended) {
    ended.push_back(to_json(one));
    auto& count = counts[one.deferred ? "deferred" : std::string(store::run_state_name(one.state))];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  Json exports = Json::array();
  for (const auto& job : result.exports) {
    exports.push_back({{"id", job.id},
                       {"account", job.account},
                       {"report", job.report},
                       {"state", store::export_state_name(job.state)},
                       {"reason", text_or_null(job.reason)}});
  }
  return {{"ended", ended},
          {"counts", counts},
          {"exports", exports},
          {"errors", result.errors},
          {"config_problem", result.config_problem}};
}

int exit_code_of_result(const run::DueResult& result) {
  int code = result.errors.empty() ? exit_code::kDone : exit_code::kUnsuccessful;
  for (const auto& ended : result.ended) code = worse(code, due_exit_code_of(ended));
  for (const auto& job : result.exports) {
    if (job.state == store::ExportState::failed) code = worse(code, exit_code::kUnsuccessful);
  }
  return result.config_problem ? worse(code, exit_code::kConfig) : code;
}

int due(Session& session, const DueCommandOptions& options) {
  DueOutcome outcome;
  const run::DueOptions due{.accept_clock = options.accept_clock,
                            .tell = [](const run::Ended& ended) { tell(ended); },
                            .tell_export = [](const store::Export& job) { tell(job); }};
  const auto tick = look_for_work(session, due, options.jobs);
  // Also when nothing is due: whoever made the copy should hear of it before the day on which the report is missed.
  if (tick != run::Tick::idle) warn_of_doubled_names(session);
  if (tick == run::Tick::work) {
    warn_of_future(session);
    run::require_real_clock(session.config().settings);
    ping(session.config().settings.monitor, Ping::start);
    outcome = options.jobs == 1 ? work_here(session, due) : work_in_children(session, due, options.jobs);
  }
  for (const auto& error : outcome.result.errors) log(LogLevel::error, error);
  if (session.out().format() == Format::json) session.out().sheet({.lines = {}, .record = record_of(outcome.result)});
  const int code = exit_code_of_result(outcome.result);
  if (!outcome.ended_by) return code;
  session.out().flush();
  if (worse(exit_code_of(outcome.ended_by->kind()), code) != code) throw *outcome.ended_by;
  log(LogLevel::error, outcome.ended_by->what());
  return code;
}

/// Whatever becomes of run-due, those who watch it hear of it; a temporary refusal is no failure yet.
int run_due(Session& session, const DueCommandOptions& options) {
  if (options.dry_run) return dry_run(session);
  const auto& monitor = session.config().settings.monitor;
  try {
    const int code = due(session, options);
    ping(monitor, code == exit_code::kDone || code == exit_code::kDeferred ? Ping::success : Ping::failure);
    leave_word(session);
    return code;
  } catch (const Error&) {
    ping(monitor, Ping::failure);
    throw;
  }
}

}  // namespace

void bind_run_due(CLI::App& root, Session& session) {
  const auto options = std::make_shared<DueCommandOptions>();
  auto& command = add_command(root, {.name = "run-due",
                                     .summary = {},
                                     .examples = "*/5 * * * *  reportctl run-due   # in crontab: silent when all is well\n"
                                                 "reportctl run-due --dry-run      # what would happen now\n"
                                                 "reportctl run-due --jobs 4 -v    # four at once, one line a run"});
  command.add_flag("--dry-run", options->dry_run, "show what is due and what would be rejected; change nothing");
  command.add_option("--jobs", options->jobs, "use N worker processes, 1 to 64")
      ->type_name("N")
      ->check(CLI::Range(1, 64).description(""));
  command.add_flag("--accept-clock", options->accept_clock, "the clock is right, although it leapt more than 35 days ahead");
  when_chosen(command, session, [&session, options] { return run_due(session, *options); });
}

}  // namespace reportctl::cli
