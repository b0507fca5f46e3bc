// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "run_endings.hpp"
#include "runs_verbs.hpp"
#include "stored_file.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/filters.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

using store::RunState;

struct RunListOptions {
  std::optional<std::string> account, schedule, outcome, since;
  int limit = 50;
};

struct SaveOptions {
  std::string run;
  std::string output;
};

RunState state_named(const std::string& word) {
  if (const auto state = store::parse_run_state(word)) return *state;
  const auto words = store::run_state_names();
  throw Error(ErrorKind::usage, fmt::format("--outcome {}: no such outcome{}", visible(word), did_you_mean(word, words)),
              "one of " + join(words, ", "));
}

Tone tone_of(const store::Run& run) {
  if (!store::is_finished(run.state)) return run.interrupted ? Tone::warn : Tone::none;
  return tone_of_status(store::run_status_word(run.state));
}

std::string state_words(const store::Run& run) {
  std::string words(store::run_state_name(run.state));
  if (run.interrupted) words += ", interrupted";
  if (run.resume_at) words += ", waiting";
  return words;
}

std::string number_words(const std::optional<std::int64_t>& number) { return number ? std::to_string(*number) : "–"; }

int list_runs(Session& session, const RunListOptions& options) {
  store::RunFilter filter;
  if (options.account) filter.account = session.account(options.account).id;
  if (options.schedule)
    filter.schedule_id = visible_schedule(session.viewer(), *options.schedule, options.account, access::Action::view).id;
  if (options.outcome) filter.state = state_named(*options.outcome);
  if (options.since) filter.since = parse_since(*options.since, session.now());
  filter.limit = options.limit;

  Listing listing;
  listing.columns = {{"id", "RUN"},
                     {"schedule"},
                     {"report"},
                     {"trigger"},
                     {"slot", "DUE"},
                     {"state"},
                     {"period"},
                     {"rows", "ROWS", Align::right},
                     {"reason", "WHY", Align::left, true}};
  listing.more_keys = {"account", "created_at", "interrupted", "resume_at"};
  listing.empty = manage::nothing_seen(session.actor(), "no runs");
  for (const auto& run : visible_runs(session.viewer(), filter)) {
    const auto whose = run.schedule_name.empty() ? run.account : fmt::format("{}/{}", run.account, run.schedule_name);
    listing.rows.push_back({{run.id},
                            {whose},
                            {run.report},
                            {std::string(store::trigger_name(run.trigger))},
                            {format_utc(run.slot.value_or(run.created_at))},
                            {state_words(run), tone_of(run)},
                            {run.period ? schedule::describe(*run.period) : "–"},
                            {number_words(run.rows)},
                            {run.reason}});
    listing.records.push_back(to_json(run));
  }
  session.out().list(listing);
  return exit_code::kDone;
}

void add_delivery(Sheet& sheet, const store::Delivery& delivery) {
  const bool well = delivery.state == store::DeliveryState::accepted;
  sheet.lines.emplace_back("", Field{""});
  sheet.lines.emplace_back(delivery.notification ? "Told"
                           : delivery.by_hand    ? "To, by hand"
                                                 : "To",
                           Field{delivery.recipient ? delivery.recipient->str() : delivery.address});
  sheet.lines.emplace_back("State",
                           Field{std::string(store::delivery_state_name(delivery.state)), well ? Tone::good : Tone::bad});
  sheet.lines.emplace_back("Attempts", Field{std::to_string(delivery.attempts)});
  if (delivery.sent_at) sheet.lines.emplace_back("Sent", Field{format_utc(*delivery.sent_at)});
  if (delivery.next_attempt_at) sheet.lines.emplace_back("Next attempt", Field{format_utc(*delivery.next_attempt_at)});
  if (!delivery.answer.empty()) sheet.lines.emplace_back("Answer", Field{delivery.answer});
  if (!delivery.reason_class.empty()) sheet.lines.emplace_back("Kind", Field{delivery.reason_class});
  sheet.lines.emplace_back("Message-ID", Field{fmt::format("<{}>", delivery.message_id)});
  sheet.lines.emplace_back("Message",
                           Field{fmt::format("{} bytes, SHA-256 {}", delivery.message_bytes, delivery.message_sha256)});
}

