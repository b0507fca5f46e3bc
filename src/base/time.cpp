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

char* put_two(char* out, unsigned value) {
  out[0] = static_cast<char>('0' + value / 10);
  out[1] = static_cast<char>('0' + value % 10);
  return out + 2;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The value of `count` digits at `at`, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// Seconds east of UTC from `Z`, `+11:00` or `-00:00`.
std::optional<int> parse_offset(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const int hours = digits(text, 1, 2);
  const int minutes = digits(text, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const int east = hours * 3600 + minutes * 60;
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
  at = put_two(at, rest / 3600);
  *at++ = ':';
  at = put_two(at, rest / 60 % 60);
  *at++ = ':';
  at = put_two(at, rest % 60);
  return static_cast<std::size_t>(at - out);
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
  const int hour = digits(text, 11, 2);
  const int minute = digits(text, 14, 2);
  const int second = digits(text, 17, 2);
  // A leap second (:60) has no place in POSIX time and is refused.
  if (!date || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return std::nullopt;
  std::size_t end = kSecondsEnd;
  if (text[end] == '.') {
    const std::size_t fraction = ++end;
    while (end < text.size() && is_digit(text[end])) ++end;
    if (end == fraction) return std::nullopt;
  }
  const auto offset = parse_offset(text.substr(end));
  if (!offset) return std::nullopt;
  return sys_days{*date} + seconds{hour * 3600 + minute * 60 + second - *offset};
}

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4);
  const int month = digits(text, 5, 2);
  const int day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const Date date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                  std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const TimeOfDay time{digits(text, 0, 2), digits(text, 3, 2)};
  if (time.hour < 0 || time.hour > 23 || time.minute < 0 || time.minute > 59) return std::nullopt;
  return time;
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
