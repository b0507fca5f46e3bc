// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "export_verbs.hpp"
#include "export_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/export_access.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/run/export.hpp"
#include "reportctl/validation/refusal.hpp"
#include "schedules/schedule_options.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"
#include "terminal/progress_line.hpp"

namespace reportctl::cli {
namespace {

using store::ExportState;

struct ExportCreateOptions {
  std::string report;
  std::optional<std::string> account, from, to;
  FieldOptions request;
  bool wait = false;
};

/// On whose behalf it is made; empty for an operator.
std::string member_for(const access::Actor& actor, const std::string& account, const std::string& scope) {
  if (actor.is_system_admin()) return {};
  const auto site = schedule::Scope::parse(scope);
  const auto* member = site ? access::membership_for(actor, access::Action::run, account, *site) : nullptr;
  return member == nullptr ? std::string() : member->id;
}

std::string duration_words(std::chrono::milliseconds time) {
  if (time < std::chrono::seconds(1)) return "less than a second";
  const auto seconds = (time.count() + 500) / 1000;
  if (seconds < 120) return fmt::format("about {} s", seconds);
  return fmt::format("about {} min", (seconds + 30) / 60);
}

std::string estimate_words(const std::optional<run::Estimate>& estimate) {
  if (!estimate) return "no estimate: the report has no history yet";
  if (estimate->measured == 1) return fmt::format("estimate: {}, as last time", duration_words(estimate->time));
  return fmt::format("estimate: {}, the median of the last {}", duration_words(estimate->time), estimate->measured);
}

Json with_estimate(const store::Export& job, const std::optional<run::Estimate>& estimate) {
  auto record = to_json(job);
  record["estimated_ms"] = estimate ? Json(estimate->time.count()) : Json(nullptr);
  record["estimated_from"] = estimate ? estimate->measured : 0;
  return record;
}

int finished_code(const store::Export& job) {
  if (job.state == ExportState::completed) return exit_code::kDone;
  return job.violations.empty() ? exit_code::kFailed : exit_code::kInvalid;
}

std::string finished_words(const store::Export& job) {
  if (job.state != ExportState::completed) return ending_of(job);
  return fmt::format("export {}: completed, {} {}, {} bytes; next: reportctl export fetch {}", job.id, job.rows.value_or(0),
                     job.rows == 1 ? "row" : "rows", job.bytes.value_or(0), job.id);
}

store::Export wait_for(Session& session, const store::Export& owned) {
  try {
    ProgressLine progress(session);
    return run::work_export(session.parts(), owned, progress.callback());
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::interrupted) throw;
    throw Error(error.kind(), fmt::format("{}; export {} is pending again", error.what(), owned.id),
                fmt::format("the next run-due makes it; to take it back: reportctl export cancel {}", owned.id));
  }
}

int create_job(Session& session, const ExportCreateOptions& options) {
  run::ExportOrder order;
  order.account = session.account(options.account);
  validation::Request request;
  request.surface = catalog::Surface::export_job;
  request.report = options.report;
  request.from = options.from;
  request.to = options.to;
  order.request = with_options(std::move(request), options.request, session.catalog().find(options.report));
  const auto& scope = order.request.scope;
  manage::require_in_scope(session.actor(), access::Action::run, order.account, scope);
  order.roles = manage::acting_roles(session.actor(), order.account, scope);
  order.member = member_for(session.actor(), order.account.id, scope);
  order.requested_by = session.actor().str();
  order.begin = options.wait ? run::Begin::now : run::Begin::later;
  auto ordered = run::order_export(session.parts(), order);
  if (const auto* rejection = std::get_if<run::Rejection>(&ordered)) {
    manage::refuse(fmt::format("{} was not exported", options.report), rejection->violations);
  }
  auto job = std::move(std::get<store::Export>(ordered));
  const auto estimate = run::estimate(session.parts(), job.account, job.report);
  if (!options.wait) {
    session.out().done(fmt::format("export {}: pending; {}", job.id, estimate_words(estimate)), with_estimate(job, estimate));
    return exit_code::kDone;
  }
  job = wait_for(session, job);
  session.out().done(finished_words(job), with_estimate(job, estimate));
  return finished_code(job);
}

}  // namespace

void bind_export_create(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ExportCreateOptions>();
  auto& verb = add_verb(command, {.name = "create",
                                  .summary = "ask for the rows of a report as a file",
                                  .examples = "reportctl export create leads --filter status=replied --fields email,company\n"
                                              "reportctl export create sales --range last_month --format json --wait"});
  verb.add_option("report", options->report, "which: reportctl catalog list")->required()->type_name("REPORT");
  add_account_option(verb, options->account);
  add_text_option(verb, options->from, "--from", "DATE", "first local day, with --to");
  add_text_option(verb, options->to, "--to", "DATE", "last local day, included");
  add_request_options(verb, options->request, catalog::Surface::export_job);
  verb.add_flag("--wait", options->wait, "make it now, with progress on a terminal");
  when_chosen(verb, session, [&session, options] { return create_job(session, *options); });
}

}  // namespace reportctl::cli
