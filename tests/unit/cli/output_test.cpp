// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/base/text.hpp"
#include "terminal/help.hpp"
#include "terminal/output_text.hpp"

using namespace reportctl;
using namespace reportctl::cli;

namespace {

Listing two_columns() {
  Listing listing;
  listing.columns = {{"name", "", Align::left, Show::cut}, {"rows", "", Align::right}};
  return listing;
}

}  // namespace

TEST_CASE("columns are aligned by what a terminal shows, not by bytes") {
  Listing listing = two_columns();
  listing.rows = {{{"喫茶"}, {"7"}}, {{"Müller"}, {"1204"}}};
  // Two wide characters take four columns, as many as the heading.
  CHECK(table_text(listing, 80, Paint::none) ==
        "NAME    ROWS\n"
        "喫茶       7\n"
        "Müller  1204\n");
}

TEST_CASE("a narrow terminal cuts the columns that may be cut, and no line is wider than it") {
  Listing listing = two_columns();
  listing.rows = {{{"a very long name that does not fit"}, {"1"}}};
  CHECK(table_text(listing, 20, Paint::none) ==
        "NAME            ROWS\n"
        "a very long n…     1\n");
  for (const std::string& line : split(table_text(listing, 24, Paint::none), '\n')) CHECK(display_width(line) <= 24);
}

TEST_CASE("where a table does not fit, ids are shortened, long texts stand below, and columns are cut and dropped by rank") {
  Listing listing;
  listing.columns = {{.key = "id", .show = Show::id},
                     {.key = "report", .drop = 1},
                     {.key = "trigger", .drop = 2},
                     {.key = "state"},
                     {.key = "reason", .title = "WHY", .show = Show::long_text}};
  listing.rows = {{{"0123456789abcdef"}, {"site-power"}, {"scheduled"}, {"failed"}, {"the source does not answer"}},
                  {{"fedcba9876543210"}, {"sales"}, {"test"}, {"delivered"}, {""}}};
  CHECK(table_text(listing, 82, Paint::none) ==
        "ID                REPORT      TRIGGER    STATE      WHY\n"
        "0123456789abcdef  site-power  scheduled  failed     the source does not answer\n"
        "fedcba9876543210  sales       test       delivered\n");
  CHECK(table_text(listing, 50, Paint::none) ==
        "ID        REPORT      TRIGGER    STATE\n"
        "01234567  site-power  scheduled  failed\n"
        "    the source does not answer\n"
        "fedcba98  sales       test       delivered\n");
  CHECK(table_text(listing, 40, Paint::none) ==
        "ID        REPORT      STATE\n"
        "01234567  site-power  failed\n"
        "    the source does not answer\n"
        "fedcba98  sales       delivered\n");
  CHECK(table_text(listing, 24, Paint::none) ==
        "ID        STATE\n"
        "01234567  failed\n"
        "    the source does not\n"
        "    answer\n"
        "fedcba98  delivered\n");
}

TEST_CASE("times are in one zone, which the first heading names; with room for it they have seconds") {
  Listing listing;
  listing.columns = {{.key = "due", .show = Show::time}, {.key = "ended", .show = Show::time}};
  listing.rows = {{{"2026-03-17T06:00:07Z"}, {"–"}}};
  CHECK(table_text(listing, 80, Paint::none) == "DUE (UTC)         ENDED\n2026-03-17 06:00  –\n");
  listing.zone = *Zone::find("Europe/Berlin");
  CHECK(table_text(listing, kUnlimited, Paint::none) == "DUE (Europe/Berlin)  ENDED\n2026-03-17 07:00:07  –\n");
}

TEST_CASE("no line ends in spaces, and colours stand only where they were asked for") {
  Listing listing;
  listing.columns = {{"name"}, {"status"}};
  listing.rows = {{{"x"}, {"", Tone::none}}, {{"y"}, {"failed", Tone::bad}}};
  CHECK(table_text(listing, 80, Paint::none) == "NAME  STATUS\nx\ny     failed\n");
  CHECK(table_text(listing, 80, Paint::color).find("\033[31mfailed\033[0m") != std::string::npos);
}

