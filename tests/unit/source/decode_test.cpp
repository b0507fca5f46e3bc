// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "decode.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "reportctl/base/time.hpp"

using namespace reportctl;
using namespace reportctl::source;

namespace {

/// Schoolbook rounding on the written digits, half away from zero: what the rule means.
std::int64_t rounded_by_hand(bool negative, const std::string& whole, const std::string& fraction, int scale) {
  std::string digits = whole;
  for (int i = 0; i < scale; ++i)
    digits += static_cast<std::size_t>(i) < fraction.size() ? fraction[static_cast<std::size_t>(i)] : '0';
  std::int64_t value = std::stoll(digits);
  if (fraction.size() > static_cast<std::size_t>(scale) && fraction[static_cast<std::size_t>(scale)] >= '5') ++value;
  return negative ? -value : value;
}

}  // namespace

TEST_CASE("a real is rounded half away from zero as its digits are written") {
  CHECK(scaled(0.285, 2) == 29);  // the nearest double is 0.284999…
  CHECK(scaled(1.005, 2) == 101);
  CHECK(scaled(-1.005, 2) == -101);
  CHECK(scaled(2.5, 0) == 3);
  CHECK(scaled(-2.5, 0) == -3);
  CHECK(scaled(0.5, 0) == 1);
  CHECK(scaled(0.49999999999999994, 0) == 0);
  CHECK(scaled(12.345, 3) == 12345);
  CHECK(scaled(1e-320, 9) == 0);
  CHECK(scaled(-0.0, 2) == 0);
  CHECK(scaled(-0.001, 2) == 0);
  CHECK(scaled(1e15, 2) == 100000000000000000);
  CHECK(scaled(9.2e18, 0) == 9200000000000000000);
  CHECK(scaled(-9223372036854775808.0, 0) == std::nullopt);  // its shortest form is -9.223372036854776e18, beyond 64 bits
}

TEST_CASE("what 64 bits cannot hold does not fit") {
  for (const double value : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN(), 1e19, -1e19, 1e308}) {
    CAPTURE(value);
    CHECK_FALSE(scaled(value, 0).has_value());
    CHECK_FALSE(scaled(value, 9).has_value());
  }
  CHECK_FALSE(scaled(1e10, 9).has_value());
  CHECK_FALSE(scaled(std::numeric_limits<std::int64_t>::max(), 1).has_value());
  CHECK(scaled(std::numeric_limits<std::int64_t>::min(), 0) == std::numeric_limits<std::int64_t>::min());
  CHECK(scaled(std::int64_t{-7}, 3) == -7000);
}

TEST_CASE("property: a real that was written with up to 15 digits is rounded by those digits, ties and near-ties included") {
  // A decimal of at most 15 significant digits is its double's shortest form, so the digits that went in are the oracle.
  std::mt19937_64 random(20260317);
  for (int round = 0; round < 300'000; ++round) {
    const auto whole_digits = 1 + random() % 7;
    const auto fraction_digits = 1 + random() % 8;
    std::string whole(1, static_cast<char>('1' + random() % 9));
    while (whole.size() < whole_digits) whole += static_cast<char>('0' + random() % 10);
    if (random() % 4 == 0) whole = "0";
    std::string fraction;
    while (fraction.size() < fraction_digits) fraction += static_cast<char>('0' + random() % 10);
    if (random() % 2 == 0) fraction.back() = '5';
    const bool negative = random() % 2 == 0;
    const int scale = static_cast<int>(random() % 10);
    const std::string text = (negative ? "-" : "") + whole + "." + fraction;
    const std::int64_t expected = rounded_by_hand(negative, whole, fraction, scale);
    const double value = std::stod(text);
    if (scaled(value, scale) != expected || scaled(std::string_view(text), scale) != expected) {
      CAPTURE(text);
      CAPTURE(scale);
      CHECK(scaled(value, scale) == expected);
      REQUIRE(scaled(std::string_view(text), scale) == expected);
    }
  }
}

