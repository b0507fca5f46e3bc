// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/schedule_save.hpp"
#include "reportctl/manage/visibility.hpp"
#include "reportctl/run/by_hand.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/run/plan.hpp"
#include "reportctl/run/preview.hpp"
#include "reports/report_words.hpp"
#include "runs/run_endings.hpp"
#include "schedule_options.hpp"
#include "schedule_try.hpp"
#include "schedule_verbs.hpp"
#include "schedule_words.hpp"
#include "terminal/exit_codes.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

struct PreviewOptions {
  std::string name;
  std::optional<std::string> account, at, part;
  int rows = 10;
};

struct ExtraRunOptions {
  std::string name;
  std::optional<std::string> account;
};

struct TestOptions : ExtraRunOptions {
  std::vector<std::string> to;
  std::optional<std::string> part;
};

Instant moment_of(Session& session, const std::optional<std::string>& text) {
  if (!text) return session.now();
  const auto instant = parse_instant(*text);
  if (!instant) {
    throw Error(ErrorKind::usage, fmt::format("--at {}: not an instant", visible(*text)),
                "write it as 2026-03-17T06:00:00Z or with an offset");
  }
  return *instant;
}

std::string no_rows_sentence(Session& session, const schedule::Definition& definition) {
  if (definition.send.given()) return "no rows";
  const auto policy = definition.no_data.value_or(session.config().settings.policy.no_data);
  return policy == schedule::NoData::skip ? "no rows: nothing would be sent (no data: skip)"
                                          : "no rows: the mail would go out, say so, and carry the header only";
}

/// When it runs next, by which rule, and how far its calendar reaches.
void add_due(const run::RunPlan& plan, const schedule::Schedule& schedule, Sheet& sheet) {
  const auto& cadence = schedule.definition.cadence;
  sheet.record["due"] = to_json(schedule.next_run_at);
  sheet.record["holidays_known_until"] = nullptr;
  std::string words = minute_or_dash(schedule.next_run_at, plan.zone);
  for (const auto& rule : {cadence.on.str(), cadence.day.str(), calendar_words(cadence)})
    if (!rule.empty()) words += (rule.starts_with("holidays") ? "; " : ", ") + rule;
  if (!calendar_words(cadence).empty()) sheet.record["holidays_known_until"] = format_date(cadence.calendar.days->until());
  const bool beyond = schedule.next_run_at && is_past_calendar(cadence, plan.zone.local_date(*schedule.next_run_at));
  if (beyond) words += ", so this day may be one";
  if (!schedule.definition.active) words += "; paused";
  sheet.lines.emplace_back("Due", Field{words, beyond ? Tone::warn : Tone::none});
}

/// Whether the data are complete, and what would become of a run that finds them so.
void add_readiness(Session& session, const run::RunPlan& plan, const schedule::Definition& definition, Instant slot,
                   Sheet& sheet) {
  sheet.record["ready"] = nullptr;
  if (plan.resolved.report->ready.empty()) return;
  const auto seen = run::readiness_of(session.parts(), plan, slot);
  auto words = fmt::format("{}: {}", seen.is_ready ? "yes" : "not yet", seen.words);
  if (!seen.is_ready && !definition.wait) words += "; it would not wait";
  if (!seen.is_ready && definition.wait)
    words += fmt::format("; would wait until {}, then {}", minute_text(slot + *definition.wait, plan.zone),
                         late_name(definition.late.value_or(schedule::Late::fail)));
  sheet.lines.emplace_back("Ready", Field{words, seen.is_ready ? Tone::none : Tone::warn});
  sheet.record["ready"] = seen.is_ready;
  sheet.record["data_until"] = to_json(seen.data_until);
}

void add_decision(const std::optional<run::Judgement>& decision, const schedule::Schedule& schedule, Sheet& sheet) {
  sheet.record["condition"] = decision ? store::decision_record(*decision) : Json();
  if (decision)
    sheet.lines.emplace_back("Condition",
                             Field{fmt::format("{}; now {}", schedule.definition.send.str(), decision_words(*decision))});
}

void require_parts(const schedule::Schedule& schedule, const std::optional<std::string>& part) {
  if (!part || schedule.definition.parts.given()) return;
  throw Error(ErrorKind::usage, fmt::format("schedule \"{}\" has no parts", visible(schedule.definition.name)),
              "leave out --part");
}

}  // namespace

