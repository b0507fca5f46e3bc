// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/rhythm.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "calendar.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::schedule {

namespace {

/// Beyond it civil days are no longer exact; a clock or a state file that says so is broken, and the search below must still end.
constexpr Instant kEndOfCalendar = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};

int minutes_of(TimeOfDay time) { return time.hour * 60 + time.minute; }
TimeOfDay time_of(int minutes) { return {.hour = minutes / 60, .minute = minutes % 60}; }

/// `30m`, `2h`.
std::optional<int> parse_step(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const auto number = parse_integer(text.substr(0, text.size() - 1));
  const int unit = text.back() == 'm' ? 1 : text.back() == 'h' ? 60 : 0;
  if (!number || *number < 1 || *number > 24 * 60 || unit == 0) return std::nullopt;
  return static_cast<int>(*number) * unit;
}

/// People write 7:30 too, and SQL 07:30:00.
std::optional<TimeOfDay> time_written(std::string_view text) {
  if (text.size() == 8 && text.ends_with(":00")) text.remove_suffix(3);
  const bool one_digit = text.size() == 4 && text[1] == ':';
  return parse_time_of_day(one_digit ? "0" + std::string(text) : std::string(text));
}

/// `08:00`, or `08:00-18:00 every 30m`.
bool add_times(std::string_view text, Times& times) {
  if (const auto time = time_written(text)) {
    times.push_back(*time);
    return true;
  }
  const auto every = text.find(" every ");
  const auto dash = text.substr(0, every).find('-');
  if (every == std::string_view::npos || dash == std::string_view::npos) return false;
  const auto first = time_written(trim(text.substr(0, dash)));
  const auto last = time_written(trim(text.substr(dash + 1, every - dash - 1)));
  const auto step = parse_step(trim(text.substr(every + 7)));
  if (!first || !last || !step || *last < *first) return false;
  for (int at = minutes_of(*first); at <= minutes_of(*last); at += *step) times.push_back(time_of(at));
  return true;
}

Date day_before(const Cadence& cadence, Date day) { return last_day_up_to(cadence, add_days(day, -1)); }
Date day_after(const Cadence& cadence, Date day) { return first_day_from(cadence, add_days(day, 1)); }

}  // namespace

std::optional<Times> parse_times(std::string_view text) {
  Times times;
  for (const auto& part : split(text, ',')) {
    if (!add_times(trim(part), times)) return std::nullopt;
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

std::string format_times(const Times& times) {
  const int step = times.size() > 2 ? minutes_of(times[1]) - minutes_of(times[0]) : 0;
  const auto other_step = [&](TimeOfDay a, TimeOfDay b) { return minutes_of(b) - minutes_of(a) != step; };
  if (step > 0 && std::adjacent_find(times.begin(), times.end(), other_step) == times.end()) {
    return fmt::format("{}-{} every {}{}", format_time_of_day(times.front()), format_time_of_day(times.back()),
                       step % 60 == 0 ? step / 60 : step, step % 60 == 0 ? 'h' : 'm');
  }
  std::vector<std::string> texts;
  for (const auto time : times) texts.push_back(format_time_of_day(time));
  return join(texts, ",");
}

std::optional<Instant> next_occurrence(const Rhythm& rhythm, Instant after) {
  const auto& [cadence, at, zone] = rhythm;
  after = std::min(after, kEndOfCalendar);
  // No day before the local one can fire later than `after`: its times, or the gap that took them, have passed.
  Date day = zone.local_date(after);
  day = cadence.start && day < *cadence.start ? first_day_from(cadence, *cadence.start) : last_day_up_to(cadence, day);
  for (; !cadence.end || day <= *cadence.end; day = day_after(cadence, day)) {
    if (cadence.start && day < *cadence.start) continue;
    for (const auto time : at) {
      if (const Instant fires = zone.resolve(day, time); fires > after) return fires;
    }
  }
  return std::nullopt;
}

std::vector<Instant> occurrences_between(const Rhythm& rhythm, Instant after, Instant until, std::size_t limit) {
  const auto& [cadence, at, zone] = rhythm;
  std::vector<Instant> found;
  // The local day after `until` may have begun already: where clocks go back over midnight.
  Date day = add_days(zone.local_date(until), 1);
  day = last_day_up_to(cadence, cadence.end ? std::min(day, *cadence.end) : day);
  for (; !cadence.start || day >= *cadence.start; day = day_before(cadence, day)) {
    for (auto time = at.rbegin(); time != at.rend(); ++time) {
      const Instant fires = zone.resolve(day, *time);
      if (fires > until) continue;
      if (fires <= after || found.size() == limit) {
        std::reverse(found.begin(), found.end());
        return found;
      }
      if (found.empty() || fires < found.back()) found.push_back(fires);  // what a gap takes together fires once
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

Instant occurrence_before(const Rhythm& rhythm, Instant at) {
  const auto& [cadence, times, zone] = rhythm;
  for (Date day = last_day_up_to(cadence, add_days(zone.local_date(at), 1));; day = day_before(cadence, day)) {
    for (auto time = times.rbegin(); time != times.rend(); ++time)
      if (const Instant fires = zone.resolve(day, *time); fires < at) return fires;
  }
}

}  // namespace reportctl::schedule
