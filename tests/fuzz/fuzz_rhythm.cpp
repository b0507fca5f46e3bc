// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/schedule/rhythm.hpp"

using namespace reportctl;
using namespace reportctl::schedule;

namespace {

/// What a person writes has one shorter form, which means the same.
template <typename Value>
void check_form(const std::optional<Value>& value) {
  if (value) EXPECT(Value::parse(value->str()) == value);
}

std::shared_ptr<const WorkCalendar> calendar_of(const std::string& text) {
  std::vector<WorkCalendar::Problem> problems;
  const auto calendar = WorkCalendar::parse(text, problems);
  for (const auto& problem : problems)
    EXPECT(problem.line >= 0 && !problem.message.empty() && is_valid_utf8(problem.message) && !has_control(problem.message));
  if (!problems.empty()) return nullptr;
  std::string again = "until " + format_date(calendar.until()) + "\n";
  for (const auto& [day, name] : calendar.days()) {
    EXPECT(name.starts_with('+') || name.starts_with('-'));
    EXPECT(calendar.is_workday(day) == name.starts_with('+'));
    again += (name.starts_with('+') ? "+" : "") + format_date(day) + " " + name.substr(1) + "\n";
  }
  EXPECT(WorkCalendar::parse(again, problems) == calendar && problems.empty());
  return std::make_shared<const WorkCalendar>(calendar);
}

/// Occurrences grow, two ways to the next one agree, and the one before the next is not later than where we were.
void check_occurrences(const Rhythm& rhythm, Instant from) {
  Instant after = from;
  for (int i = 0; i < 4; ++i) {
    const auto next = next_occurrence(rhythm, after);
    if (!next) return;
    EXPECT(*next > after);
    const auto between = occurrences_between(rhythm, after, *next, 3);
    EXPECT(between.size() == 1 && between.front() == *next);
    EXPECT(occurrence_before(rhythm, *next) <= after || rhythm.cadence.start);
    after = *next;
  }
}

}  // namespace

/// Lines: weekdays, a day of the month, months, times, weeks, first day, zone; the rest is a calendar.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  auto lines = split(text, '\n');
  lines.resize(std::max<std::size_t>(lines.size(), 8));
  const auto on = Weekdays::parse(lines[0]);
  const auto day = MonthDay::parse(lines[1]);
  const auto months = Months::parse(lines[2]);
  const auto at = parse_times(lines[3]);
  check_form(on);
  check_form(day);
  check_form(months);
  if (at) EXPECT(!at->empty() && parse_times(format_times(*at)) == at && std::is_sorted(at->begin(), at->end()));
  const auto days = calendar_of(join(std::vector<std::string>(lines.begin() + 7, lines.end()), "\n"));
  if (!at) return 0;

  Rhythm rhythm{.cadence = {}, .at = *at, .zone = Zone::find(lines[6]).value_or(Zone::utc())};
  rhythm.cadence.start = parse_date(lines[5]);
  rhythm.cadence.calendar.days = days;
  const Instant from = parse_instant("2026-03-27T00:30:00Z").value();
  check_occurrences(rhythm, from);
  if (on && !on->empty()) {
    rhythm.cadence.kind = CadenceKind::weekly;
    rhythm.cadence.on = *on;
    if (const auto weeks = parse_integer(lines[4]); weeks && rhythm.cadence.start && *weeks >= 2 && *weeks <= 52)
      rhythm.cadence.weeks = static_cast<int>(*weeks);
    check_occurrences(rhythm, from);
  }
  if (day && !day->empty()) {
    rhythm.cadence = {
        .kind = CadenceKind::monthly, .day = *day, .months = months.value_or(Months()), .start = rhythm.cadence.start};
    rhythm.cadence.calendar.days = days;
    check_occurrences(rhythm, from);
  }
  return 0;
}