Previewed to_preview(Session& session, const std::string& name, const std::optional<std::string>& account,
                     const std::optional<std::string>& moment, const std::optional<std::string>& key) {
  auto schedule = visible_schedule(session.viewer(), name, account, access::Action::run);
  const auto& definition = schedule.definition;
  require_reports(session.editor(), schedule::reports_of(definition), definition.account, definition.scope);
  require_parts(schedule, key);
  const auto at = moment_of(session, moment);
  if (!definition.parts.given()) return {std::move(schedule), at};
  const auto plans = run::plan_parts(session.parts(), schedule, at);
  if (!plans.broken.empty()) manage::refuse(fmt::format("schedule \"{}\" would be rejected", definition.name), plans.broken);
  auto part = run::choose_part(plans, schedule, key.value_or(""));
  if (!part.has_address && part.schedule.definition.recipients.empty())
    throw Error(ErrorKind::conflict, fmt::format("part \"{}\" would be skipped: it has no address", visible(part.key)),
                "without --part the first that has one is shown");
  return {std::move(part.schedule), part.slot, parts_words(plans)};
}

namespace {

int preview(Session& session, const PreviewOptions& options) {
  const auto [schedule, at, all_parts] = to_preview(session, options.name, options.account, options.at, options.part);
  const auto& definition = schedule.definition;
  auto planned = run::plan_schedule(session.parts(), schedule, at);
  if (const auto* rejection = std::get_if<run::Rejection>(&planned)) {
    manage::refuse(fmt::format("schedule \"{}\" would be rejected", definition.name), rejection->violations);
  }
  const auto& plan = std::get<run::RunPlan>(planned);
  const auto head = run::preview_file(session.parts(), plan, options.rows);
  if (session.out().format() == Format::csv) {
    session.out().text(csv_of_rows(head));
    return exit_code::kDone;
  }
  const auto listing = listing_of_rows(head);

  Sheet sheet;
  const auto recipients = schedule::Recipients{.mailboxes = definition.recipients.mailboxes, .places = plan.places}.texts();
  std::vector<std::string> names;
  for (const auto& file : plan.files()) names.push_back(file.name);
  auto texts = run::preview_texts(session.parts(), plan, definition);
  const auto decision = run::preview_decision(session.parts(), plan, schedule, at);
  if (decision) texts.subject = run::subject_by(*decision, definition, texts.subject, plan.resolved.language);
  sheet.lines = {{"Report", {plan.resolved.report->label}},
                 {"As of", {fmt::format("{} ({})", plan.zone.format(at), format_utc(at))}},
                 {"Period", {schedule::describe(plan.window)}},
                 {"Time zone", {plan.zone.name()}},
                 {"Subject", {texts.subject}},
                 {"File", {join(names, ", ")}},
                 {"To", {join(recipients, ", ")}}};
  if (plan.reply_to) sheet.lines.push_back({"Reply to", {plan.reply_to->str()}});
  if (!texts.intro.empty()) sheet.lines.push_back({"Intro", {texts.intro}});
  sheet.record = {{"schedule", definition.name},
                  {"account", definition.account},
                  {"report", definition.report},
                  {"at", format_utc(at)},
                  {"period", to_json(plan.window)},
                  {"timezone", plan.zone.name()},
                  {"subject", texts.subject},
                  {"file_name", plan.file_name},
                  {"files", names},
                  {"format", definition.format},
                  {"intro", text_or_null(texts.intro)},
                  {"reply_to", text_or_null(plan.reply_to ? plan.reply_to->str() : "")},
                  {"recipients", recipients},
                  {"rows", listing.records},
                  {"more_rows", head.more}};
  sheet.record["part"] = text_or_null(schedule.part);
  sheet.record["parts"] = text_or_null(all_parts);
  if (!all_parts.empty()) sheet.lines.push_back({"Parts", {all_parts}});
  if (!schedule.part.empty()) sheet.lines.push_back({"Part", {schedule.part}});
  add_due(plan, schedule, sheet);
  add_readiness(session, plan, definition, at, sheet);
  add_decision(decision, schedule, sheet);
  session.out().sheet(sheet);
  if (session.out().format() == Format::json) return exit_code::kDone;
  session.out().text("\n");
  if (listing.rows.empty() && !head.more) {
    session.out().text(no_rows_sentence(session, definition) + "\n");
    return exit_code::kDone;
  }
  if (!listing.rows.empty()) session.out().list(listing);
  if (listing.rows.empty()) {
    session.out().text("there are rows; --rows N shows the first of them\n");
  } else if (head.more) {
    session.out().text(fmt::format("… and more rows; --rows N shows more than {}\n", options.rows));
  }
  return exit_code::kDone;
}

int test(Session& session, const TestOptions& options) {
  auto schedule = visible_schedule(session.viewer(), options.name, options.account, access::Action::manage_schedules);
  require_parts(schedule, options.part);
  if (schedule.definition.parts.given()) {
    if (!options.part)
      throw Error(ErrorKind::usage, fmt::format("which part of \"{}\"?", visible(schedule.definition.name)),
                  "give its key: --part KEY; reportctl schedule preview shows the parts");
    const auto plans = run::plan_parts(session.parts(), schedule, session.now());
    if (!plans.broken.empty())
      manage::refuse(fmt::format("schedule \"{}\" cannot be tested", schedule.definition.name), plans.broken);
    schedule = run::choose_part(plans, schedule, *options.part).schedule;
  }
  auto draft = validation::draft_of(schedule.definition);
  draft.part = schedule.part;
  draft.recipients = recipients_of(options.to);
  const auto check =
      check_for_save(session.editor(), {.draft = draft, .account = account_of(session.viewer(), schedule), .renamed = false});
  if (!check.definition) manage::refuse(fmt::format("schedule \"{}\" cannot be tested", draft.name), check.violations);
  return tell_ending(session, run::test_schedule(session.parts(), schedule, check.definition->recipients, session.actor().str()));
}

int run_now(Session& session, const ExtraRunOptions& options) {
  const auto schedule = visible_schedule(session.viewer(), options.name, options.account, access::Action::manage_schedules);
  const auto& definition = schedule.definition;
  require_reports(session.editor(), schedule::reports_of(definition), definition.account, definition.scope);
  return tell_ending(session, run::run_now(session.parts(), schedule, session.actor().str()));
}

}  // namespace

