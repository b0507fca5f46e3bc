// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/export.hpp"

#include <fmt/format.h>

#include <chrono>
#include <new>
#include <nlohmann/json.hpp>
#include <set>

#include "attempts.hpp"
#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/run/retention.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/ownership.hpp"

namespace reportctl::run {
namespace {

using store::Export;
using store::ExportState;

constexpr int kExportBatch = 64;
constexpr auto kBetweenLooks = std::chrono::milliseconds(300);

/// Somebody asked for the end of this export.
struct Cancelled {};

store::AuditEvent export_event(const char* name, const Export& job, const std::string& actor,
                               const nlohmann::ordered_json& payload) {
  return {.name = name, .account = job.account, .subject = job.id, .actor = actor, .payload = json_text(payload)};
}

Behalf behalf_of(const Export& job) {
  const auto scope = schedule::Scope::parse(job.scope);
  if (!scope)
    throw Error(ErrorKind::failed, fmt::format("the stored scope of export {} cannot be read", job.id), "reportctl state check");
  return {.account = job.account,
          .member = job.member,
          .scope = *scope,
          .action = access::Action::run,
          .field = "member",
          .role_in_it = "who asked for it",
          .what = "run reports",
          .hint = "another member may ask for it: reportctl export create"};
}

Export ended(Parts& parts, const Export& job) {
  return store::find_export(parts.state(), job.id).value_or(job);  // pruned this very moment: as it was
}

Export end_as_cancelled(Parts& parts, const Export& job) {
  store::ExportEnd end;
  end.state = ExportState::cancelled;
  end.reason = "cancelled while it was worked on";
  end.events = {export_event("ExportCancelled", job, kRunActor, {{"exportId", job.id}, {"reason", end.reason}})};
  store::finish_export(parts.state(), job, end, parts.moment());
  return ended(parts, job);
}

Export end_as_failed(Parts& parts, const Export& job, const std::string& reason, const validation::Violations& violations = {}) {
  store::ExportEnd end;
  end.state = ExportState::failed;
  end.reason = reason;
  if (!violations.empty()) end.violations = violations_json(violations);
  end.events = {export_event("ExportFailed", job, kRunActor,
                             {{"exportId", job.id}, {"reportType", job.report}, {"failureReason", reason}})};
  store::finish_export(parts.state(), job, end, parts.moment());
  return ended(parts, job);
}

/// Passes rows on to whoever watches, and looks now and then whether the work is still wanted.
Progress watched(Parts& parts, const Export& job, const Progress& progress) {
  auto last = std::chrono::steady_clock::now();
  return [&parts, &job, &progress, last](std::int64_t rows, std::int64_t bytes) mutable {
    if (progress) progress(rows, bytes);
    const auto now = std::chrono::steady_clock::now();
    if (now - last < kBetweenLooks) return;
    last = now;
    if (store::cancel_is_asked(parts.state(), job.id)) throw Cancelled{};
  };
}

Export produce_export(Parts& parts, const Export& job, const Progress& progress) {
  const auto standing = standing_of(parts.state(), behalf_of(job));
  if (!standing.broken.empty()) return end_as_failed(parts, job, validation::describe(standing.broken), standing.broken);
  auto planned = plan(parts, read_export_request(job.request), standing.account, standing.roles, job.created_at);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) {
    return end_as_failed(parts, job, validation::describe(rejection->violations), rejection->violations);
  }
  const auto& ready = std::get<RunPlan>(planned);
  const auto made = make_stored_file(parts, ready, {.progress = watched(parts, job, progress)});
  const auto& file = made.file;

  store::ExportEnd end;
  record_file(end, ready, file);
  if (const auto keep = life_of_exports(parts.settings().retention)) end.expires_at = parts.moment() + *keep;
  end.events = {export_event("ExportCompleted", job, kRunActor,
                             {{"exportId", job.id},
                              {"reportType", job.report},
                              {"rowCount", file.rows},
                              {"bytes", file.bytes},
                              {"sha256", file.sha256}})};
  if (!store::finish_export(parts.state(), job, end, parts.moment())) return end_as_cancelled(parts, job);
  return ended(parts, job);
}

}  // namespace

