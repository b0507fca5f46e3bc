// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "export_verbs.hpp"
#include "export_words.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/export_access.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/retention.hpp"
#include "runs/stored_file.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

using store::ExportState;

struct ExportListOptions {
  std::optional<std::string> account, outcome, since;
  int limit = 50;
};

struct ExportFetchOptions {
  std::string id;
  std::string output;
};

ExportState export_state_named(const std::string& word) {
  if (const auto state = store::parse_export_state(word)) return *state;
  const auto words = store::export_state_names();
  throw Error(ErrorKind::usage, fmt::format("--outcome {}: no such state{}", visible(word), did_you_mean(word, words)),
              "one of " + join(words, ", "));
}

std::string instant_words(const std::optional<Instant>& instant) { return instant ? format_utc(*instant) : std::string("–"); }

int list_jobs(Session& session, const ExportListOptions& options) {
  store::ExportFilter filter;
  if (options.account) filter.account = session.account(options.account).id;
  if (options.outcome) filter.state = export_state_named(*options.outcome);
  if (options.since) filter.since = parse_since(*options.since, session.now());
  filter.limit = options.limit;
  Listing listing;
  listing.columns = {{.key = "id", .title = "EXPORT", .show = Show::id},
                     {.key = "account"},
                     {.key = "scope", .drop = 2},
                     {.key = "report", .show = Show::cut},
                     {.key = "format", .drop = 3},
                     {.key = "created_at", .title = "ASKED", .show = Show::time},
                     {.key = "state"},
                     {.key = "rows", .align = Align::right, .drop = 1},
                     {.key = "expires_at", .title = "EXPIRES", .show = Show::time, .drop = 4},
                     {.key = "reason", .title = "WHY", .show = Show::long_text}};
  listing.more_keys = {"interrupted", "cancel_asked", "file_pruned_at"};
  listing.empty = manage::nothing_seen(session.actor(), "no exports");
  for (const auto& job : visible_exports(session.viewer(), filter)) {
    listing.rows.push_back({{job.id},
                            {job.account},
                            {job.scope},
                            {job.report},
                            {job.format},
                            {format_utc(job.created_at)},
                            state_field(job),
                            {job.rows ? std::to_string(*job.rows) : "–"},
                            {instant_words(job.expires_at)},
                            {job.reason}});
    listing.records.push_back(to_json(job));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

int show_job(Session& session, const std::string& id) {
  const auto job = allowed_export(session.viewer(), id, access::Action::view);
  Sheet sheet;
  sheet.record = to_json(job);
  const auto line = [&](const char* label, Field field) {
    if (!field.text.empty()) sheet.lines.emplace_back(label, std::move(field));
  };
  const auto at = [](const std::optional<Instant>& instant) { return Field{instant ? format_utc(*instant) : std::string()}; };
  line("Export", {job.id});
  line("Account", {job.account});
  line("Scope", {job.scope});
  line("Report", {job.report});
  for (const auto& [label, words] : request_lines(job)) line(label.c_str(), {words});
  line("Asked by", {job.requested_by});
  line("Asked", at(job.created_at));
  line("Started", at(job.started_at));
  line("Finished", at(job.finished_at));
  line("State", state_field(job));
  line("Why", {job.reason, Tone::bad});
  if (job.resumed > 0) line("Resumed", {fmt::format("{} times", job.resumed)});
  if (job.period) line("Period", {fmt::format("{} ({})", schedule::describe(*job.period), job.timezone)});
  if (job.rows) line("Rows", {fmt::format("{} in {} ms", *job.rows, job.generation_ms.value_or(0))});
  if (job.bytes) line("File", {fmt::format("{}, {} bytes", job.artifact_name, *job.bytes)});
  line("SHA-256", {job.artifact_sha256});
  line("Expires", at(job.expires_at));
  line("Pruned", at(job.file_pruned_at));
  session.out().sheet(sheet);
  return exit_code::kDone;
}

/// Error(not_found) that says why there is nothing to fetch.
void require_file(Session& session, const store::Export& job) {
  if (job.state != ExportState::completed) {
    const bool waits = job.state == ExportState::pending || job.state == ExportState::processing;
    throw Error(ErrorKind::not_found, fmt::format("export {} has no file: it is {}", job.id, store::export_state_name(job.state)),
                waits ? fmt::format("reportctl export run {}", job.id) : fmt::format("reportctl export show {}", job.id));
  }
  if (job.file_pruned_at) {
    throw Error(ErrorKind::not_found,
                fmt::format("the file of export {} was pruned at {}", job.id, format_utc(*job.file_pruned_at)),
                "ask for it again: reportctl export create");
  }
  if (job.expires_at && *job.expires_at <= session.now()) {
    throw Error(ErrorKind::not_found, fmt::format("the file of export {} expired at {}", job.id, format_utc(*job.expires_at)),
                "ask for it again: reportctl export create");
  }
}

/// What lets somebody have the bytes: the role, and that they are there.
store::Export fetchable_export(Session& session, const std::string& id) {
  auto job = allowed_export(session.viewer(), id, access::Action::run);
  require_report(session.editor(), job.report, job.account, manage::scope_of(job));
  require_file(session, job);
  return job;
}

store::AuditEvent export_event(Session& session, const char* name, const store::Export& job, const Json& more) {
  Json payload = {{"exportId", job.id}, {"sha256", job.artifact_sha256}};
  payload.update(more);
  return {.name = name, .account = job.account, .subject = job.id, .actor = session.actor().str(), .payload = json_text(payload)};
}

/// As promised when it was made, or as the policy has it today, whichever is sooner.
std::optional<Instant> kept_until(Session& session, const store::Export& job) {
  const auto keep = run::life_of_exports(session.config().settings.retention);
  if (!keep || !job.finished_at) return job.expires_at;
  const auto today = *job.finished_at + *keep;
  return job.expires_at ? std::min(*job.expires_at, today) : today;
}

int link_job(Session& session, const std::string& id) {
  const auto job = fetchable_export(session, id);
  auto& artifacts = session.parts().artifacts();
  artifacts.require(job.artifact_sha256);
  const auto link = artifacts.link({.sha256 = job.artifact_sha256,
                                    .file_name = job.artifact_name,
                                    .now = session.now(),
                                    .not_after = kept_until(session, job)});
  store::append_audit(session.state(), {export_event(session, "ExportLinked", job, {{"linkEnds", format_utc(link.ends)}})},
                      session.now());
  // Alone on its line, to be passed on; when it ends is in the manual and in --json.
  session.out().done(link.url, {{"id", job.id}, {"url", link.url}, {"ends", format_utc(link.ends)}});
  return exit_code::kDone;
}

int fetch_job(Session& session, const ExportFetchOptions& options) {
  const auto job = fetchable_export(session, options.id);
  const Destination destination{options.output, job.format};
  write_stored(session, destination, {job.artifact_sha256, fmt::format("export {}", job.id), job.bytes}, [&](bool complete) {
    return export_event(session, "ExportFetched", job, {{"bytes", job.bytes.value_or(0)}, {"complete", complete}});
  });
  if (destination.is_stream()) return exit_code::kDone;
  session.out().done(
      fmt::format("{}: {} bytes of export {}", options.output, job.bytes.value_or(0), job.id),
      {{"id", job.id}, {"output", options.output}, {"bytes", job.bytes.value_or(0)}, {"sha256", job.artifact_sha256}});
  return exit_code::kDone;
}

}  // namespace

void bind_export_list(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ExportListOptions>();
  auto& verb = add_verb(command, {.name = "list",
                                  .summary = "the newest exports and what became of them",
                                  .examples = "reportctl export list\n"
                                              "reportctl export list --outcome failed --since 7d"});
  add_account_option(verb, options->account);
  add_text_option(verb, options->outcome, "--outcome", "STATE", "pending, processing, completed, failed or cancelled");
  add_text_option(verb, options->since, "--since", "TIME", "an instant, a day, or how long ago: 12h, 7d");
  add_limit_option(verb, options->limit);
  when_chosen(verb, session, [&session, options] { return list_jobs(session, *options); });
}

void bind_export_show(CLI::App& command, Session& session) {
  const auto id = std::make_shared<std::string>();
  auto& verb = add_verb(command, {.name = "show",
                                  .summary = "one export: what was asked for, its state and its file",
                                  .examples = "reportctl export show 3f2a\n"
                                              "reportctl export show 3f2a --json | jq .state"});
  verb.add_option("export", *id, "id, or the first characters of it")->required()->type_name("EXPORT");
  when_chosen(verb, session, [&session, id] { return show_job(session, *id); });
}

void bind_export_fetch(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ExportFetchOptions>();
  auto& verb = add_verb(command, {.name = "fetch",
                                  .summary = "the bytes of a completed export, their hash checked",
                                  .examples = "reportctl export fetch 3f2a > leads.csv\n"
                                              "reportctl export fetch 3f2a --output leads.xlsx"});
  verb.add_option("export", options->id, "id, or the first characters of it")->required()->type_name("EXPORT");
  add_output_option(verb, options->output);
  when_chosen(verb, session, [&session, options] { return fetch_job(session, *options); });
}

void bind_export_link(CLI::App& command, Session& session) {
  const auto id = std::make_shared<std::string>();
  auto& verb = add_verb(command, {.name = "link",
                                  .summary = "an address that gives the file to whoever has it, for a while",
                                  .examples = "reportctl export link 3f2a\n"
                                              "reportctl export link 3f2a --json | jq -r .ends"});
  verb.add_option("export", *id, "id, or the first characters of it")->required()->type_name("EXPORT");
  when_chosen(verb, session, [&session, id] { return link_job(session, *id); });
}

}  // namespace reportctl::cli
