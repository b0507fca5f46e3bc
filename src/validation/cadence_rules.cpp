// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

using schedule::Cadence;
using schedule::CadenceKind;

std::vector<std::string> allowed_cadences(const catalog::Report& report) {
  std::vector<std::string> names;
  for (const CadenceKind kind : report.cadences) names.emplace_back(cadence_name(kind));
  return names;
}

std::optional<CadenceKind> check_kind(const Request& request, const catalog::Report* report, Violations& found) {
  const bool scheduled = request.surface == catalog::Surface::schedule;
  const auto names = report == nullptr || report->cadences.empty() ? schedule::cadence_names() : allowed_cadences(*report);
  if (!request.cadence || request.cadence->empty()) {
    if (!scheduled) return std::nullopt;
    if (names.size() == 1) return schedule::parse_cadence(names.front());
    found.push_back({Code::cadence_not_allowed, "cadence", "a schedule needs a cadence", "use " + either(names)});
    return std::nullopt;
  }
  const auto kind = schedule::parse_cadence(*request.cadence);
  if (!kind) {
    found.push_back({Code::cadence_not_allowed, "cadence",
                     fmt::format("{} is not a cadence{}", in_quotes(*request.cadence),
                                 did_you_mean(*request.cadence, schedule::cadence_names())),
                     "use " + either(names)});
  } else if (report != nullptr && !report->cadences.empty() && !report->cadences.contains(*kind)) {
    found.push_back({Code::cadence_not_allowed, "cadence", fmt::format("{} does not take {}", report->id, cadence_name(*kind)),
                     "use " + either(names)});
  }
  return kind;
}

/// A day without the cadence that has it. Where the cadence itself is wrong or missing, that is said already.
bool is_misplaced(const Request& request, std::optional<CadenceKind> kind) {
  return kind || (request.cadence.value_or("").empty() && request.surface != catalog::Surface::schedule);
}

int check_weekday(const Request& request, std::optional<CadenceKind> kind, Violations& found) {
  const std::string written = request.on.value_or("");
  if (kind != CadenceKind::weekly) {
    if (!written.empty() && is_misplaced(request, kind))
      found.push_back(
          {Code::cadence_not_allowed, "on", "only weekly schedules have a weekday", "leave it out, or use cadence weekly"});
    return 0;
  }
  if (written.empty()) {
    if (request.surface == catalog::Surface::schedule)
      found.push_back(
          {Code::day_of_week_required, "on", "a weekly schedule needs a weekday", "use mon … sun, or 1 (Monday) to 7 (Sunday)"});
    return 0;
  }
  const auto weekday = schedule::parse_weekday(written);
  if (!weekday)
    found.push_back({Code::day_of_week_required, "on",
                     fmt::format("{} is not a weekday{}", in_quotes(written), did_you_mean(written, schedule::weekday_names())),
                     "use mon … sun, or 1 (Monday) to 7 (Sunday)"});
  return weekday.value_or(0);
}

int check_day_of_month(const Request& request, std::optional<CadenceKind> kind, const catalog::Report* report,
                       Violations& found) {
  const std::string written = request.day.value_or("");
  if (kind != CadenceKind::monthly) {
    if (!written.empty() && is_misplaced(request, kind))
      found.push_back({Code::cadence_not_allowed, "day", "only monthly schedules have a day of the month",
                       "leave it out, or use cadence monthly"});
    return 0;
  }
  const int most = report == nullptr ? 31 : report->day_of_month_max;
  if (written.empty()) {
    if (request.surface == catalog::Surface::schedule)
      found.push_back({Code::day_of_month_out_of_range, "day", "a monthly schedule needs a day of the month",
                       fmt::format("use 1 to {}", most)});
    return 0;
  }
  const auto day = parse_integer(written);
  if (day && *day >= 1 && *day <= most) return static_cast<int>(*day);
  const bool of_some_month = day && *day > most && *day <= 31;
  found.push_back({Code::day_of_month_out_of_range, "day",
                   of_some_month ? fmt::format("{} takes days 1 to {}, not {}", report->id, most, *day)
                                 : fmt::format("{} is not a day of the month", in_quotes(written)),
                   fmt::format("use 1 to {}", most)});
  return 0;
}

}  // namespace

std::optional<Cadence> check_cadence(const Request& request, const catalog::Report* report, Violations& found) {
  const auto kind = check_kind(request, report, found);
  Cadence cadence{.kind = kind.value_or(CadenceKind::daily)};
  cadence.weekday = check_weekday(request, kind, found);
  cadence.day_of_month = check_day_of_month(request, kind, report, found);
  if (!kind) return std::nullopt;
  return cadence;
}

}  // namespace reportctl::validation
