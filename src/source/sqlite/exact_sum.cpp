// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/exact_sum.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>

namespace reportctl::source {
namespace {

constexpr int kFineDigits = 18;  // after the point
constexpr int kExactDigits = 15;

constexpr __int128 ten_to(int exponent) {
  __int128 result = 1;
  while (exponent-- > 0) result *= 10;
  return result;
}
constexpr __int128 kOnePart = ten_to(kFineDigits);
constexpr __int128 kCarriedOver = ten_to(36);  // of parts: beyond this the whole is carried over

/// Up to 20 digits, with the given number of them at least.
char* put_digits(char* to, unsigned __int128 value, int digits) {
  std::array<char, 40> reversed;
  int count = 0;
  while (value > 0 || count < digits) {
    reversed[static_cast<std::size_t>(count++)] = static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  }
  while (count > 0) *to++ = reversed[static_cast<std::size_t>(--count)];
  return to;
}

bool is_plain_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void ExactSum::add_fine(__int128 parts) {
  parts_ += parts;
  if (parts_ < kCarriedOver && parts_ > -kCarriedOver) return;
  whole_ += parts_ / kOnePart;
  parts_ %= kOnePart;
}

void ExactSum::add(double value, int sign) {
  const double size = std::fabs(value);
  const __int128 signed_one = (value < 0) == (sign < 0) ? 1 : -1;
  if (size < 1e9) {  // at most six digits after the point, as nearly all are: a division of two exact doubles proves it
    const auto millionths = static_cast<std::int64_t>(size * 1e6 + 0.5);
    if (static_cast<double>(millionths) / 1e6 == size) return add_fine(signed_one * ten_to(12) * millionths);
  }
  if (!(size < 1e27)) {
    beyond_ += sign * value;
    return;
  }
  std::array<char, 32> text;
  const auto end =
      std::to_chars(text.data(), text.data() + text.size(), size, std::chars_format::scientific, kExactDigits - 1).ptr;
  std::int64_t mantissa = text[0] - '0';
  for (std::size_t i = 2; i < kExactDigits + 1; ++i) mantissa = mantissa * 10 + (text[i] - '0');
  const char* exponent_at = text.data() + kExactDigits + 2;  // behind d.dddddddddddddde
  int exponent = 0;
  std::from_chars(exponent_at + (*exponent_at == '+' ? 1 : 0), end, exponent);
  exponent -= kExactDigits - 1;
  if (exponent >= 0) {
    whole_ += signed_one * mantissa * ten_to(exponent);
  } else if (exponent >= -kFineDigits) {
    add_fine(signed_one * mantissa * ten_to(kFineDigits + exponent));
  } else if (exponent > -kFineDigits - kExactDigits - 1) {
    const __int128 unit = ten_to(-kFineDigits - exponent);
    add_fine(signed_one * ((mantissa + unit / 2) / unit));
  }
}

bool ExactSum::add(std::string_view text, int sign) {
  if (text.starts_with('-')) sign = -sign;
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  const std::size_t point = text.find('.');
  const std::string_view whole = text.substr(0, point);
  const std::string_view fraction = point == std::string_view::npos ? std::string_view() : text.substr(point + 1);
  if (whole.empty() || whole.size() > kFineDigits || (point != std::string_view::npos && fraction.empty())) return false;
  std::int64_t units = 0;
  for (const char c : whole) {
    if (!is_plain_digit(c)) return false;
    units = units * 10 + (c - '0');
  }
  for (const char c : fraction)
    if (!is_plain_digit(c)) return false;
  std::int64_t parts = 0;
  for (std::size_t i = 0; i < kFineDigits; ++i) parts = parts * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  whole_ += sign * units;
  add_fine(static_cast<__int128>(sign) * parts);
  return true;
}

std::optional<std::int64_t> ExactSum::integer() const {
  const __int128 whole = whole_ + parts_ / kOnePart;
  if (whole > std::numeric_limits<std::int64_t>::max() || whole < std::numeric_limits<std::int64_t>::min()) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

double ExactSum::real(std::int64_t count) const {
  const __int128 whole = whole_ + parts_ / kOnePart;
  const __int128 rest = parts_ % kOnePart;
  const auto divisor = static_cast<double>(count);
  if (beyond_ != 0 || whole > ten_to(19) || whole < -ten_to(19))
    return (static_cast<double>(whole) + static_cast<double>(rest) / 1e18 + beyond_) / divisor;
  const __int128 total = whole * kOnePart + rest;
  const auto size = total < 0 ? 0 - static_cast<unsigned __int128>(total) : static_cast<unsigned __int128>(total);
  const auto by = static_cast<unsigned __int128>(count);
  const auto quotient = size / by;
  std::array<char, 64>
      text;  // what is left of the division decides on the last bit only: three digits and whether there are more
  char* end = text.data();
  if (total < 0) *end++ = '-';
  end = put_digits(end, quotient / static_cast<unsigned __int128>(kOnePart), 1);
  *end++ = '.';
  end = put_digits(end, quotient % static_cast<unsigned __int128>(kOnePart), kFineDigits);
  const auto left = size % by * 1000;
  end = put_digits(end, left / by, 3);
  *end++ = left % by == 0 ? '0' : '1';
  double result = 0;
  std::from_chars(text.data(), end, result);
  return result;
}

}  // namespace reportctl::source
