// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstddef>
#include <cstring>

#include "reportctl/base/time.hpp"

namespace reportctl {

/// `00` to `99`, one after the other.
inline constexpr auto kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

/// Two digits of a number below 100.
inline char* put_two(char* out, unsigned value) {
  std::memcpy(out, kDigitPairs.data() + std::size_t{2} * value, 2);
  return out + 2;
}

/// `06:00:00`, of seconds since midnight.
inline char* put_clock(char* out, unsigned seconds) {
  const unsigned minutes = seconds / 60;
  out = put_two(out, minutes / 60);
  *out++ = ':';
  out = put_two(out, minutes % 60);
  *out++ = ':';
  return put_two(out, seconds % 60);
}

/// Keeps an instant where std::chrono::year can count it; nobody's data is outside, but a hostile cell may be.
Instant clamp_to_calendar(Instant);

/// Writes `2026-03-17T06:00:00` as seen `offset` seconds east of UTC; 19 bytes for the years 0 to 9999, at most 22.
std::size_t write_civil(Instant instant, int offset, char* out);

}  // namespace reportctl
