// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "value_writer.hpp"

#include <algorithm>
#include <array>
#include <bit>
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

/// Writes all digits of the number so that they end at `end`, and zeros in front of them up to `least` digits; returns where they
/// begin.
char* put_digits_before(char* end, std::uint64_t number, std::size_t least) {
  char* at = end;
  for (; number != 0; number /= 10) *--at = static_cast<char>('0' + number % 10);
  while (static_cast<std::size_t>(end - at) < least) *--at = '0';
  return at;
}

/// Any number at any scale.
char* put_long(std::uint64_t number, std::size_t scale, char* out) {
  std::array<char, 24> text;
  char* const end = text.data() + text.size();
  const char* const begin = put_digits_before(end, number, scale + 1);
  const auto whole = static_cast<std::size_t>(end - begin) - scale;
  out = put({begin, whole}, out);
  if (scale > 0) *out++ = '.';
  return put({begin + whole, scale}, out);
}

/// Below 10^8 and at most 7 digits behind the point, which is nearly every number there is, nothing depends on how many digits it
/// has: eight are made in a register, the leading zeros shifted out, and what is written has a fixed size. Writes up to 17 bytes.
char* put_short(std::uint32_t number, std::size_t scale, char* out) {
  static_assert(std::endian::native == std::endian::little);
  const auto pair = [](std::uint32_t two_digits) {
    std::uint16_t digits;
    std::memcpy(&digits, &kPairs[two_digits * 2], sizeof digits);
    return std::uint64_t{digits};
  };
  const std::uint32_t high = number / 10'000;
  const std::uint32_t low = number % 10'000;
  const std::uint64_t digits = pair(high / 100) | pair(high % 100) << 16U | pair(low / 100) << 32U | pair(low % 100) << 48U;
  const auto zeros = static_cast<std::size_t>(std::countr_zero((digits & 0x0F0F0F0F0F0F0F0FU) | std::uint64_t{1} << 63U)) / 8;
  const std::size_t skipped = std::min(zeros, 7 - scale);
  const auto put_from = [&](std::size_t digit, char* at) {
    const std::uint64_t rest = digits >> (8 * digit);
    std::memcpy(at, &rest, sizeof rest);
  };
  put_from(skipped, out);
  out += 8 - scale - skipped;
  if (scale == 0) return out;
  *out++ = '.';
  put_from(8 - scale, out);
  return out + scale;
}

}  // namespace

char* put_scaled(std::int64_t number, std::size_t scale, char* out) {
  if (number < 0) *out++ = '-';
  const std::uint64_t size = magnitude(number);
  return size < 100'000'000 && scale < 8 ? put_short(static_cast<std::uint32_t>(size), scale, out) : put_long(size, scale, out);
}

namespace {

char* put_duration(std::int64_t seconds, char* out) {
  const std::uint64_t total = magnitude(seconds);
  if (seconds < 0) *out++ = '-';
  out = put_scaled(static_cast<std::int64_t>(total / 3600), 0, out);
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
