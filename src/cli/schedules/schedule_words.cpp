// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "schedule_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "runs/run_endings.hpp"

namespace reportctl::cli {
namespace {

std::string last_days(int days) { return days == 1 ? "yesterday" : fmt::format("the last {} days", days); }

std::string covered_by(const schedule::Cadence& cadence) {
  if (cadence.kind == schedule::CadenceKind::daily) return "yesterday";
  const bool every_week = cadence.on.str().find_first_of(",-") == std::string::npos && !cadence.on.workdays() && !cadence.weeks;
  if (cadence.kind == schedule::CadenceKind::weekly && every_week) return "the last 7 days";
  const bool every_month =
      cadence.day.kind == schedule::MonthDay::Kind::date && cadence.day.shift == schedule::MonthDay::Shift::none;
  if (cadence.kind == schedule::CadenceKind::monthly && every_month && cadence.months.empty())
    return "the month that ends yesterday";
  return "the days since the occurrence before";
}

}  // namespace

std::string rhythm_words(const schedule::Definition& definition, std::string_view account_timezone) {
  const auto& cadence = definition.cadence;
  std::string words(schedule::cadence_name(cadence.kind));
  if (!cadence.on.empty()) words += " " + cadence.on.str();
  if (!cadence.day.empty()) words += " " + cadence.day.str();
  if (!cadence.months.empty()) words += " in " + cadence.months.str();
  if (cadence.weeks.value_or(1) > 1) words += fmt::format(" every {} weeks", *cadence.weeks);
  if (!definition.at.empty()) words += " " + schedule::format_times(definition.at);
  if (!definition.timezone.empty() && definition.timezone != account_timezone) words += " " + definition.timezone;
  return words;
}

std::string calendar_words(const schedule::Cadence& cadence) {
  if (!cadence.calendar.days || !cadence.counts_workdays()) return {};
  return "holidays known until " + format_date(cadence.calendar.days->until());
}

bool is_past_calendar(const schedule::Cadence& cadence, Date day) {
  return cadence.calendar.days && cadence.counts_workdays() && day > cadence.calendar.days->until();
}

std::string window_words(const schedule::Definition& definition, const catalog::Report* report) {
  if (definition.window) return std::string(schedule::range_name(*definition.window));
  if (definition.lookback) return last_days(*definition.lookback);
  if (report == nullptr) return "the report's own";
  switch (report->window.kind) {
    case catalog::WindowKind::snapshot:
      return "the state at the moment";
    case catalog::WindowKind::cadence:
      return covered_by(definition.cadence);
    case catalog::WindowKind::range:
      return fmt::format("{} (the report's own)", schedule::range_name(report->window.default_range));
    case catalog::WindowKind::lookback:
      return fmt::format("{} (the report's own)", last_days(report->window.default_days));
  }
  return {};
}

std::string recipient_words(const schedule::Definition& definition) {
  const auto& [module, rows] = definition.parts;
  if (!module.empty()) return "list " + module;
  if (!rows.empty()) return rows.size() == 1 ? "1 part" : fmt::format("{} parts", rows.size());
  if (definition.recipients.empty()) return "–";
  const auto& [mailboxes, places] = definition.recipients;
  const auto first = mailboxes.empty() ? places.front().str() : mailboxes.front().address.str();
  return definition.recipients.size() == 1 ? first : fmt::format("{} +{}", first, definition.recipients.size() - 1);
}

std::string decision_words(const store::Decision& decision) {
  std::string verdict(store::verdict_name(decision.verdict));
  std::replace(verdict.begin(), verdict.end(), '_', ' ');
  return fmt::format("{}: {}", decision.why, verdict);
}

std::string label_of(const schedule::Field& field) {
  if (field.name == "params") return "Parameter";
  if (field.name == "csv") return "CSV";
  std::string label(field.name);
  label.front() = static_cast<char>(label.front() - 'a' + 'A');
  std::replace(label.begin(), label.end(), '_', ' ');
  return label;
}

Field status_field(const schedule::Schedule& schedule) {
  const auto& status = schedule.last_run_status;
  if (status.empty()) return {"–", Tone::dim};
  if (schedule.failure_count > 1) return {fmt::format("{} ×{}", status, schedule.failure_count), Tone::bad};
  return {status, tone_of_status(status)};
}

}  // namespace reportctl::cli
