// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/language.hpp"

#include <doctest/doctest.h>

#include "reportctl/base/for_people.hpp"

using namespace reportctl;

TEST_CASE("a language is found by its code, and English is the default") {
  CHECK(Language().code() == "en");
  CHECK(Language::codes() == std::vector<std::string>{"de", "en", "es", "fr"});
  CHECK_FALSE(Language::find("xx"));
  CHECK_FALSE(Language::find(""));
  CHECK(Language::find("de").value().say("total") == "Summe");
}

TEST_CASE("values are put into words once, and each must be given") {
  const Language english;
  CHECK(english.say("days", {{"first", "{last}"}, {"last", "b"}}) == "{last} to b");
  CHECK_THROWS(english.say("days", {{"first", "a"}}));
  CHECK_THROWS(english.say("never said"));
}

TEST_CASE("numbers, days and plurals follow the language") {
  const Date day = Date{std::chrono::year{2026}, std::chrono::month{3}, std::chrono::day{7}};
  const struct {
    const char* code;
    const char *number, *date, *month, *day_of_month, *none, *one, *many;
  } cases[] = {{"en", "1,234.50", "2026-03-07", "2026-03", "7 Mar", "0 rows", "1 row", "1,234 rows"},
               {"de", "1.234,50", "07.03.2026", "03.2026", "7. März", "0 Zeilen", "1 Zeile", "1.234 Zeilen"},
               {"fr", "1\u00a0234,50", "07/03/2026", "03/2026", "7 mars", "0 ligne", "1 ligne", "1\u00a0234 lignes"},
               {"es", "1.234,50", "07/03/2026", "03/2026", "7 mar", "0 filas", "1 fila", "1.234 filas"}};
  for (const auto& expected : cases) {
    CAPTURE(expected.code);
    const Language language = Language::find(expected.code).value();
    CHECK(grouped(123450, 2, language.numbers()) == expected.number);
    CHECK(language.date(day) == expected.date);
    CHECK(language.month(day) == expected.month);
    CHECK(language.day_of_month(day) == expected.day_of_month);
    CHECK(language.count("rows", 0) == expected.none);
    CHECK(language.count("rows", 1) == expected.one);
    CHECK(language.count("rows", 1234) == expected.many);
  }
  CHECK(Language::find("de").value().size(1549) == "1,5 kB");
  CHECK(Language::find("de").value().size(1) == "1 Byte");
}
