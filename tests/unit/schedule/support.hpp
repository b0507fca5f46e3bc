// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <doctest/doctest.h>

#include <string_view>

#include "reportctl/base/text.hpp"
#include "reportctl/schedule/rhythm.hpp"

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
/// `daily`, `weekly mon,thu`, `monthly 2nd workday`.
inline reportctl::schedule::Cadence cadence(std::string_view text) {
  using namespace reportctl::schedule;
  const auto space = text.find(' ');
  Cadence result{.kind = parse_cadence(text.substr(0, space)).value()};
  if (space == std::string_view::npos) return result;
  if (result.kind == CadenceKind::weekly) result.on = Weekdays::parse(text.substr(space + 1)).value();
  if (result.kind == CadenceKind::monthly) result.day = MonthDay::parse(text.substr(space + 1)).value();
  return result;
}
