// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reportctl::source {

/// How foreign values become cells; the same for every kind of source. nullopt: the value does not fit.

/// value × 10^scale (0–18), rounded half away from zero on the value's shortest decimal form: 0.285 at scale 2 is 29, as people
/// expect, although the nearest double lies below. Infinity, NaN and what 64 bits cannot hold do not fit.
std::optional<std::int64_t> scaled(double value, int scale);
std::optional<std::int64_t> scaled(std::int64_t value, int scale);
/// Of a plain decimal number: `12`, `-0.125`, `+3.10`.
std::optional<std::int64_t> scaled(std::string_view text, int scale);

enum class TextFault : std::uint8_t { none, nul, not_utf8 };
TextFault check_text(std::string_view);

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

}  // namespace reportctl::source
