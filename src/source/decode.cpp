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

TextFault judge_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return TextFault::nul;
  return is_valid_utf8(text) ? TextFault::none : TextFault::not_utf8;
}

std::optional<std::int64_t> TimeReader::new_day(std::string_view text) {
  const auto date = parse_date(text);
  if (!date) return std::nullopt;
  std::memcpy(last_, text.data(), sizeof last_);
  last_day_ = std::chrono::sys_days{*date}.time_since_epoch().count();
  return last_day_;
}

std::optional<std::int64_t> TimeReader::other_instant(std::string_view text) {
  const auto instant = parse_instant(text);
  if (!instant) return std::nullopt;
  return instant->time_since_epoch().count();
}

}  // namespace reportctl::source
