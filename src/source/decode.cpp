// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "decode.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstring>

#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::source {
namespace {

constexpr std::size_t kPowers = 19;
constexpr std::array<std::uint64_t, kPowers> kPower = [] {
  std::array<std::uint64_t, kPowers> powers{};
  std::uint64_t power = 1;
  for (auto& entry : powers) {
    entry = power;
    power *= 10;
  }
  return powers;
}();

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::int64_t> with_sign(bool negative, std::uint64_t magnitude) {
  constexpr std::uint64_t kLimit = std::uint64_t{1} << 63U;
  if (magnitude > kLimit || (magnitude == kLimit && !negative)) return std::nullopt;
  return static_cast<std::int64_t>(negative ? 0 - magnitude : magnitude);
}

}  // namespace

std::optional<std::int64_t> scaled_by_digits(double value, int scale) {
  if (!std::isfinite(value)) return std::nullopt;
  std::array<char, 32> buffer;
  const auto written =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), std::fabs(value), std::chars_format::scientific);
  // d[.ddd]e±xx with at most 17 digits: digits × 10^(exponent − digits after the point).
  std::uint64_t digits = 0;
  int exponent = scale;
  bool fraction = false;
  const char* at = buffer.data();
  for (; *at != 'e'; ++at) {
    if (*at == '.') {
      fraction = true;
      continue;
    }
    digits = digits * 10 + static_cast<std::uint64_t>(*at - '0');
    if (fraction) --exponent;
  }
  at += at[1] == '+' ? 2 : 1;
  int power = 0;
  std::from_chars(at, written.ptr, power);
  exponent += power;
  if (digits == 0) return 0;
  if (exponent >= 0) {
    std::uint64_t whole = 0;
    if (exponent >= static_cast<int>(kPowers) ||
        __builtin_mul_overflow(digits, kPower[static_cast<std::size_t>(exponent)], &whole))
      return std::nullopt;
    return with_sign(value < 0, whole);
  }
  if (-exponent >= static_cast<int>(kPowers)) return 0;  // 17 digits cannot reach a half
  const std::uint64_t divisor = kPower[static_cast<std::size_t>(-exponent)];
  const std::uint64_t rest = digits % divisor;
  return with_sign(value < 0, digits / divisor + (rest >= divisor - rest ? 1 : 0));
}

std::optional<std::int64_t> scaled(std::int64_t value, int scale) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(value, static_cast<std::int64_t>(kPower[static_cast<std::size_t>(scale)]), &product))
    return std::nullopt;
  return product;
}

std::optional<std::int64_t> scaled(std::string_view text, int scale) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || (point != std::string_view::npos && fraction.empty())) return std::nullopt;
  std::uint64_t magnitude = 0;
  bool overflow = false;
  const auto take = [&](std::uint64_t digit) {
    overflow |= __builtin_mul_overflow(magnitude, 10U, &magnitude) || __builtin_add_overflow(magnitude, digit, &magnitude);
  };
  for (const char c : whole) {
    if (!is_digit(c)) return std::nullopt;
    take(static_cast<std::uint64_t>(c - '0'));
  }
  for (const char c : fraction)
    if (!is_digit(c)) return std::nullopt;
  const auto kept = static_cast<std::size_t>(scale);
  for (std::size_t i = 0; i < kept; ++i) take(i < fraction.size() ? static_cast<std::uint64_t>(fraction[i] - '0') : 0);
  const bool up = fraction.size() > kept && fraction[kept] >= '5';
  if (overflow || __builtin_add_overflow(magnitude, up ? 1U : 0U, &magnitude)) return std::nullopt;
  return with_sign(negative, magnitude);
}

std::optional<std::int64_t> scaled_real(std::string_view text, int scale) {
  if (const auto plain = scaled(text, scale)) return plain;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return scaled(value, scale);
}

double as_written(float value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  double read = value;
  std::from_chars(text.data(), end, read);
  return read;
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc()) return std::nullopt;
  std::string_view rest = text.substr(static_cast<std::size_t>(read.ptr - text.data()));
  if (!rest.empty() && (!rest.starts_with('.') || rest.find_first_not_of('0', 1) != std::string_view::npos)) return std::nullopt;
  return value;
}

TextFault judge_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return TextFault::nul;
  return is_valid_utf8(text) ? TextFault::none : TextFault::not_utf8;
}

std::optional<std::int64_t> TimeReader::new_month(std::string_view text) {
  const auto date = parse_date(text);
  if (!date) return std::nullopt;
  std::memcpy(month_, text.data(), sizeof month_);
  const std::chrono::year_month month = date->year() / date->month();
  days_ = static_cast<unsigned>((month / std::chrono::last).day());
  before_month_ = std::chrono::sys_days{month / 1}.time_since_epoch().count() - 1;
  return before_month_ + static_cast<unsigned>(date->day());
}

std::optional<TimeReader::WallTime> TimeReader::wall_time(std::string_view text) {
  constexpr std::size_t kSecondsEnd = 19;
  if (text.size() < kSecondsEnd || (text[10] != 'T' && text[10] != 't' && text[10] != ' ')) return std::nullopt;
  const auto local = day_and_clock(text);
  if (!local) return std::nullopt;
  WallTime time{*local, 0, std::nullopt};
  std::size_t at = kSecondsEnd;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = ++at;
    for (std::int32_t unit = 100000; at < text.size() && is_digit(text[at]); ++at, unit /= 10)
      time.micros += unit * (text[at] - '0');
    if (at == first) return std::nullopt;
  }
  const std::string_view offset = text.substr(at);
  if (offset.empty()) return time;
  time.offset = 0;
  if (offset == "Z" || offset == "z") return time;
  if ((offset[0] != '+' && offset[0] != '-') || (offset.size() != 3 && offset.size() != 6 && offset.size() != 9))
    return std::nullopt;
  int unit = offset[0] == '+' ? 3600 : -3600;
  for (std::size_t i = 1; i < offset.size(); i += 3, unit /= 60) {
    if (!is_digit(offset[i]) || !is_digit(offset[i + 1]) || (i > 1 && offset[i - 1] != ':')) return std::nullopt;
    const int number = (offset[i] - '0') * 10 + (offset[i + 1] - '0');
    if (number > (i == 1 ? 23 : 59)) return std::nullopt;
    *time.offset += unit * number;
  }
  return time;
}

std::optional<std::int64_t> TimeReader::other_spaced_instant(std::string_view text) {
  const auto time = text.size() > 10 && text[10] == ' ' ? wall_time(text) : std::nullopt;
  return time && time->offset ? std::optional(time->seconds - *time->offset) : std::nullopt;
}

std::optional<std::int64_t> TimeReader::other_instant(std::string_view text) {
  const auto instant = parse_instant(text);
  if (!instant) return std::nullopt;
  return instant->time_since_epoch().count();
}

}  // namespace reportctl::source