TEST_CASE("a text is a number only when it is a plain decimal one") {
  CHECK(scaled(std::string_view("12"), 2) == 1200);
  CHECK(scaled(std::string_view("-0.125"), 2) == -13);
  CHECK(scaled(std::string_view("+3.10"), 1) == 31);
  CHECK(scaled(std::string_view("0.999"), 2) == 100);
  CHECK(scaled(std::string_view("000000000000000000000000012.5"), 0) == 13);
  CHECK(scaled(std::string_view("9223372036854775807"), 0) == std::numeric_limits<std::int64_t>::max());
  CHECK(scaled(std::string_view("-9223372036854775808"), 0) == std::numeric_limits<std::int64_t>::min());
  for (const char* text : {"",
                           "-",
                           "+",
                           ".",
                           "1.",
                           ".5",
                           "1e3",
                           "0x10",
                           " 1",
                           "1 ",
                           "1,5",
                           "1.2.3",
                           "--1",
                           "NaN",
                           "inf",
                           "1'000",
                           "9223372036854775808",
                           "922337203685477580.75",
                           "99999999999999999999999",
                           "１２"}) {
    CAPTURE(text);
    CHECK_FALSE(scaled(std::string_view(text), 1).has_value());
  }
}

TEST_CASE("text is UTF-8 without NUL, at every length and place") {
  for (std::size_t size = 0; size < 40; ++size) {
    const std::string text(size, 'x');
    REQUIRE(check_text(text) == TextFault::none);
    for (std::size_t at = 0; at < size; ++at) {
      std::string changed = text;
      changed[at] = '\0';
      REQUIRE(check_text(changed) == TextFault::nul);
      changed[at] = '\xFF';
      REQUIRE(check_text(changed) == TextFault::not_utf8);
      changed[at] = '\x01';
      REQUIRE(check_text(changed) == TextFault::none);
    }
  }
  CHECK(check_text("Łukasz 東京 😀") == TextFault::none);
  CHECK(check_text("\xC0\xAF") == TextFault::not_utf8);         // overlong
  CHECK(check_text("\xED\xA0\x80") == TextFault::not_utf8);     // a surrogate
  CHECK(check_text("caf\xE9 au lait") == TextFault::not_utf8);  // Latin-1
  CHECK(check_text("half a letter \xC5") == TextFault::not_utf8);
}

TEST_CASE("property: instants and days are read as the strict parsers read them") {
  std::mt19937_64 random(7);
  const std::string base = "2026-03-17T06:00:00Z";
  const std::string alphabet = "0123456789-:TZ+.tz /";
  TimeReader reader;
  int accepted = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text = base;
    for (auto changes = random() % 3; changes > 0; --changes) text[random() % text.size()] = alphabet[random() % alphabet.size()];
    if (random() % 8 == 0) text = text.substr(0, random() % (text.size() + 1));
    if (random() % 16 == 0 && !text.empty()) text.replace(text.size() - 1, 1, "+11:00");
    const auto instant = parse_instant(text);
    const auto found = reader.instant(text);
    const auto date = parse_date(text.substr(0, 10));
    const auto day = reader.day(text.substr(0, 10));
    accepted += found ? 1 : 0;
    if (instant.has_value() != found.has_value() || (instant && instant->time_since_epoch().count() != *found) ||
        date.has_value() != day.has_value() || (date && std::chrono::sys_days{*date}.time_since_epoch().count() != *day)) {
      CAPTURE(text);
      REQUIRE(false);
    }
  }
  CHECK(accepted > 10'000);
}

TEST_CASE("a fraction and an offset are understood") {
  TimeReader reader;
  CHECK(reader.instant("2026-03-17T06:00:00Z") == 1773727200);
  CHECK(reader.instant("2026-03-17T06:00:00.999Z") == 1773727200);
  CHECK(reader.instant("2026-03-17T17:00:00+11:00") == 1773727200);
  CHECK(reader.instant("2026-03-16T20:30:00.5-09:30") == 1773727200);
  CHECK(reader.day("1970-01-01") == 0);
  CHECK(!TimeReader().day(std::string(10, '\0')));  // which is no day that was read before
  CHECK(reader.day("2024-02-29") == 19782);
  CHECK(!reader.day("2024-02-30"));
  for (const char* text :
       {"", "2026-03-17", "2026-03-17 06:00:00", "2026-03-17T06:00:00", "2026-02-30T06:00:00Z", "2026-03-17T24:00:00Z"})
    CHECK_FALSE(reader.instant(text).has_value());
  for (const char* text : {"", "2026-02-29", "2026-3-17", "2026-03-17T", "17.03.2026"}) CHECK_FALSE(reader.day(text).has_value());
}

