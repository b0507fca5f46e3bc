// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

TEST_CASE_FIXTURE(World, "template_invalid: braces that are no variables, and names that no system stores") {
  const std::string known =
      "[template_invalid]; use report, filters, period, account, scope, first_day, last_day, year, quarter, month, week, "
      "slot_day, slot_week, slot_time, "
      "name";
  CHECK(told_of(*this, &Draft::subject, "{perid}") ==
        "subject: there is no variable {perid} (did you mean \"period\"?) " + known + ", count");
  CHECK(told_of(*this, &Draft::intro, "{{x}} {count}").empty());
  CHECK(told_of(*this, &Draft::intro, "{total(x)}") == "intro: there is no variable {total(x)} " + known + ", count");
  CHECK(told_of(*this, &Draft::file_name, "a-{count}") == "file_name: there is no variable {count} " + known);
  const char* brace =
      "has a brace that belongs to no variable [template_invalid]; write a variable like {period}; {{ and }} stand for braces";
  for (const char* text : {"{", "}", "a{}", "{a{b}", "{{{", "{report"})
    CHECK(told_of(*this, &Draft::subject, text) == fmt::format("subject: \"{}\" {}", text, brace));
  CHECK(told_of(*this, &Draft::intro, std::string(2001, 'x')) ==
        "intro: it has 2001 characters [template_invalid]; use at most 2000");
  CHECK(told_of(*this, &Draft::intro, "two\nlines").empty());
  CHECK(told_of(*this, &Draft::intro, "bell\x07") ==
        "intro: it has control characters or is not UTF-8 [template_invalid]; write plain text; line breaks and tabs are fine");
  CHECK(told_of(*this, &Draft::file_name, "sales_{month}-v1.2").empty());
  for (const char* text : {"../x", "a b", "Umsätze", ".x", "-x", "a/b"})
    CHECK(told_of(*this, &Draft::file_name, text) ==
          fmt::format("file_name: \"{}\" is not a name that every system can store [template_invalid]; use letters from a to z, "
                      "digits, _, - and dots, and begin with a letter or digit",
                      text));
  CHECK(told_of(*this, &Draft::file_name, "sales.xlsx") ==
        "file_name: \"sales.xlsx\" has an ending [template_invalid]; leave it out: it follows from the format");
  CHECK(told_of(*this, &Draft::reply_to, "Desk <desk-{year}@example.com>").empty());
  CHECK(told_of(*this, &Draft::reply_to, "a@example.com\r\nBcc: b@example.com").find("reply_to: ") == 0);
  CHECK(told_of(*this, &Draft::reply_to, "a@example.com, b@example.com").find("[recipient_invalid]") != std::string::npos);
}
