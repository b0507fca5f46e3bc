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
    return std::nullopt;  // what it would need besides is no help
  }
  return kind;
}

/// A day without the cadence that has it. Where the cadence itself is wrong or missing, that is said already.
bool is_misplaced(const Request& request, std::optional<CadenceKind> kind) {
  return kind || (request.cadence.value_or("").empty() && request.surface != catalog::Surface::schedule);
}

/// A field that only one cadence has: its value, when this is that cadence.
std::string only_for(CadenceKind owner, std::string_view field, const std::optional<std::string>& given, const Request& request,
                     std::optional<CadenceKind> kind, Violations& found) {
  const std::string written(trim(given.value_or("")));
  if (kind == owner || written.empty()) return kind == owner ? written : std::string();
  if (is_misplaced(request, kind)) {
    const auto name = cadence_name(owner);
    found.push_back({Code::cadence_not_allowed, std::string(field),
                     fmt::format("only {} schedules have {}", name,
                                 field == "on"    ? "a weekday"
                                 : field == "day" ? "a day of the month"
                                                  : field),
                     fmt::format("leave it out, or use cadence {}", name)});
  }
  return {};
}

constexpr const char* kWeekdayHint = "use mon … sun, 1 (Monday) to 7 (Sunday), several (mon,thu), mon-fri or workdays";

schedule::Weekdays check_weekdays(const Request& request, std::optional<CadenceKind> kind, Violations& found) {
  const auto written = only_for(CadenceKind::weekly, "on", request.on, request, kind, found);
  if (written.empty()) {
    if (kind == CadenceKind::weekly && request.surface == catalog::Surface::schedule)
      found.push_back({Code::day_of_week_required, "on", "a weekly schedule needs a weekday", kWeekdayHint});
    return {};
  }
  const auto days = schedule::Weekdays::parse(written);
  if (!days)
    found.push_back({Code::day_of_week_required, "on",
                     fmt::format("{} is not a weekday{}", in_quotes(written), did_you_mean(written, schedule::weekday_names())),
                     kWeekdayHint});
  return days.value_or(schedule::Weekdays{});
}

schedule::MonthDay check_day_of_month(const Request& request, std::optional<CadenceKind> kind, const catalog::Report* report,
                                      Violations& found) {
  const auto written = only_for(CadenceKind::monthly, "day", request.day, request, kind, found);
  const int most = report == nullptr ? 31 : report->day_of_month_max;
  const auto hint = fmt::format("use 1 to {}, last, 2nd workday, last fri, or 15 or next workday", most);
  if (written.empty()) {
    if (kind == CadenceKind::monthly && request.surface == catalog::Surface::schedule)
      found.push_back({Code::day_of_month_out_of_range, "day", "a monthly schedule needs a day of the month", hint});
    return {};
  }
  const auto day = schedule::MonthDay::parse(written);
  if (day && (day->kind != schedule::MonthDay::Kind::date || day->number <= most)) return *day;
  found.push_back({Code::day_of_month_out_of_range, "day",
                   day ? fmt::format("{} takes days 1 to {}, not {}", report->id, most, day->number)
                       : fmt::format("{} is not a day of the month", in_quotes(written)),
                   hint});
  return {};
}

schedule::Months check_months(const Request& request, std::optional<CadenceKind> kind, Violations& found) {
  const auto written = only_for(CadenceKind::monthly, "months", request.months, request, kind, found);
  if (written.empty()) return {};
  const auto months = schedule::Months::parse(written);
  if (!months)
    found.push_back({Code::rhythm_invalid, "months",
                     fmt::format("{} is not a month{}", in_quotes(written), did_you_mean(written, schedule::month_names())),
                     "use jan … dec, several (jan,apr) or jan-mar"});
  return months.value_or(schedule::Months{});
}

constexpr int kMostWeeks = 52;

std::optional<int> check_weeks(const Request& request, std::optional<CadenceKind> kind, Violations& found) {
  const auto written = only_for(CadenceKind::weekly, "weeks", request.weeks, request, kind, found);
  if (written.empty()) return std::nullopt;
  const auto weeks = parse_integer(written);
  if (!weeks || *weeks < 1 || *weeks > kMostWeeks) {
    found.push_back({Code::rhythm_invalid, "weeks", fmt::format("{} is not a number of weeks", in_quotes(written)),
                     fmt::format("use 2 for every second week, up to {}", kMostWeeks)});
    return std::nullopt;
  }
  if (trim(request.start.value_or("")).empty())
    found.push_back({Code::rhythm_invalid, "start", "weeks are counted from the first day", "give start, as YYYY-MM-DD"});
  return static_cast<int>(*weeks);
}

std::optional<Date> check_end_day(std::string_view field, const std::optional<std::string>& given, Violations& found) {
  const std::string written(trim(given.value_or("")));
  if (written.empty()) return std::nullopt;
  const auto day = parse_date(written);
  if (!day)
    found.push_back(
        {Code::rhythm_invalid, std::string(field), fmt::format("{} is not a day", in_quotes(written)), "write YYYY-MM-DD"});
  return day;
}

}  // namespace

std::optional<Cadence> check_cadence(const Request& request, const catalog::Report* report, Violations& found) {
  const auto kind = check_kind(request, report, found);
  Cadence cadence{.kind = kind.value_or(CadenceKind::daily)};
  cadence.on = check_weekdays(request, kind, found);
  cadence.day = check_day_of_month(request, kind, report, found);
  cadence.months = check_months(request, kind, found);
  cadence.weeks = check_weeks(request, kind, found);
  cadence.start = check_end_day("start", request.start, found);
  cadence.end = check_end_day("end", request.end, found);
  if (!kind) return std::nullopt;
  return cadence;
}

}  // namespace reportctl::validation
