// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "reportctl/base/text.hpp"
#include "reportctl/schedule/cadence.hpp"

// Literals for tests; each fails the test that miswrites one.
inline reportctl::Instant instant(std::string_view text) {
  const auto parsed = reportctl::parse_instant(text);
  REQUIRE_MESSAGE(parsed, text);
  return *parsed;
}
inline reportctl::Date day(std::string_view text) {
  const auto parsed = reportctl::parse_date(text);
  REQUIRE_MESSAGE(parsed, text);
  return *parsed;
}
inline reportctl::TimeOfDay clock_time(std::string_view text) {
  const auto parsed = reportctl::parse_time_of_day(text);
  REQUIRE_MESSAGE(parsed, text);
  return *parsed;
}
inline reportctl::Zone zone(std::string_view name) {
  const auto found = reportctl::Zone::find(name);
  REQUIRE_MESSAGE(found, name);
  return *found;
}
/// `daily`, `weekly 1`, `monthly 31`.
inline reportctl::schedule::Cadence cadence(std::string_view text) {
  const auto words = reportctl::split(text, ' ');
  reportctl::schedule::Cadence result{.kind = reportctl::schedule::parse_cadence(words[0]).value()};
  const int number = words.size() > 1 ? static_cast<int>(reportctl::parse_integer(words[1]).value()) : 0;
  if (result.kind == reportctl::schedule::CadenceKind::weekly) result.weekday = number;
  if (result.kind == reportctl::schedule::CadenceKind::monthly) result.day_of_month = number;
  return result;
}
