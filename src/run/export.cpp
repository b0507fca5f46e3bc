// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/export.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::run {
namespace {

using store::Export;
using store::ExportState;

/// Matters to other hosts only: on this one, a dead owner is known by its process.
constexpr auto kExportLease = std::chrono::hours(6);
constexpr int kMostTakeovers = 3;
constexpr int kExportBatch = 64;
constexpr auto kBetweenLooks = std::chrono::milliseconds(300);

/// Somebody asked for the end of this export.
struct Cancelled {};

store::AuditEvent export_event(const char* name, const Export& job, const std::string& actor,
                               const nlohmann::ordered_json& payload) {
  return {.name = name,
          .account = job.account,
          .subject = job.id,
          .actor = actor,
          .payload = payload.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)};
}

/// What the plan needs besides the request, asked anew: people leave and change roles, accounts move.
struct Standing {
  access::Account account;
  std::set<access::Role> roles;
  validation::Violations broken;
};

Standing standing_of(Parts& parts, const Export& job) {
  auto account = store::find_account(parts.state(), job.account);
  if (!account) throw Error(ErrorKind::failed, fmt::format("account {} is gone", job.account));
  Standing standing;
  standing.account = std::move(*account);
  if (job.member.empty()) {
    standing.roles = {access::Role::system_admin};
    return standing;
  }
  const auto gone = [&](const std::string& message) {
    standing.broken = {{.code = validation::Code::role_not_permitted,
                        .field = "member",
                        .message = message,
                        .hint = "another member may ask for it: reportctl export create"}};
  };
  const auto member = store::find_member(parts.state(), job.member);
  const auto scope = schedule::Scope::parse(job.scope);
  if (!member || !scope) {
    gone("the member who asked for it has left the account");
    return standing;
  }
  access::Actor asking;
  asking.login = member->login;
  asking.memberships = {*member};
  if (!access::may(asking, access::Action::run, job.account, *scope)) {
    gone(fmt::format("{}, who asked for it, is {} and may not run reports of {} any more", member->name,
                     access::role_name(member->role), scope->str()));
  }
  standing.roles = access::roles_in(asking, job.account, *scope);
  return standing;
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
  auto standing = standing_of(parts, job);
  if (!standing.broken.empty()) return end_as_failed(parts, job, validation::describe(standing.broken), standing.broken);
  auto planned = plan(parts, read_export_request(job.request), standing.account, standing.roles, job.created_at);
  if (const auto* rejection = std::get_if<Rejection>(&planned)) {
    return end_as_failed(parts, job, validation::describe(rejection->violations), rejection->violations);
  }
  const auto& ready = std::get<RunPlan>(planned);
  require_space(parts, ready);
  auto spool = parts.artifacts().spool();
  const auto file = generate(parts, ready, spool, watched(parts, job, progress));
  parts.artifacts().put(spool, file.sha256);

  store::ExportEnd end;
  end.first_day = format_date(ready.window.first);
  end.last_day = format_date(ready.window.last);
  end.timezone = ready.zone.name();
  end.rows = file.rows;
  end.bytes = file.bytes;
  end.generation_ms = file.milliseconds;
  end.artifact_sha256 = file.sha256;
  end.artifact_name = ready.file_name;
  if (const auto keep = parts.settings().retention.exports) end.expires_at = parts.moment() + *keep;
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
  wanted.lease_until = parts.now() + kExportLease;
  Export named;
  named.account = wanted.account;
  named.id = "$run";
  wanted.events = {export_event("ExportRequested", named, order.requested_by,
                                {{"exportId", "$run"},
                                 {"reportType", wanted.report},
                                 {"scope", wanted.scope},
                                 {"format", wanted.format},
                                 {"request", nlohmann::ordered_json::parse(wanted.request)}})};
  return store::create_export(parts.state(), wanted);
}

Export work_export(Parts& parts, const Export& job, const Progress& progress) {
  try {
    return produce_export(parts, job, progress);
  } catch (const Cancelled&) {
    return end_as_cancelled(parts, job);
  } catch (const store::FenceLost&) {
    throw;
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) {
      if (store::cancel_is_asked(parts.state(), job.id)) return end_as_cancelled(parts, job);
      store::release_export(parts.state(), job);
    }
    if (error.kind() == ErrorKind::interrupted || error.kind() == ErrorKind::state) throw;
    return end_as_failed(parts, job, error.what());
  } catch (const std::exception& error) {
    log(LogLevel::error, fmt::format("export {}: internal error: {}", job.id, error.what()));
    return end_as_failed(parts, job, "internal error; the log of the process that made it has more");
  }
}

std::optional<Export> take_and_work(Parts& parts, const Export& job, const Progress& progress) {
  const auto taken = store::take_export(parts.state(), {.id = job.id,
                                                        .fence = job.fence,
                                                        .owner = parts.self(),
                                                        .lease_until = parts.now() + kExportLease,
                                                        .now = parts.moment()});
  if (!taken) return std::nullopt;
  try {
    if (taken->cancel_asked) return end_as_cancelled(parts, *taken);
    if (taken->resumed > kMostTakeovers) {
      return end_as_failed(parts, *taken, fmt::format("interrupted {} times while it was made; not tried again", taken->resumed));
    }
    return work_export(parts, *taken, progress);
  } catch (const store::FenceLost&) {
    log(LogLevel::notice, fmt::format("export {} belongs to another process now", job.id));
    return std::nullopt;
  }
}

std::vector<Export> work_off_exports(Parts& parts) {
  std::vector<Export> done;
  std::set<std::pair<std::string, std::int64_t>> tried;
  for (bool progress = true; progress;) {
    progress = false;
    for (const auto& job : store::exports_to_work(parts.state(), parts.now(), kExportBatch)) {
      throw_if_stopped();
      if (!tried.emplace(job.id, job.fence).second) continue;
      progress = true;
      if (auto end = take_and_work(parts, job)) done.push_back(std::move(*end));
    }
  }
  return done;
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
