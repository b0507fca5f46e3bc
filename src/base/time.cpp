// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/time.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "civil.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;

constexpr Instant kFirst = sys_days{std::chrono::year{-32767} / 1 / 3};
constexpr Instant kLast = sys_days{std::chrono::year{32767} / 12 / 29};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Reads digits at fixed places of a text that is known to be long enough, and remembers whether all of them were digits.
class DigitReader {
 public:
  explicit DigitReader(std::string_view text) : text_(text.data()) {}
  unsigned two(std::size_t at) { return one(at) * 10 + one(at + 1); }
  [[nodiscard]] bool good() const { return good_; }

 private:
  unsigned one(std::size_t at) {
    const unsigned value = static_cast<unsigned char>(text_[at]) - unsigned{'0'};
    good_ = good_ && value <= 9;
    return value;
  }
  const char* text_;
  bool good_ = true;
};

/// Seconds east of UTC from `Z`, `+11:00` or `-00:00`.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  DigitReader digits(text);
  const unsigned hours = digits.two(1);
  const unsigned minutes = digits.two(4);
  if (!digits.good() || hours > 23 || minutes > 59) return std::nullopt;
  const int east = static_cast<int>(hours * 3600 + minutes * 60);
  return text[0] == '+' ? east : -east;
}

std::string_view replaced_clock() {
  const char* value = std::getenv("REPORTCTL_NOW");
  return value == nullptr ? std::string_view() : value;
}

}  // namespace

Instant clamp_to_calendar(Instant instant) { return instant < kFirst ? kFirst : instant > kLast ? kLast : instant; }

std::size_t write_civil(Instant instant, int offset, char* out) {
  const Instant local = clamp_to_calendar(instant) + seconds{offset};
  const auto day = std::chrono::floor<days>(local);
  const Date date{day};
  const auto rest = static_cast<unsigned>((local - day).count());
  const int year = static_cast<int>(date.year());
  char* at = out;
  if (year >= 0 && year <= 9999) {
    at = put_two(at, static_cast<unsigned>(year) / 100);
    at = put_two(at, static_cast<unsigned>(year) % 100);
  } else {
    at = fmt::format_to(at, "{:05}", year);
  }
  *at++ = '-';
  at = put_two(at, static_cast<unsigned>(date.month()));
  *at++ = '-';
  at = put_two(at, static_cast<unsigned>(date.day()));
  *at++ = 'T';
  return static_cast<std::size_t>(put_clock(at, rest) - out);
}

std::string format_utc(Instant instant) {
  char buffer[32];
  std::size_t size = write_civil(instant, 0, buffer);
  buffer[size++] = 'Z';
  return {buffer, size};
}

std::string format_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string format_time_of_day(TimeOfDay time) { return fmt::format("{:02}:{:02}", time.hour, time.minute); }

std::optional<Instant> parse_instant(std::string_view text) {
  constexpr std::size_t kSecondsEnd = 19;
  if (text.size() <= kSecondsEnd || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  DigitReader digits(text);
  const unsigned hour = digits.two(11);
  const unsigned minute = digits.two(14);
  const unsigned second = digits.two(17);
  // A leap second (:60) has no place in POSIX time and is refused.
  if (!date || !digits.good() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  std::size_t end = kSecondsEnd;
  if (text[end] == '.') {
    const std::size_t fraction = ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == fraction) return std::nullopt;
  }
  const auto offset = parse_offset(text.substr(end));
  if (!offset) return std::nullopt;
  return sys_days{*date} + seconds{static_cast<int>(hour * 3600 + minute * 60 + second) - *offset};
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  DigitReader digits(text);
  const unsigned year = digits.two(0) * 100 + digits.two(2);
  const unsigned month = digits.two(5);
  const unsigned day = digits.two(8);
  if (!digits.good()) return std::nullopt;
  const Date date{std::chrono::year{static_cast<int>(year)}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  DigitReader digits(text);
  const unsigned hour = digits.two(0);
  const unsigned minute = digits.two(3);
  if (!digits.good() || hour > 23 || minute > 59) return std::nullopt;
  return TimeOfDay{static_cast<int>(hour), static_cast<int>(minute)};
}

Date add_days(Date date, int count) { return sys_days{date} + days{count}; }

int days_between(Date from, Date to) { return static_cast<int>((sys_days{to} - sys_days{from}).count()); }

Instant read_clock() {
  const std::string_view replaced = replaced_clock();
  if (replaced.empty()) return std::chrono::floor<seconds>(std::chrono::system_clock::now());
  if (const auto instant = parse_instant(replaced)) return *instant;
  throw Error(ErrorKind::usage, fmt::format("REPORTCTL_NOW is not an RFC 3339 instant: \"{}\"", visible(replaced)),
              "write it like 2026-03-17T06:00:00Z, or unset it");
}

bool clock_is_replaced() { return !replaced_clock().empty(); }

}  // namespace reportctl
