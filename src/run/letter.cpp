// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "letter.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reportctl/base/base64.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/mail/picture.hpp"
#include "reportctl/run/preview.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/images.hpp"

namespace reportctl::run {
namespace {

using Json = nlohmann::ordered_json;

/// Whom a recipient may ask: the member on whose behalf it runs, else the account's first owner or admin, else the sender.
std::string contact(Parts& parts, const RunPlan& plan) {
  if (plan.member && plan.member->email) return plan.member->email->str();
  for (const auto& steward : store::stewards(parts.state(), plan.account.id)) {
    if (steward.email) return steward.email->str();
  }
  return parts.settings().mail.from ? parts.settings().mail.from->address.str() : std::string();
}

mail::ReportFacts facts_before_rows(const RunPlan& plan, const schedule::Definition& definition) {
  mail::ReportFacts report;
  report.account_name = plan.account.shown_name();
  report.schedule_name = definition.name;
  report.language = plan.resolved.language;
  report.report_label = plan.resolved.title;
  report.period = schedule::describe(plan.window, report.language);
  report.scope = plan.site_name;
  report.filters = plan.filters;
  return report;
}

Json picture_json(const mail::Picture& picture) {
  if (picture.bytes.empty()) return nullptr;
  return {{"content_type", picture.content_type},
          {"width", picture.width},
          {"height", picture.height},
          {"alt", picture.alt},
          {"base64", base64(picture.bytes)}};
}

mail::Picture picture_of(const Json& json) {
  if (json.is_null()) return {};
  const auto bytes = from_base64(json.at("base64").get<std::string>());
  if (!bytes) throw Error(ErrorKind::failed, "a picture of this run's mail cannot be read", "reportctl state check");
  return {.content_type = json.at("content_type"),
          .bytes = *bytes,
          .alt = json.at("alt"),
          .width = json.at("width"),
          .height = json.at("height")};
}

/// A list; older versions joined it by `, `.
std::vector<std::string> texts_of(const Json& json) {
  if (json.is_array()) return json.get<std::vector<std::string>>();
  std::vector<std::string> texts;
  std::string_view joined = json.get_ref<const std::string&>();
  for (auto comma = joined.find(", "); comma != std::string_view::npos; comma = joined.find(", ")) {
    texts.emplace_back(joined.substr(0, comma));
    joined.remove_prefix(comma + 2);
  }
  if (!joined.empty()) texts.emplace_back(joined);
  return texts;
}

Json rows_json(const mail::FirstRows& table) {
  Json columns = Json::array();
  for (const auto& column : table.columns)
    columns.push_back({{"label", column.label}, {"number", column.number}, {"wide", column.wide}});
  return {{"columns", columns}, {"rows", table.rows}, {"more", table.more}, {"left_out", table.left_out}};
}

mail::FirstRows rows_of(const Json& json) {
  mail::FirstRows table;
  for (const auto& column : json.at("columns"))
    table.columns.push_back({.label = column.at("label"), .number = column.at("number"), .wide = column.at("wide")});
  json.at("rows").get_to(table.rows);
  json.at("more").get_to(table.more);
  table.left_out = json.value("left_out", table.left_out);
  return table;
}

/// As wide as the card of the template; drawn smaller, so that its words can still be read on a phone.
constexpr int kChartWidth = 526;
constexpr int kDrawnWidth = 420;

mail::Picture chart_picture(const render::ChartData& chart, const std::string& color) {
  if (chart.empty()) return {};
  const int height = render::chart_image_height(chart);
  return {.content_type = "image/png",
          .bytes = render::chart_png(chart, {.width = kDrawnWidth, .height = height, .scale = 2, .color = color}),
          .alt = render::chart_alt_text(chart),
          .width = kChartWidth,
          .height = height * kChartWidth / kDrawnWidth};
}

}  // namespace

mail::Picture logo_for_mail(Parts& parts, const std::string& sha256, const std::string& alt) {
  if (sha256.empty()) return {};
  const auto bytes = store::find_image(parts.state(), sha256);
  return bytes ? mail::logo(*bytes, alt) : mail::Picture{};
}

std::string to_json(const MailFacts& facts) {
  const auto& report = facts.report;
  Json summary = Json::array();
  for (const auto& figure : report.summary) summary.push_back({figure.label, figure.values, figure.changes});
  Json more_files = Json::array();
  for (const auto& file : report.more_files) more_files.push_back({file.name, file.size, file.row_count});
  const Json json{{"subject", facts.subject},
                  {"from", facts.from},
                  {"reply_to", facts.reply_to},
                  {"list_unsubscribe", facts.list_unsubscribe},
                  {"account_name", report.account_name},
                  {"brand_color", report.brand_color},
                  {"schedule_name", report.schedule_name},
                  {"report_label", report.report_label},
                  {"language", report.language.code()},
                  {"period", report.period},
                  {"timezone", report.timezone},
                  {"scope", report.scope},
                  {"filters", report.filters},
                  {"intro", report.intro},
                  {"row_count", report.row_count},
                  {"summary", summary},
                  {"compared_with", report.compared_with},
                  {"logo", facts.logo_image},
                  {"chart", picture_json(report.chart)},
                  {"first_rows", rows_json(report.first_rows)},
                  {"no_data", report.no_data},
                  {"attachment_name", report.attachment_name},
                  {"attachment_size", report.attachment_size},
                  {"attachment_rows", report.attachment_rows},
                  {"more_files", more_files},
                  {"linked", facts.linked},
                  {"notice", report.notice},
                  {"generated_at", report.generated_at},
                  {"why", report.why},
                  {"run_id", report.run_id}};
  return json_text(json);
}

MailFacts facts_from_json(const std::string& text) {
  try {
    const auto json = json_from(text);
    MailFacts facts;
    json.at("subject").get_to(facts.subject);
    json.at("from").get_to(facts.from);
    facts.reply_to = json.value("reply_to", "");
    json.at("list_unsubscribe").get_to(facts.list_unsubscribe);
    auto& report = facts.report;
    json.at("account_name").get_to(report.account_name);
    json.at("brand_color").get_to(report.brand_color);
    json.at("schedule_name").get_to(report.schedule_name);
    json.at("report_label").get_to(report.report_label);
    report.language = Language::find(json.value("language", "en")).value_or(Language{});
    json.at("period").get_to(report.period);
    json.at("timezone").get_to(report.timezone);
    json.at("scope").get_to(report.scope);
    report.filters = json.value("filters", report.filters);
    report.intro = json.value("intro", "");
    json.at("row_count").get_to(report.row_count);
    for (const auto& figure : json.at("summary"))
      report.summary.push_back(
          {figure.at(0), texts_of(figure.at(1)), figure.size() > 2 ? texts_of(figure.at(2)) : std::vector<std::string>()});
    if (json.contains("first_rows")) {  // runs of version 0.1 have none of these
      json.at("compared_with").get_to(report.compared_with);
      if (!json.contains("language") && !report.compared_with.empty())  // until version 0.5 the period alone
        report.compared_with = report.language.say("compared", {{"period", report.compared_with}});
      json.at("logo").get_to(facts.logo_image);
      report.chart = picture_of(json.at("chart"));
      report.first_rows = rows_of(json.at("first_rows"));
    }
    json.at("no_data").get_to(report.no_data);
    json.at("attachment_name").get_to(report.attachment_name);
    json.at("attachment_size").get_to(report.attachment_size);
    report.attachment_rows = json.value("attachment_rows", "");
    for (const auto& file : json.value("more_files", Json::array()))
      report.more_files.push_back({.name = file.at(0), .size = file.at(1), .row_count = file.at(2), .download_url = {}});
    facts.linked = json.value("linked", false);
    json.at("notice").get_to(report.notice);
    json.at("generated_at").get_to(report.generated_at);
    json.at("why").get_to(report.why);
    json.at("run_id").get_to(report.run_id);
    return facts;
  } catch (const Json::exception&) {
    throw Error(ErrorKind::failed, "the stored facts of this run's mail cannot be read", "reportctl state check");
  }
}

MailFacts facts_of(Parts& parts, const RunPlan& plan, const MadeFile& made, const schedule::Schedule& schedule,
                   const std::string& run_id) {
  const auto& account = plan.account;
  const auto& file = made.file;
  const auto& showing = made.showing;
  const auto& account_name = account.shown_name();
  MailFacts facts;
  facts.report = facts_before_rows(plan, schedule.definition);
  auto& report = facts.report;
  report.brand_color = account.brand.color;
  report.timezone = plan.zone.name();
  const Language& words = report.language;
  report.row_count = words.count("rows", file.rows);
  for (std::size_t i = 0; i < file.summary.size(); ++i) {
    report.summary.push_back({.label = file.summary[i].label,
                              .values = render::short_values(file.summary[i].values, words),
                              .changes = i < showing.changes.size() ? showing.changes[i] : std::vector<std::string>()});
  }
  if (showing.compared_with) {
    const std::string period = schedule::describe(*showing.compared_with, words);
    report.compared_with =
        !showing.compared_since
            ? words.say("compared", {{"period", period}})
            : words.say("compared_in_part", {{"period", period}, {"day", words.date(*showing.compared_since)}});
  }
  facts.logo_image = account.brand.logo;
  report.logo = logo_for_mail(parts, account.brand.logo, account_name);
  report.chart = chart_picture(file.chart, account.brand.color);
  report.first_rows = showing.first_rows;
  report.no_data = file.rows == 0;
  report.attachment_name = plan.file_name;
  report.attachment_size = words.size(file.bytes);
  if (plan.is_workbook) report.attachment_rows = words.count("rows", made.files.front().rows);
  for (std::size_t i = 1; i < made.files.size(); ++i) {
    const auto& one = made.files[i];
    report.more_files.push_back(
        {.name = one.name, .size = words.size(one.bytes), .row_count = words.count("rows", one.rows), .download_url = {}});
  }
  if (clock_is_replaced()) report.notice = words.say("rehearsal", {{"moment", format_utc(parts.now())}});
  report.generated_at = words.minute_with_zone(parts.moment(), plan.zone);
  const auto ask = contact(parts, plan);
  report.why = words.say("why", {{"schedule", schedule.definition.name}, {"account", account_name}});
  const auto& condition = schedule.definition.send;
  if (condition.given()) report.why += " " + words.say("condition", {{"condition", condition.str()}});
  if (!ask.empty()) report.why += " " + words.say("whom_to_ask", {{"address", ask}});
  report.run_id = run_id;
  auto texts = texts_of(plan, file, schedule.definition);
  facts.subject = std::move(texts.subject);
  report.intro = std::move(texts.intro);
  if (plan.reply_to) facts.reply_to = plan.reply_to->str();
  if (parts.settings().mail.from) facts.from = parts.settings().mail.from->str();
  if (parts.settings().mail.list_unsubscribe) facts.list_unsubscribe = parts.settings().mail.list_unsubscribe->str();
  return facts;
}

namespace {

void add_notice(mail::ReportFacts& report, const std::string& sentence) {
  if (!report.notice.empty()) report.notice += " ";
  report.notice += sentence;
}

}  // namespace

std::string subject_by(const Judgement& judgement, const schedule::Definition& definition, const std::string& subject,
                       const Language& words) {
  using Verdict = store::Decision::Verdict;
  if (judgement.verdict == Verdict::all_clear) return words.say("all_clear_subject", {{"subject", subject}});
  const bool alerts = judgement.verdict == Verdict::send && judgement.held.given() && definition.subject.empty();
  return alerts ? words.say("alert_subject", {{"subject", subject}}) : subject;
}

void mark_as_decided(MailFacts& facts, const Judgement& judgement, const schedule::Definition& definition) {
  using Verdict = store::Decision::Verdict;
  const auto& words = facts.report.language;
  facts.subject = subject_by(judgement, definition, facts.subject, words);
  if (judgement.verdict == Verdict::all_clear)
    add_notice(facts.report, words.say("all_clear", {{"condition", definition.send.str()}}));
  if (judgement.verdict == Verdict::send && judgement.held.given())
    add_notice(facts.report, words.say("alert", {{"condition", judgement.held.str()}}));
}

void mark_as_late(MailFacts& facts, const std::string& until) {
  add_notice(facts.report, facts.report.language.say("late", {{"moment", until}}));
}

MailFacts facts_by_hand(MailFacts facts) {
  auto& report = facts.report;
  report.why = fmt::format(
      "You receive this report because it was sent to you by hand. Your address is not on the schedule \u201c{}\u201d of {}, so "
      "no "
      "further ones follow.",
      report.schedule_name, report.account_name);
  return facts;
}

void mark_as_correction(MailFacts& facts, const std::optional<MailFacts>& of) {
  facts.subject = "Correction: " + facts.subject;
  add_notice(facts.report, fmt::format("Correction: made again from the data of today, instead of the report {}.",
                                       of ? "that was generated on " + of->report.generated_at : "that was sent before"));
}

}  // namespace reportctl::run
