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

/// Reads instants and days as parse_instant() and parse_date() do, remembering the last day: rows come in order of time more
/// often than not.
class TimeReader {
 public:
  /// Seconds since 1970 UTC.
  std::optional<std::int64_t> instant(std::string_view);
  /// Days since 1970-01-01.
  std::optional<std::int64_t> day(std::string_view);

 private:
  char last_[10] = {};  ///< the day as text; all zero at first, which is no day
  std::int64_t last_day_ = 0;
};

/// The exact judgement, for what is too large or too near a tie to be rounded as a double.
std::optional<std::int64_t> scaled_by_digits(double value, int scale);

inline std::optional<std::int64_t> scaled(double value, int scale) {
  constexpr double kPower[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  // The product differs from that of the shortest form by less than 2^-11 while it is below 2^40 (two half-ulps), so away from a
  // tie both round alike. NaN fails the comparison.
  if (scale < 10) {
    const double product = std::fabs(value) * kPower[scale];
    if (product < 0x1p40) {
      const auto whole = static_cast<std::int64_t>(product);
      const double off_tie = product - static_cast<double>(whole) - 0.5;
      if (std::fabs(off_tie) > 0x1p-10) {
        const std::int64_t rounded = whole + (off_tie > 0 ? 1 : 0);
        return value < 0 ? -rounded : rounded;
      }
    }
  }
  return scaled_by_digits(value, scale);
}

/// The exact judgement, for texts that are not plain ASCII.
TextFault judge_text(std::string_view);

inline TextFault check_text(std::string_view text) {
  // Eight bytes at a time; w − 1 borrows into the high bit where a byte is zero. The last eight may overlap.
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighs = 0x8080808080808080U;
  std::uint64_t marked = 0;
  const auto look = [&](const char* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    marked |= word | (word - kOnes);
  };
  const char* at = text.data();
  std::size_t left = text.size();
  if (left < 8) {
    for (; left > 0; ++at, --left)
      marked |= static_cast<std::uint64_t>(static_cast<unsigned char>(*at)) | (*at == 0 ? kHighs : 0);
  } else {
    for (; left > 8; at += 8, left -= 8) look(at);
    look(text.data() + text.size() - 8);
  }
  return (marked & kHighs) == 0 ? TextFault::none : judge_text(text);
}

}  // namespace reportctl::source
