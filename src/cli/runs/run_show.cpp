// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "reportctl/artifact/place.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/schedule/fields.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/part_runs.hpp"
#include "reportctl/store/runs.hpp"
#include "run_table.hpp"
#include "runs_verbs.hpp"
#include "schedules/schedule_words.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

/// Fields of a definition that a run has as its own, and those that say nothing of one run.
const std::set<std::string_view> kShownElsewhere = {"name", "account", "report", "description", "active",    "timezone",
                                                    "to",   "subject", "title",  "intro",       "file_name", "reply_to"};

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
  const bool is_mail = delivery.destination.empty();
  if (is_mail) sheet.lines.emplace_back("Message-ID", Field{fmt::format("<{}>", delivery.message_id)});
  sheet.lines.emplace_back(is_mail ? "Message" : "File",
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

/// What the schedule said when the run was claimed, in the words of its file.
void add_definition(Sheet& sheet, const schedule::Definition& definition) {
  for (const auto& field : schedule::fields()) {
    if (kShownElsewhere.contains(field.name)) continue;
    const auto [values, named] = field.text(definition);
    const auto label = label_of(field);
    if (!values.empty()) sheet.lines.emplace_back(label, Field{join(values, ", ")});
    for (const auto& [name, several] : named) sheet.lines.emplace_back(label, Field{name + " = " + join(several, ", ")});
  }
}

/// `1 of 3: bo@example.com`.
std::string undelivered(const std::vector<store::Delivery>& deliveries) {
  std::vector<std::string> missed;
  std::size_t reports = 0;
  for (const auto& delivery : deliveries) {
    if (delivery.notification) continue;
    ++reports;
    if (delivery.state != store::DeliveryState::accepted)
      missed.push_back(fmt::format("{} ({})", delivery.address, store::delivery_state_name(delivery.state)));
  }
  return missed.empty() ? std::string() : fmt::format("{} of {}: {}", missed.size(), reports, join(missed, ", "));
}

/// Recipients of the schedule whom an occurrence did not queue: they had unsubscribed, or were suppressed.
std::vector<std::string> left_out(const store::Run& run, const schedule::Definition& definition,
                                  const std::vector<store::Delivery>& deliveries) {
  const auto is_report = [](const store::Delivery& delivery) { return !delivery.notification; };
  std::vector<std::string> addresses;
  if (!is_occurrence(run) || std::none_of(deliveries.begin(), deliveries.end(), is_report)) return addresses;
  for (const auto& recipient : definition.recipients.mailboxes) {
    const auto address = recipient.address.normalized();
    if (std::none_of(deliveries.begin(), deliveries.end(),
                     [&](const auto& delivery) { return is_report(delivery) && delivery.address == address; }))
      addresses.push_back(address);
  }
  return addresses;
}

/// How many ended how, and which of them not well.
void add_parts(Session& session, const store::Run& run, Sheet& sheet) {
  const auto counts = store::count_parts(session.state(), run.id);
  sheet.record["parts"] = store::parts_record(counts);
  if (counts.empty()) return;
  std::int64_t all = 0;
  std::vector<std::string> words;
  std::vector<store::RunState> bad;
  for (const auto& [state, parts] : counts) {
    all += parts;
    words.push_back(fmt::format("{} {}", parts, store::run_state_name(state)));
    if (store::is_finished(state) && !store::ended_well(state)) bad.push_back(state);
  }
  sheet.lines.emplace_back("Parts", Field{fmt::format("{}: {}; reportctl runs list --parts --schedule {}", all, join(words, ", "),
                                                      shell_word(run.schedule_name))});
  if (bad.empty()) return;
  constexpr int kMostShown = 20;
  auto shown = visible_runs(session.viewer(), {.states = bad, .parent = run.id, .limit = kMostShown});
  std::sort(shown.begin(), shown.end(), [](const auto& a, const auto& b) { return a.part < b.part; });
  for (const auto& part : shown)
    sheet.lines.emplace_back(
        part.part,
        Field{fmt::format("{} (run {}): {}", store::run_state_name(part.state), part.id.substr(0, 8), part.reason), Tone::bad});
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
  line("Part", {run.part});
  line("Part of", {run.parent});
  line("Corrects", {run.corrects});
  line("Due", {run.slot ? format_utc(*run.slot) : std::string()});
  line("Started", {format_utc(run.created_at)});
  line("Finished", {run.finished_at ? format_utc(*run.finished_at) : std::string()});
  line("State", {state_text(run), tone_of(run)});
  line("Why", {run.reason});
  const auto all_deliveries = store::list_deliveries(session.state(), run.id);
  line("Not delivered to", {undelivered(all_deliveries), Tone::bad});
  const auto definition = store::run_definition(session.state(), run);
  const auto without = definition ? left_out(run, *definition, all_deliveries) : std::vector<std::string>();
  if (!without.empty()) line("Left out", {fmt::format("{} (unsubscribed or suppressed)", join(without, ", "))});
  sheet.record["left_out"] = without;
  add_parts(session, run, sheet);
  if (run.waiting) line("Waits for you", {"its schedule has not succeeded since, and nobody has acknowledged it", Tone::warn});
  add_violations(sheet, sheet.record["violations"]);
  if (run.resumed > 0) line("Resumed", {fmt::format("{} times", run.resumed)});
  if (run.wait_until) line("Waits until", {format_utc(*run.wait_until)});
  if (run.data_until) line("Data until", {format_utc(*run.data_until)});
  if (run.decision && run.state != store::RunState::quiet) line("Condition", {decision_words(*run.decision)});
  if (run.resume_at) line("Goes on", {format_utc(*run.resume_at)});
  if (run.period) line("Period", {fmt::format("{} ({})", schedule::describe(*run.period), run.timezone)});
  const auto facts = store::mail_facts(session.state(), run.id);
  const auto told = facts.empty() ? Json::object() : json_or_discarded(facts);
  sheet.record["filters"] = Json::object();
  for (const char* key : {"subject", "intro", "reply_to"})
    sheet.record[key] = text_or_null(told.is_object() ? told.value(key, "") : std::string());
  if (told.is_object()) {
    line("Site", {told.value("scope", "")});
    for (const auto& filter : told.value("filters", Json::array())) {
      line(filter.at(0).get_ref<const std::string&>().c_str(), {filter.at(1)});
      sheet.record["filters"][filter.at(0).get<std::string>()] = filter.at(1);
    }
    line("Title", {told.value("report_label", "")});
    line("Subject", {told.value("subject", "")});
    line("Reply to", {told.value("reply_to", "")});
    line("Intro", {told.value("intro", "")});
  }
  if (run.rows) line("Rows", {fmt::format("{} in {} ms", *run.rows, run.generation_ms.value_or(0))});
  sheet.record["file_place"] = nullptr;
  auto& files = sheet.record["files"] = Json::array();
  for (const auto& file : store::run_files(session.state(), run)) {
    const auto place = run.file_pruned_at ? std::string() : artifact::place_of(session.config().settings.artifacts, file.sha256);
    line("File", {fmt::format("{}, {} bytes", file.name, file.bytes)});
    line("Stored", {place});
    line("SHA-256", {file.sha256});
    if (files.empty()) sheet.record["file_place"] = text_or_null(place);
    files.push_back({{"report", file.report},
                     {"format", file.format},
                     {"name", file.name},
                     {"rows", file.rows},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256},
                     {"place", text_or_null(place)}});
  }
  if (expires) line("Expires", {format_utc(*expires)});
  if (run.file_pruned_at) line("Pruned", {format_utc(*run.file_pruned_at)});

  if (definition) add_definition(sheet, *definition);
  sheet.record["definition"] = definition ? to_json(*definition, run.timezone) : Json();

  auto& deliveries = sheet.record["deliveries"] = Json::array();
  for (const auto& delivery : all_deliveries) {
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

}  // namespace

void bind_runs_show(CLI::App& command, Session& session) {
  const auto id = std::make_shared<std::string>();
  auto& verb = add_verb(command, {.name = "show",
                                  .summary = "one run: what was asked for, its file, its end, and the ledger of its recipients",
                                  .examples = "reportctl runs show 3f2a\n"
                                              "reportctl runs show 3f2a --json | jq '.deliveries[] | {address, state, answer}'"});
  verb.add_option("run", *id, "id, or the first characters of it")->required()->type_name("RUN");
  when_chosen(verb, session, [&session, id] { return show(session, *id); });
}

}  // namespace reportctl::cli
