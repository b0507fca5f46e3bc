// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "schedule_words.hpp"

#include <fmt/format.h>

#include "runs/run_endings.hpp"

namespace reportctl::cli {
namespace {

std::string last_days(int days) { return days == 1 ? "yesterday" : fmt::format("the last {} days", days); }

std::string covered_by(schedule::CadenceKind kind) {
  switch (kind) {
    case schedule::CadenceKind::daily:
      return "yesterday";
    case schedule::CadenceKind::weekly:
      return "the last 7 days";
    case schedule::CadenceKind::monthly:
      return "the month that ends yesterday";
  }
  return {};
}

}  // namespace

std::string rhythm_words(const schedule::Definition& definition, std::string_view account_timezone) {
  const auto& cadence = definition.cadence;
  std::string words(schedule::cadence_name(cadence.kind));
  if (cadence.weekday != 0) words += fmt::format(" {}", schedule::weekday_name(cadence.weekday));
  if (cadence.day_of_month != 0) words += fmt::format(" {}", cadence.day_of_month);
  if (definition.at) words += " " + format_time_of_day(*definition.at);
  if (!definition.timezone.empty() && definition.timezone != account_timezone) words += " " + definition.timezone;
  return words;
}

std::string window_words(const schedule::Definition& definition, const catalog::Report* report) {
  if (definition.window) return std::string(schedule::range_name(*definition.window));
  if (definition.lookback) return last_days(*definition.lookback);
  if (report == nullptr) return "the report's own";
  switch (report->window.kind) {
    case catalog::WindowKind::snapshot:
      return "the state at the moment";
    case catalog::WindowKind::cadence:
      return covered_by(definition.cadence.kind);
    case catalog::WindowKind::range:
      return fmt::format("{} (the report's own)", schedule::range_name(report->window.default_range));
    case catalog::WindowKind::lookback:
      return fmt::format("{} (the report's own)", last_days(report->window.default_days));
  }
  return {};
}

std::string recipient_words(const schedule::Definition& definition) {
  if (definition.recipients.empty()) return "–";
  const auto& first = definition.recipients.front().address.str();
  return definition.recipients.size() == 1 ? first : fmt::format("{} +{}", first, definition.recipients.size() - 1);
}

Field status_field(const schedule::Schedule& schedule) {
  const auto& status = schedule.last_run_status;
  if (status.empty()) return {"–", Tone::dim};
  if (schedule.failure_count > 1) return {fmt::format("{} ×{}", status, schedule.failure_count), Tone::bad};
  return {status, tone_of_status(status)};
}

}  // namespace reportctl::cli
