// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/instant_form.hpp"

#include <doctest/doctest.h>

using namespace reportctl;
using namespace reportctl::rows;

namespace {

InstantForm form(std::string_view text) { return std::get<InstantForm>(parse_instant_form(text)); }
std::string wrong(std::string_view text) { return std::get<std::string>(parse_instant_form(text)); }
std::string kept(std::string_view text, Instant at) {
  const auto value = kept_as(form(text), at);
  const auto* number = std::get_if<std::int64_t>(&value);
  return number == nullptr ? std::get<std::string>(value) : std::to_string(*number);
}

}  // namespace

TEST_CASE("a form of instants is read as it is written") {
  for (const char* text : {"utc-text", "offset-text", "sql-text Europe/Berlin", "epoch", "epoch-ms", "epoch-us", "julian-day",
                           "timestamptz", "timestamp UTC", "day"}) {
    CAPTURE(text);
    CHECK(form(text).str() == text);
  }
  CHECK(form("  sql-text   UTC ").str() == "sql-text UTC");
}

TEST_CASE("what is wrong with a form is said") {
  CHECK(wrong("sql-text") == "sql-text needs the time zone in which it is written, like sql-text UTC");
  CHECK(wrong("sql-text Mars/Base") == "\"Mars/Base\" is not a time zone");
  CHECK(wrong("epoch UTC") == "epoch takes no time zone");
  CHECK(wrong("epoch-mss").starts_with("\"epoch-mss\" is not a form of instants (did you mean \"epoch-ms\"?)"));
  CHECK(wrong("").starts_with("\"\" is not a form of instants"));
}

TEST_CASE(
    "a moment as each form keeps it") {  // date -u -d '2026-07-01T12:00:00Z' +%s, and Julian days from the almanac's formula
  const Instant at{std::chrono::seconds{1782907200}};
  CHECK(kept("utc-text", at) == "2026-07-01T12:00:00Z");
  CHECK(kept("sql-text UTC", at) == "2026-07-01 12:00:00");
  CHECK(kept("sql-text America/New_York", at) == "2026-07-01 08:00:00");
  CHECK(kept("epoch", at) == "1782907200");
  CHECK(kept("epoch-ms", at) == "1782907200000");
  CHECK(kept("epoch-us", at) == "1782907200000000");
  CHECK(kept("julian-day", at) == "2461223.000000000");
}

TEST_CASE("a column has its own form, its table's, or the usual one, in any case") {
  SourceForms forms(Dialect::sqlite);
  CHECK(forms.form_of("orders", "at").str() == "utc-text");
  forms.usual = form("sql-text UTC");
  forms.declared = {{"orders", form("epoch")}, {"orders.paid_at", form("epoch-ms")}};
  CHECK(forms.form_of("Orders", "PAID_AT").str() == "epoch-ms");
  CHECK(forms.form_of("orders", "at").str() == "epoch");
  CHECK(forms.form_of("visits", "at").str() == "sql-text UTC");
  CHECK(SourceForms(Dialect::postgresql).usual.str() == "timestamptz");
  forms.usual = form("offset-text");  // whose order is not that of time
  CHECK(forms.common().str() == "utc-text");
}
