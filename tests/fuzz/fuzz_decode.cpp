// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "decode.hpp"
#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"

using namespace reportctl;
using namespace reportctl::source;

namespace {

/// A whole number times a power of ten, in 128 bits.
std::optional<std::int64_t> product(std::int64_t value, int scale) {
  __int128 wide = value;
  for (int i = 0; i < scale; ++i) wide *= 10;
  if (wide < INT64_MIN || wide > INT64_MAX) return std::nullopt;
  return static_cast<std::int64_t>(wide);
}

void check_number(std::string_view text, int scale) {
  const auto whole = whole_number(text);
  const auto exact = scaled(text, scale);
  if (whole && exact) EXPECT(exact == product(*whole, scale));
  const bool is_plain =
      std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; });
  if (exact && is_plain) EXPECT(scaled_real(text, scale) == exact);
}

}  // namespace

/// Two ways to the same value agree, whatever the database sent.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const int scale = data[0] % 19;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_number(text, scale);
  EXPECT((check_text(text) == TextFault::none) == (is_valid_utf8(text) && text.find('\0') == std::string_view::npos));

  // The day before is remembered; that changes nothing.
  TimeReader used, fresh;
  used.instant("2026-03-17T06:00:00Z");
  EXPECT(used.instant(text) == fresh.instant(text));
  const auto instant = parse_instant(text);
  EXPECT(fresh.instant(text) == (instant ? std::optional<std::int64_t>(instant->time_since_epoch().count()) : std::nullopt));
  EXPECT(used.day(text) == TimeReader().day(text));
  EXPECT(used.spaced_instant(text) == TimeReader().spaced_instant(text));
  used.wall_time(text);

  if (size < 9) return 0;
  double real = 0;
  std::int64_t integer = 0;
  std::memcpy(&real, data + 1, sizeof real);
  std::memcpy(&integer, data + 1, sizeof integer);
  EXPECT(scaled(real, scale) == scaled_by_digits(real, scale));
  EXPECT(scaled(integer, scale) == product(integer, scale));
  return 0;
}
