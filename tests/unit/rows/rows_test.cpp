// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <sstream>

#include "reportctl/rows/cell.hpp"
#include "reportctl/rows/dialect.hpp"
#include "reportctl/rows/file_format.hpp"

using namespace reportctl::rows;

TEST_CASE("every column type of the module format has a word, and back") {
  std::istringstream words("text integer decimal money timestamp date duration percent boolean");
  int count = 0;
  for (std::string word; words >> word; ++count) {
    CAPTURE(word);
    const auto type = parse_column_type(word);
    REQUIRE(type.has_value());
    CHECK(column_type_name(*type) == word);
  }
  CHECK(count == 9);
}

TEST_CASE("nothing else is a column type") {
  for (const char* word : {"", "Text", "string", "int", "decimal(3)", " text", "text "})
    CHECK_FALSE(parse_column_type(word).has_value());
}

TEST_CASE("which types are numbers, can be added up, have an order and are strings in JSON") {
  const auto with = [](bool ColumnTypeFacts::*trait) {
    std::string names;
    for (const auto& facts : kColumnTypes)
      if (facts.*trait) names += (names.empty() ? "" : " ") + std::string(facts.name);
    return names;
  };
  CHECK(with(&ColumnTypeFacts::number) == "integer decimal money duration percent");
  CHECK(with(&ColumnTypeFacts::addable) == "integer decimal money duration");
  CHECK(with(&ColumnTypeFacts::ordered) == "integer decimal money timestamp date duration percent");
  CHECK(with(&ColumnTypeFacts::quoted) == "text timestamp date duration");
}

TEST_CASE("urls name their dialect by its scheme, in lower case") {
  CHECK(dialect_of_scheme("sqlite") == Dialect::sqlite);
  CHECK(dialect_of_scheme("postgresql") == Dialect::postgresql);
  CHECK(dialect_of_scheme("postgres") == Dialect::postgresql);
  for (const char* scheme : {"", "SQLITE", "oracle", "sqlite3"}) CHECK_FALSE(dialect_of_scheme(scheme).has_value());
  for (const Dialect dialect : kDialects) CHECK(rules_of(dialect).dialect == dialect);
}

TEST_CASE("formats have one canonical name") {
  CHECK(canonical_format("Excel") == "xlsx");
  CHECK(canonical_format("CSV") == "csv");
  CHECK(canonical_format("pdf") == "pdf");
  CHECK(canonical_format("json") == "json");
  for (const char* word : {"doc", "", "csv "}) CHECK_FALSE(canonical_format(word));
}

TEST_CASE("minor units follow the published ISO 4217 list") {
  struct Group {
    int digits;
    const char* codes;
  };
  // List one, entries with a minor unit of 0, 3 and 4, and a sample of the usual 2.
  for (const Group& group :
       {Group{0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"}, Group{3, "BHD IQD JOD KWD LYD OMR TND"},
        Group{4, "CLF UYW"}, Group{2, "EUR USD AUD GBP CHF CNY INR MGA MRU HUF IDR TWD ZMW UYU COP CRC AED"}}) {
    std::istringstream codes(group.codes);
    for (std::string code; codes >> code;) {
      CAPTURE(code);
      CHECK(minor_digits(code) == group.digits);
    }
  }
}

TEST_CASE("a code in lower case is the same currency; what ISO 4217 does not have, or gives no minor unit, has no digits") {
  CHECK(minor_digits("jpy") == 0);
  CHECK(minor_digits("Kwd") == 3);
  for (const char* code : {"XCG", "ZWG"}) CHECK(minor_digits(code) == 2);  // of 2024 and 2025
  for (const char* code : {"", "J", "JP", "JPYX", "JPY ", " JPY", "JPY\xc2\xa0", "XXX", "XAU", "\x80\x81\x82", "123", "jp\xf9",
                           "j@y", "BTC", "PTS", "ABC"}) {
    CAPTURE(code);
    CHECK(minor_digits(code) == std::nullopt);
  }
}
