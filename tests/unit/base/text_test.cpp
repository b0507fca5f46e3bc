// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/text.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text_template.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace reportctl;
using std::string_literals::operator""s;

TEST_CASE("sizes have one decimal at most, and a kilobyte has 1000 bytes") {
  CHECK(size_text(0) == "0 bytes");
  CHECK(size_text(1) == "1 byte");
  CHECK(size_text(999) == "999 bytes");
  CHECK(size_text(1000) == "1 kB");
  CHECK(size_text(1549) == "1.5 kB");
  CHECK(size_text(999'949) == "999.9 kB");
  CHECK(size_text(999'950) == "1 MB");
  CHECK(size_text(26'000'000) == "26 MB");
  CHECK(size_text(12'345'678'901) == "12.3 GB");
}

TEST_CASE("UTF-8 is told from what only looks like it") {
  for (const std::string& text :
       {""s, "plain"s, "a\0b"s, "grüße"s, "日本語"s, "😀"s, "\xF4\x8F\xBF\xBF"s, "\xEF\xBB\xBF"s, "12345678é"s, "1234567é"s})
    CHECK(is_valid_utf8(text));
  for (const std::string& text :
       {"\x80"s, "a\xFF"s, "\xC0\xAF"s, "\xC3"s, "\xE2\x82"s, "\xED\xA0\x80"s, "\xE0\x80\xAF"s, "\xF0\x80\x80\xAF"s,
        "\xF4\x90\x80\x80"s, "\xF5\x80\x80\x80"s, "12345678\xC3"s, "\xC3\x28"s, "1234567\x80"s})
    CHECK_FALSE(is_valid_utf8(text));
}

TEST_CASE("repairing replaces what Python's errors='replace' replaces") {
  const std::string r = "\uFFFD";
  CHECK(repair_utf8("a\xFF"
                    "b") == "a" + r + "b");
  CHECK(repair_utf8("\xE2\x82") == r);
  CHECK(repair_utf8("\xE2\x82x") == r + "x");
  CHECK(repair_utf8("\xF0\x9F\x98") == r);
  CHECK(repair_utf8("\xED\xA0\x80") == r + r + r);
  CHECK(repair_utf8("\xC0\xAF") == r + r);
  CHECK(repair_utf8("\xF4\x90\x80\x80") == r + r + r + r);
  CHECK(repair_utf8("\xE0\x80\xAF") == r + r + r);
  CHECK(repair_utf8("\xF0\x80\x80\xAF") == r + r + r + r);
  CHECK(repair_utf8("\xF5\x80") == r + r);
  CHECK(repair_utf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                    "A") == r + r + r + r + "A");
  CHECK(repair_utf8("\xF0\x9F\x98\x80\x80") == "😀" + r);
  CHECK(repair_utf8("grüße") == "grüße");
}

TEST_CASE("whatever bytes go in, valid UTF-8 comes out, and one printable line of it") {
  std::mt19937 random(7);
  std::uniform_int_distribution<int> byte(0, 255);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int i = round % 12; i >= 0; --i) text += static_cast<char>(round % 2 == 0 ? byte(random) : byte(random) | 0x80);
    REQUIRE(is_valid_utf8(repair_utf8(text)));
    REQUIRE(is_valid_utf8(visible(text)));
    REQUIRE_FALSE(has_control(visible(text)));
    if (is_valid_utf8(text)) REQUIRE(repair_utf8(text) == text);
    REQUIRE(display_width(fit_width(repair_utf8(text), 5)) <= 5);
  }
}

TEST_CASE("width is what a terminal gives") {
  CHECK(display_width("") == 0);
  CHECK(display_width("abc") == 3);
  CHECK(display_width("grüße") == 5);
  CHECK(display_width("e\u0301") == 1);
  CHECK(display_width("日本語") == 6);
  CHECK(display_width("ｆ") == 2);
  CHECK(display_width("😀") == 2);
  CHECK(display_width("a\u200Bb") == 2);
  CHECK(display_width("한국") == 4);
}

TEST_CASE("a text is cut to a width with an ellipsis, never inside a character") {
  CHECK(fit_width("abcdef", 6) == "abcdef");
  CHECK(fit_width("abcdefg", 6) == "abcde…");
  CHECK(fit_width("日本語", 6) == "日本語");
  CHECK(fit_width("日本語", 5) == "日本…");
  CHECK(fit_width("日本語", 4) == "日…");
  CHECK(fit_width("日本語", 2) == "…");
  CHECK(fit_width("abc", 1) == "…");
  CHECK(fit_width("abc", 0).empty());
  CHECK(fit_width("e\u0301e\u0301e\u0301", 2) == "e\u0301…");
}

TEST_CASE("control characters become visible, so nothing can move the cursor, forge a line or turn the text around") {
  CHECK(visible("plain grüße 日本語 😀") == "plain grüße 日本語 😀");
  CHECK(visible("\x1b[31mred") == "\\x1b[31mred");
  CHECK(visible("a\nb\r\tc") == "a\\x0ab\\x0d\\x09c");
  CHECK(visible("a\0b"s) == "a\\x00b");
  CHECK(visible("\x7f") == "\\x7f");
  CHECK(visible("\u009b31m") == "\\x9b31m");
  CHECK(visible("\x9b"
                "31m") == "\\x9b31m");
  CHECK(visible("a\u2028b\u2029c") == "a\\u2028b\\u2029c");
  CHECK(visible("\u202Egnp.exe") == "\\u202egnp.exe");
  CHECK(visible("\u2066x\u2069") == "\\u2066x\\u2069");
  CHECK(visible("\xE2\x82") == "\\xe2\\x82");
}

TEST_CASE("code points that are no characters become visible, their neighbours stay") {
  CHECK(visible("a\xEF\xBF\xBE\xEF\xBF\xBF"
                "b") == "a\\ufffe\\uffffb");
  CHECK(visible("\xEF\xB7\x90\xEF\xB7\xAF") == "\\ufdd0\\ufdef");
  CHECK(visible("\xF0\x9F\xBF\xBF\xF4\x8F\xBF\xBF") == "\\U0001ffff\\U0010ffff");
  CHECK(visible("\xEF\xBF\xBD\xEF\xB7\x8F\xF0\x9F\xBF\xBD") == "\xEF\xBF\xBD\xEF\xB7\x8F\xF0\x9F\xBF\xBD");
}

TEST_CASE("a text is cut between characters") {
  CHECK(cut_at_character("grüße", 99) == "grüße");
  CHECK(cut_at_character("grüße", 4) == "grü");
  CHECK(cut_at_character("grüße", 3) == "gr");
  CHECK(cut_at_character("😀", 3).empty());
  CHECK(cut_at_character("abc", 0).empty());
}

TEST_CASE("small things") {
  CHECK(has_control("a\tb"));
  CHECK(has_control("\x7f"));
  CHECK(has_control("x\u009b31m"));
  CHECK(has_control("\u202eabc"));
  CHECK(has_control("a\u2066b"));
  CHECK(has_control("a\u2028b"));
  CHECK_FALSE(has_control("grüße"));
  CHECK_FALSE(has_control("\xff\x9b"));  // no character at all
  CHECK_FALSE(has_control("אב 👩‍💻"));
}

TEST_CASE("of several lines, ends and tabs stay, and nothing else that a terminal obeys") {
  CHECK(visible_lines("a\tb\r\nc\n") == "a\tb\r\nc\n");
  CHECK(visible_lines("a\x1b[2J\n\x07\r\rx") == "a\\x1b[2J\n\\x07\\x0d\\x0dx");
  CHECK(visible_lines("\u009b\u202e") == "\\x9b\\u202e");
  CHECK(visible_lines("") == "");
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \n").empty());
  CHECK(split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(split("a,", ',') == std::vector<std::string>{"a", ""});
  CHECK(join(std::vector<std::string>{"a", "b"}, ", ") == "a, b");
  CHECK(join(std::vector<std::string>{}, ", ").empty());
  CHECK(to_lower("ABC-Ü") == "abc-Ü");
}

TEST_CASE("integers and durations are whole or nothing") {
  CHECK(parse_integer("-9223372036854775808") == std::numeric_limits<long long>::min());
  CHECK(parse_integer("9223372036854775807") == std::numeric_limits<long long>::max());
  for (const std::string text : {"", "-", "+1", " 1", "1 ", "1x", "0x10", "1.0", "1e3", "9223372036854775808", "--1"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_integer(text).has_value());
  }
  CHECK(parse_duration_seconds("30s") == 30);
  CHECK(parse_duration_seconds("10m") == 600);
  CHECK(parse_duration_seconds("12h") == 43200);
  CHECK(parse_duration_seconds("30d") == 2592000);
  CHECK(parse_duration_seconds("0s") == 0);
  CHECK(parse_duration_seconds("2h30m") == 9000);
  CHECK(parse_duration_seconds("1d12h") == 129600);
  for (const std::string text : {"", "s", "30", "-5s", "+5s", "5 s", "5w", "5S", "30m1h", "1h30", "1h1h", "h30m",
                                 "9223372036854775807d", "99999999999999999999s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration_seconds(text).has_value());
  }
}

TEST_CASE("a duration is written in the largest unit that divides it, or in hours and minutes") {
  CHECK(duration_text(60) == "1m");
  CHECK(duration_text(90) == "90s");
  CHECK(duration_text(43200) == "12h");
  CHECK(duration_text(129600) == "36h");
  CHECK(duration_text(9000) == "2h30m");
  CHECK(duration_text(2592000) == "30d");
  CHECK(duration_text(0) == "0s");
}

TEST_CASE("a slip finds its word, and nonsense finds none") {
  const std::vector<std::string> words{"region", "reason", "time", "to", "timezone", "SALES"};
  CHECK(nearest("regoin", words) == "region");
  CHECK(nearest("tiem", words) == "time");
  CHECK(nearest("timezon", words) == "timezone");
  CHECK(nearest("Region", words) == "region");
  CHECK(nearest("sales", words) == "SALES");
  CHECK_FALSE(nearest("banana", words).has_value());
  CHECK_FALSE(nearest("x", words).has_value());
  CHECK_FALSE(nearest("", words).has_value());
  CHECK_FALSE(nearest(std::string(100000, 'r'), words).has_value());
  CHECK(did_you_mean("regoin", words) == " (did you mean \"region\"?)");
  CHECK(did_you_mean("banana", words).empty());
}

TEST_CASE("a word of a shell's command line is quoted where the shell would read more than a word") {
  CHECK(shell_word("daily-sales_2.v1") == "daily-sales_2.v1");
  CHECK(shell_word("Umsätze") == "Umsätze");
  CHECK(shell_word("") == "''");
  CHECK(shell_word("two words") == "'two words'");
  CHECK(shell_word("a;rm -rf ~") == "'a;rm -rf ~'");
  CHECK(shell_word("$(x)`y`\"z\"") == "'$(x)`y`\"z\"'");
  CHECK(shell_word("it's") == R"('it'\''s')");
}

TEST_CASE("a template is text and variables; doubled braces are braces") {
  const auto filled = [](const char* text) {
    const auto parsed = TextTemplate::parse(text);
    return parsed ? parsed->fill({{"a", "1"}, {"t(x,y)", "{a}"}}) : std::string("no template");
  };
  CHECK(filled("") == "");
  CHECK(filled("{a}{ a }x") == "11x");
  CHECK(filled("{t(x, y)}") == "{a}");
  CHECK(filled("{{a}} {{{a}}}") == "{a} {1}");
  CHECK(filled("{b}") == "{b}");
  for (const char* text : {"{", "}", "{}", "{ }", "{a", "a}", "{a{b}}", "{{{", "{a}}"}) CHECK(filled(text) == "no template");
  CHECK(TextTemplate::parse("{b} {a}{b}")->variables() == std::vector<std::string>{"b", "a", "b"});
}
