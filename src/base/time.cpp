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

/// Two digits, or kNoNumber, which is beyond every range that is asked for.
constexpr unsigned kNoNumber = 100;
unsigned two_digits(const char* text) {
  const unsigned tens = static_cast<unsigned char>(text[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(text[1]) - unsigned{'0'};
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : kNoNumber;
}

/// Seconds east of UTC from `Z`, `+11:00` or `-00:00`.
std::optional<int> parse_offset(std::string_view text) {
  if (text.size() == 1 && (text[0] == 'Z' || text[0] == 'z')) return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const unsigned hours = two_digits(text.data() + 1);
  const unsigned minutes = two_digits(text.data() + 4);
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int east = static_cast<int>(hours * 3600 + minutes * 60);
  return text[0] == '+' ? east : -east;
}

/// `2026-03-17`: 10 bytes for the years 0 to 9999, at most 12.
char* put_date(char* out, Date date) {
  const int year = static_cast<int>(date.year());
  if (year >= 0 && year <= 9999) {
    out = put_two(out, static_cast<unsigned>(year) / 100);
    out = put_two(out, static_cast<unsigned>(year) % 100);
  } else {
    out = fmt::format_to(out, "{:05}", year);
  }
  *out++ = '-';
  out = put_two(out, static_cast<unsigned>(date.month()));
  *out++ = '-';
  return put_two(out, static_cast<unsigned>(date.day()));
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
  char* at = put_date(out, Date{day});
  *at++ = 'T';
  return static_cast<std::size_t>(put_clock(at, static_cast<unsigned>((local - day).count())) - out);
}

std::string format_utc(Instant instant) {
  char buffer[32];
  std::size_t size = write_civil(instant, 0, buffer);
  buffer[size++] = 'Z';
  return {buffer, size};
}

std::string format_date(Date date) {
  char buffer[16];
  return {buffer, put_date(buffer, date)};
}

std::string format_time_of_day(TimeOfDay time) { return fmt::format("{:02}:{:02}", time.hour, time.minute); }

std::optional<Instant> parse_instant(std::string_view text) {
  constexpr std::size_t kSecondsEnd = 19;
  if (text.size() <= kSecondsEnd || (text[10] != 'T' && text[10] != 't') || text[13] != ':' || text[16] != ':')
    return std::nullopt;
  const auto date = parse_date(text.substr(0, 10));
  const unsigned hour = two_digits(text.data() + 11);
  const unsigned minute = two_digits(text.data() + 14);
  const unsigned second = two_digits(text.data() + 17);
  // A leap second (:60) has no place in POSIX time and is refused.
  if (!date || hour > 23 || minute > 59 || second > 59) return std::nullopt;
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
  const unsigned century = two_digits(text.data());
  const unsigned year = two_digits(text.data() + 2);
  const unsigned month = two_digits(text.data() + 5);
  const unsigned day = two_digits(text.data() + 8);
  if (century == kNoNumber || year == kNoNumber) return std::nullopt;
  const Date date{std::chrono::year{static_cast<int>(century * 100 + year)}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::optional<TimeOfDay> parse_time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const unsigned hour = two_digits(text.data());
  const unsigned minute = two_digits(text.data() + 3);
  if (hour > 23 || minute > 59) return std::nullopt;
  return TimeOfDay{static_cast<int>(hour), static_cast<int>(minute)};
}

Date add_days(Date date, int count) { return sys_days{date} + days{count}; }

int days_between(Date from, Date to) { return static_cast<int>((sys_days{to} - sys_days{from}).count()); }

Instant host_clock() { return std::chrono::floor<seconds>(std::chrono::system_clock::now()); }

Instant read_clock() {
  const std::string_view replaced = replaced_clock();
  if (replaced.empty()) return host_clock();
  if (const auto instant = parse_instant(replaced)) return *instant;
  throw Error(ErrorKind::usage, fmt::format("REPORTCTL_NOW is not an RFC 3339 instant: \"{}\"", visible(replaced)),
              "write it like 2026-03-17T06:00:00Z, or unset it");
}

bool clock_is_replaced() { return !replaced_clock().empty(); }

}  // namespace reportctl
