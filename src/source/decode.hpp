// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace reportctl::source {

/// How foreign values become cells; the same for every kind of source. nullopt: the value does not fit.

/// value × 10^scale (0–18), rounded half away from zero on the value's shortest decimal form: 0.285 at scale 2 is 29, as people
/// expect, although the nearest double lies below. Infinity, NaN and what 64 bits cannot hold do not fit.
inline std::optional<std::int64_t> scaled(double value, int scale);
std::optional<std::int64_t> scaled(std::int64_t value, int scale);
/// Of a plain decimal number: `12`, `-0.125`, `+3.10`.
std::optional<std::int64_t> scaled(std::string_view text, int scale);

enum class TextFault : std::uint8_t { none, nul, not_utf8 };
/// UTF-8 without NUL, or what is wrong.
inline TextFault check_text(std::string_view);

constexpr std::int64_t kMicros = 1000000;
/// Towards the past: a fraction of a second before 1970 lies in the second that it is in.
inline std::int64_t whole_seconds(std::int64_t count, std::int64_t of_a_second) {
  return count / of_a_second - (count % of_a_second < 0 ? 1 : 0);
}

template <typename Word>
Word loaded(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

/// Reads instants and days as parse_instant() and parse_date() do, remembering the last month: most rows of a report lie in few.
class TimeReader {
 public:
  /// Seconds since 1970 UTC.
  std::optional<std::int64_t> instant(std::string_view text) {
    if (text.size() != 20 || text[19] != 'Z' || text[10] != 'T') return other_instant(text);
    return day_and_clock(text);
  }
  /// PostgreSQL's ISO form: `2026-03-17 06:00:00+00`, with a fraction (cut off) and any offset.
  std::optional<std::int64_t> spaced_instant(std::string_view text) {
    if (text.size() == 22 && text[10] == ' ' && std::memcmp(text.data() + 19, "+00", 3) == 0) return day_and_clock(text);
    return other_spaced_instant(text);
  }
  /// A time as it is written: `2026-03-17T06:00:00`, a blank or `t` for the T, a fraction, `Z` or an offset (±HH, ±HH:MM,
  /// ±HH:MM:SS), or neither.
  struct WallTime {
    std::int64_t seconds;       ///< since 1970, of its clock
    std::int32_t micros;        ///< the fraction, cut off after six digits
    std::optional<int> offset;  ///< seconds east of UTC; nullopt: it names none
  };
  std::optional<WallTime> wall_time(std::string_view text);
  /// Days since 1970-01-01.
  std::optional<std::int64_t> day(std::string_view text) {
    if (text.size() == 10 && std::memcmp(text.data(), month_, sizeof month_) == 0) {
      const unsigned tens = static_cast<unsigned char>(text[8]) - unsigned{'0'};
      const unsigned ones = static_cast<unsigned char>(text[9]) - unsigned{'0'};
      if (const unsigned day = tens * 10 + ones; tens <= 3 && ones <= 9 && day >= 1 && day <= days_) return before_month_ + day;
    }
    return new_month(text);
  }

 private:
  static constexpr std::uint64_t kClock = 0x30303A30303A3030U;       ///< 00:00:00, little-endian
  static constexpr std::uint64_t kClockLimit = 0x76767F76767F7676U;  ///< what a byte may still grow by
  /// `2026-03-17T06:00:00`, whatever stands in the place of the T and after it.
  std::optional<std::int64_t> day_and_clock(std::string_view text) {
    // HH:MM:SS at once: subtract what it should look like; a digit must leave 0 to 9, a colon 0, or adding sets the byte's high
    // bit.
    const std::uint64_t clock = loaded<std::uint64_t>(text.data() + 11) - kClock;
    if (((clock | (clock + kClockLimit)) & 0x8080808080808080U) != 0) return std::nullopt;
    const auto two = [&](unsigned at) {
      return static_cast<int>((clock >> (8 * at) & 0xFU) * 10 + (clock >> (8 * at + 8) & 0xFU));
    };
    const int hour = two(0);
    const int minute = two(3);
    const int second = two(6);
    const auto days = day(text.substr(0, 10));
    if (!days || hour > 23 || minute > 59 || second > 59) return std::nullopt;
    return *days * 86400 + hour * 3600 + minute * 60 + second;
  }
  std::optional<std::int64_t> new_month(std::string_view);
  std::optional<std::int64_t> other_spaced_instant(std::string_view);
  std::optional<std::int64_t> other_instant(std::string_view);

  char month_[8] = {'1', '9', '7', '0', '-', '0', '1', '-'};  ///< the last one, as text
  std::int64_t before_month_ = -1;                            ///< the day before its first
  unsigned days_ = 31;                                        ///< that it has
};

/// Of a double as PostgreSQL writes it: the shortest form, with an exponent where it is very large or small, or a word.
std::optional<std::int64_t> scaled_real(std::string_view text, int scale);
/// The double of a float's own shortest form, as people and PostgreSQL write it: 0.1, and not 0.10000000149.
double as_written(float);
/// Digits with an optional sign, and nothing after a point but zeros: a sum of integers is of type numeric in PostgreSQL.
std::optional<std::int64_t> whole_number(std::string_view text);

/// By the digits of the shortest form, for what is too large to be rounded as a double.
std::optional<std::int64_t> scaled_by_digits(double value, int scale);

inline std::optional<std::int64_t> scaled(double value, int scale) {
  constexpr double kPower[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};
  const double size = std::fabs(value);
  if (scale > 9 || !(size * kPower[scale] < 0x1p40)) return scaled_by_digits(value, scale);  // NaN, too
  // Below 2^40 the product differs from that of the shortest form by less than 2^-11 (two half-ulps), so away from a tie both
  // round alike. Near one, the tie itself is a decimal of at most 15 digits: it is the shortest form of the double nearest to it,
  // which the division of two exact doubles gives, and rounding to doubles keeps the order. So comparing with that double is
  // comparing the shortest form with the tie.
  const double product = size * kPower[scale];
  const auto whole = static_cast<std::int64_t>(product);
  const double off_tie = product - static_cast<double>(whole) - 0.5;
  const bool up = std::fabs(off_tie) > 0x1p-10 ? off_tie > 0 : size >= static_cast<double>(whole * 10 + 5) / kPower[scale + 1];
  const std::int64_t rounded = whole + (up ? 1 : 0);
  return value < 0 ? -rounded : rounded;
}

/// The exact judgement, for texts that are not plain ASCII.
TextFault judge_text(std::string_view);

inline TextFault check_text(std::string_view text) {
  // Eight bytes at a time; w − 1 borrows into the high bit where a byte is zero. Loads overlap instead of looping over what is
  // left.
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  std::uint64_t marked = 0;
  const auto look = [&](std::uint64_t word) { marked |= word | (word - kOnes); };
  const char* at = text.data();
  const std::size_t size = text.size();
  if (size >= 8) {
    const char* const last = at + size - 8;
    for (; at < last; at += 8) look(loaded<std::uint64_t>(at));
    look(loaded<std::uint64_t>(last));
  } else if (size >= 4) {
    look(loaded<std::uint32_t>(at) | std::uint64_t{loaded<std::uint32_t>(at + size - 4)} << 32U);
  } else if (size > 0) {
    for (const std::size_t i : {std::size_t{0}, size / 2, size - 1}) look(kOnes * static_cast<unsigned char>(at[i]));
  }
  return (marked & kHighs) == 0 ? TextFault::none : judge_text(text);
}

}  // namespace reportctl::source