void add_webhook(Sheet& sheet, const store::WebhookDelivery& delivery) {
  const bool well = delivery.state == store::WebhookState::accepted;
  sheet.lines.emplace_back("", Field{""});
  sheet.lines.emplace_back("Webhook", Field{delivery.endpoint});
  sheet.lines.emplace_back("State",
                           Field{std::string(store::webhook_state_name(delivery.state)), well ? Tone::good : Tone::warn});
  sheet.lines.emplace_back("Attempts", Field{std::to_string(delivery.attempts)});
  if (delivery.due_at) sheet.lines.emplace_back("Next attempt", Field{format_utc(*delivery.due_at)});
  if (!delivery.answer.empty()) sheet.lines.emplace_back("Answer", Field{delivery.answer});
}

void add_violations(Sheet& sheet, const Json& violations) {
  if (!violations.is_array()) return;
  for (const auto& violation : violations) {
    if (!violation.is_object()) continue;
    sheet.lines.emplace_back("Rule", Field{fmt::format("{}: {} [{}]", violation.value("field", ""),
                                                       violation.value("message", ""), violation.value("code", "")),
                                           Tone::bad});
  }
}

/// From when on retention may take the file.
std::optional<Instant> file_expiry(Session& session, const store::Run& run) {
  const auto& keep = session.config().settings.retention.artifacts;
  const bool has_file = !run.artifact_sha256.empty() && !run.file_pruned_at;
  if (!has_file || !run.finished_at || !keep) return std::nullopt;
  return *run.finished_at + *keep;
}

int show(Session& session, const std::string& id) {
  const auto run = visible_run(session.viewer(), id);
  const auto expires = file_expiry(session, run);
  Sheet sheet;
  sheet.record = to_json(run);
  sheet.record["file_expires_at"] = to_json(expires);
  const auto line = [&](const char* label, Field field) {
    if (!field.text.empty()) sheet.lines.emplace_back(label, std::move(field));
  };
  line("Run", {run.id});
  line("Account", {run.account});
  line("Schedule", {run.schedule_name.empty() ? std::string() : fmt::format("{} ({})", run.schedule_name, run.schedule_id)});
  line("Report", {run.report});
  line("Trigger", {std::string(store::trigger_name(run.trigger))});
  line("Corrects", {run.corrects});
  line("Due", {run.slot ? format_utc(*run.slot) : std::string()});
  line("Started", {format_utc(run.created_at)});
  line("Finished", {run.finished_at ? format_utc(*run.finished_at) : std::string()});
  line("State", {state_words(run), tone_of(run)});
  line("Why", {run.reason});
  add_violations(sheet, sheet.record["violations"]);
  if (run.resumed > 0) line("Resumed", {fmt::format("{} times", run.resumed)});
  if (run.resume_at) line("Goes on", {format_utc(*run.resume_at)});
  if (run.period) line("Period", {fmt::format("{} ({})", schedule::describe(*run.period), run.timezone)});
  const auto facts = store::mail_facts(session.state(), run.id);
  const auto told = facts.empty() ? Json::object() : Json::parse(facts, nullptr, false);
  sheet.record["filters"] = Json::object();
  if (told.is_object()) {
    line("Site", {told.value("scope", "")});
    for (const auto& filter : told.value("filters", Json::array())) {
      line(filter.at(0).get_ref<const std::string&>().c_str(), {filter.at(1)});
      sheet.record["filters"][filter.at(0).get<std::string>()] = filter.at(1);
    }
    line("Subject", {told.value("subject", "")});
  }
  if (run.rows) line("Rows", {fmt::format("{} in {} ms", *run.rows, run.generation_ms.value_or(0))});
  if (run.bytes) line("File", {fmt::format("{}, {} bytes", run.artifact_name, *run.bytes)});
  line("SHA-256", {run.artifact_sha256});
  if (expires) line("Expires", {format_utc(*expires)});
  if (run.file_pruned_at) line("Pruned", {format_utc(*run.file_pruned_at)});

  auto& deliveries = sheet.record["deliveries"] = Json::array();
  for (const auto& delivery : store::list_deliveries(session.state(), run.id)) {
    add_delivery(sheet, delivery);
    deliveries.push_back(to_json(delivery));
  }
  auto& webhooks = sheet.record["webhooks"] = Json::array();
  for (const auto& delivery : store::webhook_deliveries_of_run(session.state(), run.id)) {
    add_webhook(sheet, delivery);
    webhooks.push_back(to_json(delivery));
  }
  session.out().sheet(sheet);
  return exit_code::kDone;
}

