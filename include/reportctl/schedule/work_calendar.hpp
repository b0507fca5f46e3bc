// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/time.hpp"

namespace reportctl::schedule {

/// Which days are worked: Monday to Friday but holidays, and further days that are worked.
class WorkCalendar {
 public:
  /// A line of a calendar that cannot be read.
  struct Problem {
    int line = 0;
    std::string message;
  };
  /// Lines `2026-12-25 Christmas`, `+2026-10-10 worked`, one `until 2027-12-31`; `#` begins a comment. Problems are added.
  static WorkCalendar parse(std::string_view text, std::vector<Problem>& problems);

  [[nodiscard]] bool is_workday(Date) const;
  /// Its holidays are known up to this day.
  [[nodiscard]] Date until() const { return until_; }
  /// By day: `-` or `+` and the name, for lists and differences.
  [[nodiscard]] const std::map<Date, std::string>& days() const { return days_; }
  bool operator==(const WorkCalendar&) const = default;

 private:
  std::map<Date, std::string> days_;
  Date until_{};
};

/// The calendar that a cadence goes by; none: Monday to Friday. It belongs to the surroundings of a schedule and not to what a
/// person decided, so that it makes no difference when definitions are compared.
struct CalendarInUse {
  std::shared_ptr<const WorkCalendar> days;
  bool operator==(const CalendarInUse&) const { return true; }
};
bool same_days(const CalendarInUse&, const CalendarInUse&);
/// By name.
using Calendars = std::map<std::string, CalendarInUse>;
/// `there is no calendar "d"; did you mean "de"?`, of a name that is none of them.
std::string no_such_calendar(std::string_view name, const Calendars&);

}  // namespace reportctl::schedule