TEST_CASE("a value cannot move the cursor, start a line or leave the table") {
  Listing listing = two_columns();
  listing.rows = {{{"a\nb\033[2J\xff"}, {"1"}}};
  const std::string text = table_text(listing, 80, Paint::none);
  CHECK(text.find('\033') == std::string::npos);
  CHECK(split(text, '\n').size() == 3);
  CHECK(is_valid_utf8(text));
}

TEST_CASE("a sheet aligns its values and wraps long ones below themselves") {
  Sheet sheet;
  sheet.lines = {{"Report", {"sales"}}, {"About", {"one two three four five six seven"}}};
  CHECK(sheet_text(sheet, 31, Paint::none) ==
        "Report:  sales\n"
        "About:   one two three four\n"
        "         five six seven\n");
}

TEST_CASE("CSV has the names and values of JSON, and what people see where a value is an object") {
  Listing listing;
  listing.columns = {{"id", "RUN"}, {"slot", "DUE"}, {"period"}, {"recipients", "TO"}, {"rows", "", Align::right}, {"only_seen"}};
  listing.more_keys = {"interrupted"};
  listing.rows = {{{"3f2a"}, {"today"}, {"as of 2026-03-16"}, {"two"}, {"1,204"}, {"x, y"}}};
  listing.records.push_back({{"id", "3f2a9c"},
                             {"slot", nullptr},
                             {"period", {{"first_day", "2026-03-16"}}},
                             {"recipients", {"a@example.com", "b@example.com"}},
                             {"rows", 1204},
                             {"interrupted", true}});
  CHECK(csv_text(listing) ==
        "id,slot,period,recipients,rows,only_seen,interrupted\n"
        "3f2a9c,,as of 2026-03-16,\"a@example.com, b@example.com\",1204,\"x, y\",true\n");
}

TEST_CASE("CSV of one thing has each of its values under its JSON name") {
  Sheet sheet;
  sheet.lines = {{"Run", {"3f2a"}}};
  sheet.record = {{"id", "3f2a"}, {"period", {{"last_day", "2026-03-16"}}}, {"deliveries", nlohmann::ordered_json::array()}};
  sheet.record["deliveries"].push_back({{"address", "a@example.com"}, {"attempts", 1}});
  CHECK(csv_text(sheet) ==
        "field,value\nid,3f2a\nperiod.last_day,2026-03-16\ndeliveries.0.address,a@example.com\ndeliveries.0.attempts,1\n");
}

TEST_CASE("CSV fields are quoted where RFC 4180 wants it and nowhere else") {
  CHECK(csv_field("plain") == "plain");
  CHECK(csv_field("a,b") == "\"a,b\"");
  CHECK(csv_field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(csv_field("two\nlines") == "\"two\nlines\"");
  CHECK(csv_field("") == "");
}

TEST_CASE("lists as CSV guard what a spreadsheet would run, and leave numbers alone") {
  const auto printed = [](const std::string& name) {
    Listing listing;
    listing.columns = {{"name"}, {"count"}};
    listing.rows = {{{name}, {"-5"}}};
    listing.records = {{{"name", name}, {"count", -5}}};
    return csv_text(listing).substr(std::string("name,count\n").size());
  };
  CHECK(printed("=HYPERLINK(\"http://evil\")") == "\"'=HYPERLINK(\"\"http://evil\"\")\",-5\n");
  CHECK(printed("x;=1") == "x;'=1,-5\n");
  CHECK(printed("a,+1") == "\"a,'+1\",-5\n");
  CHECK(printed("-12.50") == "-12.50,-5\n");
  CHECK(printed("-.5") == "'-.5,-5\n");
  CHECK(printed("+5") == "'+5,-5\n");
  CHECK(csv_text(Sheet{.lines = {}, .record = {{"=a", "@b"}}}) == "field,value\n'=a,'@b\n");
}

TEST_CASE("words are wrapped at spaces, and a longer word stays whole") {
  CHECK(wrap_words("aa bb cc", 5) == std::vector<std::string>{"aa bb", "cc"});
  CHECK(wrap_words("aaaaaaaa b", 4) == std::vector<std::string>{"aaaaaaaa", "b"});
  CHECK(wrap_words("", 4) == std::vector<std::string>{""});
}
