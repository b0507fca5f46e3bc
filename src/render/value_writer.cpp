// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "value_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string_view>

namespace reportctl::render {
namespace {

using rows::ColumnType;

char* put(std::string_view text, char* out) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

std::uint64_t magnitude(std::int64_t number) {
  return number < 0 ? 0 - static_cast<std::uint64_t>(number) : static_cast<std::uint64_t>(number);
}

char* put_two(std::uint64_t number, char* out) {
  out[0] = static_cast<char>('0' + number / 10);
  out[1] = static_cast<char>('0' + number % 10);
  return out + 2;
}

constexpr auto kPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = static_cast<char>('0' + (i % 2 == 0 ? i / 20 : i / 2 % 10));
  return pairs;
}();

std::size_t digits_in(std::uint64_t number) {
  std::size_t digits = 1;
  for (; number >= 10'000; number /= 10'000) digits += 4;
  return digits + (number >= 10 ? 1U : 0U) + (number >= 100 ? 1U : 0U) + (number >= 1000 ? 1U : 0U);
}

/// Writes the last `count` digits of the number so that they end at `end`, and returns what is left of the number.
std::uint64_t put_digits(std::uint64_t number, std::size_t count, char* end) {
  for (; count >= 2; count -= 2, number /= 100) std::memcpy(end -= 2, &kPairs[number % 100 * 2], 2);
  if (count == 0) return number;
  *--end = static_cast<char>('0' + number % 10);
  return number / 10;
}

char* put_unsigned(std::uint64_t number, char* out) {
  const std::size_t digits = digits_in(number);
  put_digits(number, digits, out + digits);
  return out + digits;
}

/// -0.05 is number -5, scale 2.
char* put_scaled(std::int64_t number, std::size_t scale, char* out) {
  if (number < 0) *out++ = '-';
  std::uint64_t rest = magnitude(number);
  if (scale == 0) return put_unsigned(rest, out);
  const std::size_t digits = digits_in(rest);
  const std::size_t whole = digits > scale ? digits - scale : 1;
  char* const end = out + whole + 1 + scale;
  rest = put_digits(rest, scale, end);
  out[whole] = '.';
  put_digits(rest, whole, out + whole);
  return end;
}

char* put_duration(std::int64_t seconds, char* out) {
  const std::uint64_t total = magnitude(seconds);
  if (seconds < 0) *out++ = '-';
  out = put_unsigned(total / 3600, out);
  *out++ = ':';
  out = put_two(total / 60 % 60, out);
  *out++ = ':';
  return put_two(total % 60, out);
}

}  // namespace

char* ValueWriter::write_date(std::int64_t days, char* out) {
  if (days != last_day_ || last_size_ == 0) {
    // std::chrono counts years in 16 bits; nobody's data is outside, but a cell is only a number.
    constexpr std::int64_t kFar = 11'000'000;
    const std::chrono::sys_days day{std::chrono::days{std::clamp(days, -kFar, kFar)}};
    const std::string text = format_date(Date{day});
    last_size_ = std::min(text.size(), last_date_.size());
    std::memcpy(last_date_.data(), text.data(), last_size_);
    last_day_ = days;
  }
  return put({last_date_.data(), last_size_}, out);
}

char* ValueWriter::write(ColumnType type, const rows::Cell& cell, char* out) {
  constexpr std::size_t kMaxScale = 18;
  switch (type) {
    case ColumnType::text:
      return out;
    case ColumnType::integer:
      return put_scaled(cell.number, 0, out);
    case ColumnType::decimal:
    case ColumnType::percent:
    case ColumnType::money:
      return put_scaled(cell.number, std::min<std::size_t>(cell.scale, kMaxScale), out);
    case ColumnType::timestamp:
      return out + instants_.write(Instant{std::chrono::seconds{cell.number}}, out);
    case ColumnType::date:
      return write_date(cell.number, out);
    case ColumnType::duration:
      return put_duration(cell.number, out);
    case ColumnType::boolean:
      return put(cell.number == 0 ? "false" : "true", out);
  }
  return out;
}

}  // namespace reportctl::render