int save(Session& session, const SaveOptions& options) {
  const auto run = visible_run(session.viewer(), options.run);
  const auto scope = scope_of(session, run);
  access::require(session.actor(), access::Action::run, run.account, scope);
  require_report(session.editor(), run.report, run.account, scope);
  if (run.artifact_sha256.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("run {} has no file: it ended {}", run.id, store::run_state_name(run.state)),
                fmt::format("reportctl runs show {}", run.id));
  }
  if (run.file_pruned_at) {
    throw Error(ErrorKind::not_found, fmt::format("the file of run {} was pruned at {}", run.id, format_utc(*run.file_pruned_at)),
                "make the report again: reportctl run");
  }
  const Destination destination{options.output, run.format};
  write_stored(session, destination, {run.artifact_sha256, fmt::format("run {}", run.id)}, [&](bool complete) {
    const Json payload = {
        {"runId", run.id}, {"sha256", run.artifact_sha256}, {"bytes", run.bytes.value_or(0)}, {"complete", complete}};
    return store::AuditEvent{.name = "RunSaved",
                             .account = run.account,
                             .subject = run.id,
                             .actor = session.actor().str(),
                             .payload = json_text(payload)};
  });
  if (destination.is_stream()) return exit_code::kDone;
  session.out().done(
      fmt::format("{}: the {} bytes that were sent", options.output, run.bytes.value_or(0)),
      {{"run_id", run.id}, {"output", options.output}, {"bytes", run.bytes.value_or(0)}, {"sha256", run.artifact_sha256}});
  return exit_code::kDone;
}

void bind_list(CLI::App& command, Session& session) {
  const auto options = std::make_shared<RunListOptions>();
  auto& verb = add_verb(command, {.name = "list",
                                  .summary = "the newest runs and how they ended",
                                  .examples = "reportctl runs list --schedule spend\n"
                                              "reportctl runs list --outcome failed --since 7d\n"
                                              "reportctl runs list --json | jq -r '.[] | select(.status==\"failed\") | .id'"});
  add_account_option(verb, options->account);
  add_text_option(verb, options->schedule, "--schedule", "NAME", "only those of this schedule");
  add_text_option(verb, options->outcome, "--outcome", "STATE",
                  "delivered, partial, delivery_failed, unknown, no_data, rejected, failed, skipped, triggered or generated");
  add_text_option(verb, options->since, "--since", "TIME", "an instant, a day, or how long ago: 12h, 7d");
  add_limit_option(verb, options->limit);
  when_chosen(verb, session, [&session, options] { return list_runs(session, *options); });
}

void bind_show(CLI::App& command, Session& session) {
  const auto id = std::make_shared<std::string>();
  auto& verb = add_verb(command, {.name = "show",
                                  .summary = "one run: period, file, why it ended so, and the ledger of its recipients",
                                  .examples = "reportctl runs show 3f2a\n"
                                              "reportctl runs show 3f2a --json | jq '.deliveries[] | {address, state, answer}'"});
  verb.add_option("run", *id, "id, or the first characters of it")->required()->type_name("RUN");
  when_chosen(verb, session, [&session, id] { return show(session, *id); });
}

void bind_save(CLI::App& command, Session& session) {
  const auto options = std::make_shared<SaveOptions>();
  auto& verb = add_verb(command, {.name = "save",
                                  .summary = "the exact bytes that were sent, their hash checked",
                                  .examples = "reportctl runs save 3f2a > report.csv\n"
                                              "reportctl runs save 3f2a --output report.xlsx"});
  verb.add_option("run", options->run, "id, or the first characters of it")->required()->type_name("RUN");
  add_output_option(verb, options->output);
  when_chosen(verb, session, [&session, options] { return save(session, *options); });
}

}  // namespace

void bind_runs(CLI::App& root, Session& session) {
  auto& command = add_command(root, {.name = "runs",
                                     .summary = {},
                                     .examples = "reportctl runs list --since 7d\n"
                                                 "reportctl runs show 3f2a\n"
                                                 "reportctl runs retry --failed\n"
                                                 "reportctl runs resend 3f2a --only failed\n"
                                                 "reportctl runs save 3f2a --output report.csv"});
  bind_list(command, session);
  bind_show(command, session);
  bind_runs_retry(command, session);
  bind_runs_resend(command, session);
  bind_save(command, session);
}

}  // namespace reportctl::cli