void bind_schedule_preview(CLI::App& command, Session& session) {
  const auto options = std::make_shared<PreviewOptions>();
  auto& verb =
      add_verb(command, {.name = "preview",
                         .summary = "what would be sent: period, subject, recipients and the first rows; nothing is mailed",
                         .examples = "reportctl schedule preview spend\n"
                                     "reportctl schedule preview spend --at 2026-03-16T06:30:00Z --rows 50"});
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  add_text_option(verb, options->part, "--part", "KEY", "which of its parts; default: the first that has an address");
  add_text_option(verb, options->at, "--at", "INSTANT", "as if it ran then (RFC 3339); default: now");
  verb.add_option("--rows", options->rows, "how many rows, 0 to 1000")
      ->type_name("N")
      ->check(CLI::Range(0, 1000).description(""));
  when_chosen(verb, session, [&session, options] { return preview(session, *options); });
}

void bind_schedule_test(CLI::App& command, Session& session) {
  const auto options = std::make_shared<TestOptions>();
  auto& verb = add_verb(command, {.name = "test",
                                  .summary = "mail it now to other addresses; its rhythm and history of failures are untouched",
                                  .examples = "reportctl schedule test spend --to me@example.com"});
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  add_repeated_option(verb, options->to,
                      {.names = "--to", .value = "ADDRESS", .help = "recipients, with commas between them (may be repeated)"})
      ->required();
  add_text_option(verb, options->part, "--part", "KEY", "which of its parts, of a schedule with a list or rows");
  when_chosen(verb, session, [&session, options] { return test(session, *options); });
}

void bind_schedule_run(CLI::App& command, Session& session) {
  const auto options = std::make_shared<ExtraRunOptions>();
  auto& verb = add_verb(command, {.name = "run",
                                  .summary = "mail it now to its own recipients, as an extra run; its rhythm is untouched",
                                  .examples = "reportctl schedule run spend"});
  verb.add_option("name", options->name, "name or id")->required()->type_name("NAME");
  add_account_option(verb, options->account);
  when_chosen(verb, session, [&session, options] { return run_now(session, *options); });
}

}  // namespace reportctl::cli
