// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/cadence.hpp"

#include <algorithm>
#include <array>

#include "calendar.hpp"
#include "reportctl/base/text.hpp"
#include "words.hpp"

namespace reportctl::schedule {

namespace {

constexpr std::array<std::string_view, 3> kCadences = {"daily", "weekly", "monthly"};
constexpr std::array<std::string_view, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                       "friday", "saturday", "sunday"};

/// Beyond it civil days are no longer exact; a clock or a state file that says so is broken, and the search below must still end.
constexpr Instant kEndOfCalendar = std::chrono::sys_days{std::chrono::year{9999} / 12 / 31};

}  // namespace

std::string_view cadence_name(CadenceKind kind) { return kCadences.at(static_cast<std::size_t>(kind)); }

std::optional<CadenceKind> parse_cadence(std::string_view text) { return parse_word<CadenceKind>(kCadences, text); }

std::vector<std::string> cadence_names() { return {kCadences.begin(), kCadences.end()}; }

std::optional<int> parse_weekday(std::string_view text) {
  if (text.size() == 1 && text[0] >= '1' && text[0] <= '7') return text[0] - '0';
  const std::string word = to_lower(text);
  for (std::size_t i = 0; i < kWeekdays.size(); ++i)
    if (word == kWeekdays[i] || word == kWeekdays[i].substr(0, 3)) return static_cast<int>(i) + 1;
  return std::nullopt;
}

std::string_view weekday_name(int weekday) { return kWeekdays.at(static_cast<std::size_t>(weekday - 1)).substr(0, 3); }

std::vector<std::string> weekday_names() {
  std::vector<std::string> names;
  for (int weekday = 1; weekday <= static_cast<int>(kWeekdays.size()); ++weekday) names.emplace_back(weekday_name(weekday));
  return names;
}

Instant next_occurrence(const Rhythm& rhythm, Instant after) {
  after = std::min(after, kEndOfCalendar);
  // No day before the local one can fire later than `after`: its time, or the gap that took it, has passed.
  Date day = last_day_up_to(rhythm.cadence, rhythm.zone.local_date(after));
  while (true) {
    const Instant fires = rhythm.zone.resolve(day, rhythm.at);
    if (fires > after) return fires;
    day = first_day_from(rhythm.cadence, add_days(day, 1));
  }
}

std::vector<Instant> occurrences_between(const Rhythm& rhythm, Instant after, Instant until, std::size_t limit) {
  std::vector<Instant> found;
  // The local day after `until` may have begun already: where clocks go back over midnight.
  Date day = first_day_from(rhythm.cadence, add_days(rhythm.zone.local_date(until), 1));
  for (; found.size() < limit; day = last_day_up_to(rhythm.cadence, add_days(day, -1))) {
    const Instant fires = rhythm.zone.resolve(day, rhythm.at);
    if (fires > until) continue;
    if (fires <= after) break;
    if (found.empty() || fires < found.back())
      found.push_back(fires);  // a day that a zone skipped shares its instant with the next
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace reportctl::schedule
