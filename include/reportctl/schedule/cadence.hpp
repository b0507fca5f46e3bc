// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/schedule/work_calendar.hpp"

namespace reportctl::schedule {

enum class CadenceKind { daily, weekly, monthly };
std::string_view cadence_name(CadenceKind);
std::vector<std::string> cadence_names();
/// `daily`, `DAILY`, … in any case.
std::optional<CadenceKind> parse_cadence(std::string_view);

/// Some of the days of a week.
class Weekdays {
 public:
  static constexpr int kDays = 7;
  /// A list of `mon` … `sun`, full English names or 1–7, spans like `mon-fri`, and `workdays`, which are those of the calendar;
  /// any case.
  static std::optional<Weekdays> parse(std::string_view);
  /// As parse() reads it: `mon,thu`, `mon-fri`.
  [[nodiscard]] std::string str() const;
  /// 1 = Monday … 7 = Sunday.
  void add(int weekday) { bits_ |= static_cast<std::uint8_t>(1U << (weekday - 1)); }
  [[nodiscard]] bool has(int weekday) const { return (bits_ >> (weekday - 1) & 1U) != 0; }
  void add_workdays() { bits_ |= kWorkdays; }
  [[nodiscard]] bool workdays() const { return (bits_ & kWorkdays) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  bool operator==(const Weekdays&) const = default;

 private:
  static constexpr std::uint8_t kWorkdays = 1U << kDays;
  std::uint8_t bits_ = 0;
};
/// `mon` … `sun`.
std::string_view weekday_name(int weekday);
/// What parse() takes, for messages and completion.
std::vector<std::string> weekday_names();

/// Some of the months of a year; none means all.
class Months {
 public:
  static constexpr int kMonths = 12;
  /// A list of `jan` … `dec`, full English names or 1–12, and spans; any case.
  static std::optional<Months> parse(std::string_view);
  [[nodiscard]] std::string str() const;
  void add(int month) { bits_ |= static_cast<std::uint16_t>(1U << (month - 1)); }
  [[nodiscard]] bool has(int month) const { return bits_ == 0 || (bits_ >> (month - 1) & 1U) != 0; }
  [[nodiscard]] bool empty() const { return bits_ == 0; }
  bool operator==(const Months&) const = default;

 private:
  std::uint16_t bits_ = 0;
};
std::vector<std::string> month_names();

/// One day of a month.
struct MonthDay {
  enum class Kind {
    none,
    date,     ///< the 1st to the 31st, where 29–31 fall on the last day of a shorter month
    weekday,  ///< the 1st to 4th, or the last, of a weekday
    workday,  ///< the 1st to 15th, or the last; where the month has fewer, its last one
  };
  enum class Shift { none, next, previous };  ///< a date that is no workday moves to this one, into another month too
  static constexpr int kLast = -1;

  Kind kind = Kind::none;
  int number = 0;   ///< from 1, or kLast
  int weekday = 0;  ///< 1 = Monday … 7 = Sunday, of a weekday
  Shift shift = Shift::none;
  /// `15`, `last`, `2nd workday`, `last fri`, `15 or next workday`; any case.
  static std::optional<MonthDay> parse(std::string_view);
  [[nodiscard]] std::string str() const;
  [[nodiscard]] static MonthDay date(int number) { return {.kind = Kind::date, .number = number}; }
  [[nodiscard]] bool empty() const { return kind == Kind::none; }
  bool operator==(const MonthDay&) const = default;
};

/// Such as `day` is of its own month.
MonthDay same_day_of_month(Date day);

/// On which days a schedule fires.
struct Cadence {
  CadenceKind kind = CadenceKind::daily;
  Weekdays on = {};                ///< weekly; empty: none was chosen
  MonthDay day = {};               ///< monthly; empty: none was chosen
  Months months = {};              ///< monthly
  std::optional<int> weeks = {};   ///< weekly: every second, third … week, counted from that of `start`
  std::optional<Date> start = {};  ///< no day before it
  std::optional<Date> end = {};    ///< no day after it
  CalendarInUse calendar = {};     ///< which days are workdays
  bool operator==(const Cadence&) const = default;
  /// Do its days depend on which are worked?
  [[nodiscard]] bool counts_workdays() const {
    return on.workdays() || day.kind == MonthDay::Kind::workday || day.shift != MonthDay::Shift::none;
  }
};

}  // namespace reportctl::schedule