std::variant<Export, Rejection> order_export(Parts& parts, const ExportOrder& order) {
  auto request = order.request;
  request.surface = catalog::Surface::export_job;
  if (order.begin == Begin::now) parts.require_own();
  auto planned = plan(parts, request, order.account, order.roles, parts.now());
  if (auto* rejection = std::get_if<Rejection>(&planned)) return std::move(*rejection);
  const auto& resolved = std::get<RunPlan>(planned).resolved;
  // What a default is today is written down: a module may change before it is worked off.
  request.report = resolved.report->id;
  request.scope = resolved.scope.str();
  request.timezone = resolved.timezone;
  request.format = resolved.format;
  request.parameters = resolved.parameters;
  store::NewExport wanted;
  wanted.account = order.account.id;
  wanted.scope = request.scope;
  wanted.report = request.report;
  wanted.format = request.format;
  wanted.request = export_request_json(request);
  wanted.requested_by = order.requested_by;
  wanted.member = order.member;
  if (order.begin == Begin::now) wanted.owner = parts.self();
  wanted.now = parts.now();
  wanted.lease_until = parts.now() + kLease;
  Export named;
  named.account = wanted.account;
  named.id = "$run";
  wanted.events = {export_event("ExportRequested", named, order.requested_by,
                                {{"exportId", "$run"},
                                 {"reportType", wanted.report},
                                 {"scope", wanted.scope},
                                 {"format", wanted.format},
                                 {"request", json_from(wanted.request)}})};
  return store::create_export(parts.state(), wanted);
}

Export work_export(Parts& parts, const Export& job, const Progress& progress) {
  try {
    auto done = produce_export(parts, job, progress);
    store::write_mark(parts.state());
    return done;
  } catch (const Cancelled&) {
    return end_as_cancelled(parts, job);
  } catch (const store::FenceLost&) {
    throw;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) {
      if (store::cancel_is_asked(parts.state(), job.id)) return end_as_cancelled(parts, job);
      store::release_export(parts.state(), job);
    }
    if (ends_process(error.kind())) throw;
    return end_as_failed(parts, job, error.what());
  } catch (const std::bad_alloc&) {
    return end_as_failed(parts, job, "there is not enough memory");
  } catch (const std::exception& error) {
    log(LogLevel::error, fmt::format("export {}: internal error: {}", job.id, error.what()));
    return end_as_failed(parts, job, "internal error; the log of the process that made it has more");
  }
}

std::optional<Export> take_and_work(Parts& parts, const Export& job, const Progress& progress) {
  parts.require_own();
  const auto taken = store::take_export(
      parts.state(),
      {.id = job.id, .fence = job.fence, .owner = parts.self(), .lease_until = parts.now() + kLease, .now = parts.moment()});
  if (!taken) return std::nullopt;
  try {
    if (taken->cancel_asked) return end_as_cancelled(parts, *taken);
    if (is_hopeless(taken->resumed)) return end_as_failed(parts, *taken, hopeless_reason(taken->resumed));
    return work_export(parts, *taken, progress);
  } catch (const store::FenceLost&) {
    log(LogLevel::notice, fmt::format("export {} belongs to another process now", job.id));
    return std::nullopt;
  }
}

void work_off_exports(Parts& parts, const std::function<void(const Export&)>& tell) {
  std::set<std::pair<std::string, std::int64_t>> tried;
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& job : store::exports_to_work(parts.state(), parts.now(), kExportBatch)) {
      throw_if_stopped();
      if (!tried.emplace(job.id, job.fence).second) continue;
      progress = true;
      if (const auto end = take_and_work(parts, job)) tell(*end);
    }
  }
}

store::CancelResult cancel(Parts& parts, const Export& job, const std::string& actor) {
  store::Cancellation request;
  request.id = job.id;
  request.reason = fmt::format("cancelled by {}", actor);
  request.cancelled = {export_event("ExportCancelled", job, actor, {{"exportId", job.id}, {"reason", request.reason}})};
  request.asked = {export_event("ExportCancelRequested", job, actor, {{"exportId", job.id}})};
  return store::cancel_export(parts.state(), request, parts.moment());
}

}  // namespace reportctl::run