TEST_CASE("PostgreSQL's form of an instant: a space, any offset, a fraction that is cut off") {
  TimeReader reader;
  // `date -u -d '2026-03-17 06:00:00' +%s` is 1773727200; the others are the same moment.
  for (const char* text :
       {"2026-03-17 06:00:00+00", "2026-03-17 06:00:00.999999+00", "2026-03-17 17:00:00+11", "2026-03-16 20:30:00-09:30",
        "2026-03-17 06:19:32+00:19:32", "2026-03-17 11:45:00+05:45", "2026-03-17 06:00:00-00", "2026-03-17 06:00:00.5+00:00:00"})
    CHECK_MESSAGE(reader.spaced_instant(text) == 1773727200, text);
  CHECK(reader.spaced_instant("1969-12-31 23:59:59+00") == -1);
  CHECK(reader.spaced_instant("0001-01-01 00:00:00+00") == -62135596800);
  CHECK(reader.spaced_instant("9999-12-31 23:59:59+00") == 253402300799);
  for (const char* text :
       {"", "infinity", "-infinity", "2026-03-17 06:00:00", "2026-03-17T06:00:00+00", "2026-02-30 06:00:00+00",
        "2026-03-17 24:00:00+00", "2026-03-17 06:00:60+00", "2026-03-17 06:00:00+0", "2026-03-17 06:00:00+00:0",
        "2026-03-17 06:00:00+1x", "2026-03-17 06:00:00+00 BC", "12026-03-17 06:00:00+00", "2026-03-17 06:00:00.5",
        "2026-03-17 06:00:00+00x00", "2026-03-17 06:00:00 +00"})
    CHECK_FALSE_MESSAGE(reader.spaced_instant(text).has_value(), text);
}

TEST_CASE("a whole number may carry a point and zeros, and nothing else") {
  CHECK(whole_number("0") == 0);
  CHECK(whole_number("-17") == -17);
  CHECK(whole_number("1999.000") == 1999);
  CHECK(whole_number("-1.") == -1);
  CHECK(whole_number("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(whole_number("-9223372036854775808.0") == std::numeric_limits<std::int64_t>::min());
  for (const char* text :
       {"", "-", "1.5", "0.000001", "9223372036854775808", "1e3", "NaN", "Infinity", "1 ", " 1", "+1", "1.0.0", "0x1"})
    CHECK_FALSE_MESSAGE(whole_number(text).has_value(), text);
}

TEST_CASE("a real as PostgreSQL writes it is the number that SQLite gives") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 100'000; ++round) {
    const int exponent = static_cast<int>(random() % 40) - 25;
    const double value = std::ldexp(static_cast<double>(random() >> 11), exponent - 40) * ((random() & 1U) != 0 ? 1 : -1);
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", value);
    for (int digits = 1; digits <= 17; ++digits) {  // the shortest form that reads back
      std::snprintf(text, sizeof text, "%.*g", digits, value);
      if (std::strtod(text, nullptr) == value) break;
    }
    const int scale = static_cast<int>(random() % 10);
    CAPTURE(text);
    REQUIRE(scaled_real(text, scale) == scaled(value, scale));
  }
  CHECK(scaled_real("1e-05", 5) == 1);
  CHECK(scaled_real("1.5e+06", 1) == 15000000);
  CHECK(scaled_real("0.285", 2) == 29);
  CHECK(scaled_real("-0", 2) == 0);
  for (const char* text : {"", "NaN", "Infinity", "-Infinity", "1e300", "1e", "1,5", "1.5 "})
    CHECK_FALSE_MESSAGE(scaled_real(text, 2).has_value(), text);
}
