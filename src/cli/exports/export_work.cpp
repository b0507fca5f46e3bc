// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "export_verbs.hpp"
#include "export_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/manage/export_access.hpp"
#include "reportctl/run/export.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"
#include "terminal/progress_line.hpp"

namespace reportctl::cli {
namespace {

constexpr int kAtATime = 10'000;

/// Those named, or all that wait and that the actor may run.
std::vector<store::Export> chosen_exports(Session& session, const std::vector<std::string>& ids) {
  std::vector<store::Export> jobs;
  for (const auto& id : ids) jobs.push_back(allowed_export(session.viewer(), id, access::Action::run));
  if (!ids.empty()) return jobs;
  for (auto& job : store::exports_to_work(session.state(), session.now(), kAtATime)) {
    if (access::may(session.actor(), access::Action::run, job.account, manage::scope_of(job))) jobs.push_back(std::move(job));
  }
  return jobs;
}

int run_jobs(Session& session, const std::vector<std::string>& ids) {
  Listing listing;
  listing.columns = {{"id", "EXPORT"},
                     {"account"},
                     {"report"},
                     {"state"},
                     {"rows", "ROWS", Align::right},
                     {"bytes", "BYTES", Align::right},
                     {"reason", "WHY", Align::left, Show::cut}};
  listing.empty = "no export waits";
  int code = exit_code::kDone;
  for (const auto& waiting : chosen_exports(session, ids)) {
    throw_if_stopped();
    std::optional<store::Export> ended;
    {
      ProgressLine progress(session);
      ended = run::take_and_work(session.parts(), waiting, progress.callback());
    }
    if (!ended && ids.empty()) continue;  // somebody else was faster
    if (!ended) ended = store::find_export(session.state(), waiting.id).value_or(waiting);
    const auto& job = *ended;
    if (job.state == store::ExportState::failed) code = exit_code::kUnsuccessful;
    listing.rows.push_back({{job.id},
                            {job.account},
                            {job.report},
                            state_field(job),
                            {job.rows ? std::to_string(*job.rows) : "–"},
                            {job.bytes ? std::to_string(*job.bytes) : "–"},
                            {job.reason}});
    listing.records.push_back(to_json(job));
  }
  session.out().list(listing);
  return code;
}

int cancel_job(Session& session, const std::string& id) {
  const auto job = allowed_export(session.viewer(), id, access::Action::run);
  const auto result = run::cancel(session.parts(), job, session.actor().str());
  const bool ended = result == store::CancelResult::cancelled;
  const auto now = store::find_export(session.state(), job.id).value_or(job);
  session.out().done(ended ? fmt::format("export {}: cancelled", job.id)
                           : fmt::format("export {}: the process that works on it was told to stop", job.id),
                     to_json(now));
  return exit_code::kDone;
}

}  // namespace

void bind_export_run(CLI::App& command, Session& session) {
  const auto ids = std::make_shared<std::vector<std::string>>();
  auto& verb = add_verb(command, {.name = "run",
                                  .summary = "work off the exports that wait; every run-due does it too",
                                  .examples = "reportctl export run\n"
                                              "reportctl export run 3f2a"});
  verb.add_option("export", *ids, "ids, or the first characters of them; default: all that wait")->type_name("EXPORT");
  when_chosen(verb, session, [&session, ids] { return run_jobs(session, *ids); });
}

void bind_export_cancel(CLI::App& command, Session& session) {
  const auto id = std::make_shared<std::string>();
  auto& verb = add_verb(command, {.name = "cancel",
                                  .summary = "take back a request; a process that works on it is told to stop",
                                  .examples = "reportctl export cancel 3f2a"});
  verb.add_option("export", *id, "id, or the first characters of it")->required()->type_name("EXPORT");
  when_chosen(verb, session, [&session, id] { return cancel_job(session, *id); });
}

}  // namespace reportctl::cli
