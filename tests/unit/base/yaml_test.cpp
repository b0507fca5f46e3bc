// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/yaml.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <random>

using namespace reportctl;
using namespace reportctl::yaml;
using std::string_literals::operator""s;
using Kind = Node::Kind;

namespace {

/// Every problem on its line, without the file's name.
std::string problems_of(const std::string& text) {
  const Document document = parse(text, "f");
  std::string out;
  for (const Problem& problem : document.problems)
    out += fmt::format("{}:{} {}\n", problem.line, problem.column, problem.message);
  return out;
}

Node root_of(const std::string& text) {
  Document document = parse(text, "f");
  INFO(text);
  REQUIRE_MESSAGE(document.problems.empty(), describe(document.problems));
  return std::move(document.root);
}

}  // namespace

TEST_CASE("scalars keep their text, their place and how they were written") {
  const Node root = root_of(
      "a: yes\n"
      "b: 'yes'\n"
      "c: \"06:00\"\n"
      "d: 010\n"
      "e: |\n"
      "  SELECT 1\n"
      "  FROM t\n"
      "f: >\n"
      "  one\n"
      "  line\n"
      "g: null\n"
      "h: ~\n"
      "i:\n"
      "j: 'null'\n"
      "k: 2026-03-17T06:00:00Z\n"
      "l: [x, 'y', {m: n}]\n"
      "\"q r\": {s: 1, t: [2]}\n");
  CHECK(root.kind == Kind::map);
  CHECK(root.entries.size() == 13);
  CHECK(root.find("a")->text == "yes");
  CHECK_FALSE(root.find("a")->quoted);
  CHECK(root.find("b")->text == "yes");
  CHECK(root.find("b")->quoted);
  CHECK(root.find("c")->text == "06:00");
  CHECK(root.find("c")->quoted);
  CHECK(root.find("d")->text == "010");
  CHECK(root.find("e")->text == "SELECT 1\nFROM t\n");
  CHECK(root.find("e")->quoted);
  CHECK(root.find("f")->text == "one line\n");
  for (const char* key : {"g", "h", "i"}) CHECK(root.find(key)->kind == Kind::null);
  CHECK(root.find("j")->kind == Kind::scalar);
  CHECK(root.find("k")->text == "2026-03-17T06:00:00Z");
  CHECK(root.find("l")->items.size() == 3);
  CHECK(root.find("l")->items[1].quoted);
  CHECK(root.find("l")->items[2].find("m")->text == "n");
  CHECK(root.find("q r")->find("t")->items[0].text == "2");
  CHECK(root.find("absent") == nullptr);
  CHECK(root.entries[0].first.text == "a");
  CHECK(root.find("a")->line == 1);
  CHECK(root.find("a")->column == 4);
  CHECK(root.find("c")->line == 3);
  CHECK(root.find("l")->line == 16);
  CHECK(root.find("l")->items[1].column == 8);
  CHECK(root.find("i")->line == 13);
  CHECK(root.find("i")->column == 1);  // of its key: nothing has no place
}

TEST_CASE("columns count characters, not bytes") {
  const Node root = root_of("größe: {länge: 1, b: 2}\n");
  CHECK(root.find("größe")->find("b")->column == 22);
  CHECK(problems_of("{ä: 1, ä: 2}\n") == "1:8 duplicate key \"ä\" (first in line 1)\n");
}

TEST_CASE("an empty file is nothing, and comments, directives and one document marker are fine") {
  CHECK(root_of("").kind == Kind::null);
  CHECK(root_of("\n\n# only a comment\n").kind == Kind::null);
  CHECK(root_of("---\na: 1\n").find("a")->text == "1");
  CHECK(root_of("%YAML 1.2\n---\na: 1\n...\n").find("a")->text == "1");
  CHECK(root_of("\xEF\xBB\xBF"
                "a: 1\n")
            .find("a")
            ->column == 4);
  CHECK(root_of("a: 1\r\nb: 2\r\n").find("b")->text == "2");
  CHECK(root_of("just text").text == "just text");
  CHECK(root_of("- 1\n- 2\n").items.size() == 2);
  CHECK(root_of("a: {}\nb: []\n").find("a")->kind == Kind::map);
}

TEST_CASE("duplicate keys are problems at the second one, at every level") {
  CHECK(problems_of("a: 1\nb: 2\na: 3\n") == "3:1 duplicate key \"a\" (first in line 1)\n");
  CHECK(problems_of("x:\n  - {k: 1, k: 2}\n") == "2:12 duplicate key \"k\" (first in line 2)\n");
  CHECK(problems_of("a: 1\n'a': 2\n\"a\": 3\n") ==
        "2:1 duplicate key \"a\" (first in line 1)\n3:1 duplicate key \"a\" (first in line 1)\n");
  const Document document = parse("a: 1\na: 2\n", "f");
  CHECK(document.root.entries.size() == 1);
  CHECK(document.root.find("a")->text == "1");
}

TEST_CASE("aliases, anchors and tags are problems with their place") {
  CHECK(problems_of("a: &x 1\nb: *x\n") == "1:4 anchors (&name) are not allowed\n2:4 aliases (*name) are not allowed\n");
  CHECK(problems_of("a: &x {b: 1}\n") == "1:4 anchors (&name) are not allowed\n");
  CHECK(problems_of("a: &x\n  - 1\n") == "1:4 anchors (&name) are not allowed\n");
  CHECK(problems_of("a: &x\n") == "1:4 anchors (&name) are not allowed\n");
  CHECK(problems_of("base: &b {x: 1}\nc:\n  <<: *b\n") ==
        "1:7 anchors (&name) are not allowed\n3:7 aliases (*name) are not allowed\n");
  CHECK(problems_of("a: !!str 1\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: !local x\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: ! x\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: ! 'x'\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: !<tag:x,2000:y> x\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: !!map {b: 1}\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: !!seq [1]\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("a: !!str\n") == "1:4 tags (!name) are not allowed\n");
  CHECK(problems_of("!!str a: 1\n") == "1:1 tags (!name) are not allowed\n");
  CHECK(problems_of("&k a: 1\n") == "1:1 anchors (&name) are not allowed\n");
  CHECK(problems_of("a: '!'\nb: '!x'\nc: \"& *\"\n").empty());
}

TEST_CASE("keys are words") {
  CHECK(problems_of("? [a, b]\n: 1\n") == "1:3 a key must be a word (put null and ~ in quotes)\n");
  CHECK(problems_of("? {a: b}\n: 1\n") == "1:3 a key must be a word (put null and ~ in quotes)\n");
  CHECK(problems_of("{[a]: 1, c: 2}\n") == "1:2 a key must be a word (put null and ~ in quotes)\n");
  CHECK(problems_of("~: 1\nb: 2\n") == "1:1 a key must be a word (put null and ~ in quotes)\n");
  CHECK(problems_of("null: 1\n") == "1:1 a key must be a word (put null and ~ in quotes)\n");
  CHECK(problems_of("'null': 1\n'': 2\n1: 3\n").empty());
}

TEST_CASE("a second document, or text after the first, is a problem") {
  CHECK(problems_of("a: 1\n---\nb: 2\n") == "2:1 a second document is not allowed\n");
  CHECK(problems_of("a: 1\n...\n---\nb: 2\n") == "3:1 a second document is not allowed\n");
  CHECK(problems_of("---\n---\n") == "2:1 a second document is not allowed\n");
  CHECK(problems_of("a: 1\n...\nb: 2\n") == "3:1 text after the end of the document\n");
  CHECK(problems_of("[a]\nb\n") == "2:1 text after the end of the document\n");
}

TEST_CASE("sixty-four levels are enough") {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  CHECK(problems_of(nested(64)).empty());
  CHECK(problems_of(nested(65)) == "1:65 more than 64 levels deep\n");
  CHECK(problems_of(nested(100000)) == "1:65 more than 64 levels deep\n");
  CHECK(problems_of(std::string(100000, '[')).ends_with(" more than 64 levels deep\n"));
  CHECK(problems_of(std::string(100000, '{')).ends_with(" more than 64 levels deep\n"));
  std::string block;
  for (std::size_t i = 0; i < 65; ++i) block += std::string(i, ' ') + "a:\n";
  CHECK(problems_of(block + std::string(65, ' ') + "b: 1\n") == "65:65 more than 64 levels deep\n");
}

TEST_CASE("what is not text is refused where it is") {
  CHECK(problems_of("a: 1\nb: \xFF\n") == "2:4 not valid UTF-8\n");
  CHECK(problems_of("ä: \xC3") == "1:4 not valid UTF-8\n");
  CHECK(problems_of("äö: \xC3\x28 x\n") == "1:5 not valid UTF-8\n");
  CHECK(problems_of("a: 1\0\n"s) == "1:5 a NUL character is not allowed\n");
  CHECK(problems_of("a: \"x\\0y\"\n") == "1:4 a NUL character is not allowed\n");
  CHECK(problems_of("a: \"x\\Ny\"\n") == "1:4 the escapes \\N and \\_ are not known; write \\u0085 and \\u00A0\n");
  CHECK(problems_of("a: 1\nb: x\x1b[2J\n") == "2:5 a control character is not allowed\n");
  CHECK(problems_of("a: 1\n\x04"
                    "b: 2\n") == "2:1 a control character is not allowed\n");
  CHECK(problems_of("a: x\x7f\n") == "1:5 a control character is not allowed\n");
  CHECK(problems_of("\xFF\xFE"
                    "a\0"s) == "1:1 not valid UTF-8\n");
  CHECK(problems_of(std::string((1U << 20U) + 1, 'a')) == "1:1 larger than 1048576 bytes\n");
  CHECK(problems_of("a: " + std::string((1U << 20U) - 3, 'x')).empty());
}

TEST_CASE("broken syntax is a problem with line and column") {
  for (const std::string text : {"a: [1, 2\n",
                                 "a: {b: 1\n",
                                 "a: 'x\n",
                                 "a: \"x\n",
                                 "a: \"\\q\"\n",
                                 "a: b: c\n",
                                 "a: 1\n b: 2\n",
                                 "- a\nb: 1\n",
                                 "a: [1}\n",
                                 "]\n",
                                 "}\n",
                                 "a: *\n",
                                 "a: &\n",
                                 "a: *missing\n",
                                 "a:\n\t- b\n",
                                 "%YAML 9.9\n---\na: 1\n",
                                 "a: |x\n  b\n",
                                 "a: @b\n",
                                 "a: `b`\n",
                                 "a: %b\n",
                                 "\"a\n",
                                 "a: \"\\ud800\"\n",
                                 "a: \"\\x4\"\n",
                                 "- - - a\n - b\n",
                                 "{a: 1, b}: c: d\n",
                                 "a: 'x' y\n"}) {
    CAPTURE(text);
    const Document document = parse(text, "f");
    CHECK_FALSE(document.problems.empty());
    if (document.problems.empty()) continue;
    CHECK(document.problems[0].line >= 1);
    CHECK(document.problems[0].column >= 1);
    CHECK_FALSE(document.problems[0].message.empty());
  }
  CHECK(problems_of("a: 1\nb: 'x\n") == "2:4 the quote is never closed\n");
  CHECK(problems_of("a: 1\nb: \"x\\\"\n") == "2:4 the quote is never closed\n");
  CHECK(problems_of("a: 1\nb: 'it''s\n\n") == "2:4 the quote is never closed\n");
  CHECK(problems_of("c: ''\nd: '''\n") == "2:4 the quote is never closed\n");
  CHECK(problems_of("'a: 1\n") == "1:1 the quote is never closed\n");
  CHECK(problems_of("a: 'it''s'\nb: \"a\\\"b\\\\\"\nc: ''\n'd ''': \"\"").empty());
  CHECK(problems_of("a: 1\nb: c: d\n").starts_with("2:5 "));
}

TEST_CASE("a hostile file does not flood the problems") {
  std::string text;
  for (int i = 0; i < 50000; ++i) text += "a: *x\n";
  CHECK(parse(text, "f").problems.size() <= 100);
  text.clear();
  for (int i = 0; i < 100000; ++i) text += "a: 1\n";
  CHECK(parse(text, "f").problems.size() == 100);
}

TEST_CASE("many different keys take no quadratic time") {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += fmt::format("k{}: 1\n", i);
  CHECK(root_of(text).entries.size() == 100000);
}

TEST_CASE("no bytes make parse() throw") {
  std::mt19937 random(11);
  const std::string alphabet = "ab:-?[]{},&*!|>'\"%@`#~ \t\n\r\\0x.\xC3\xA4\xFF";
  std::uniform_int_distribution<std::size_t> pick(0, alphabet.size() - 1);
  std::uniform_int_distribution<std::size_t> length(0, 60);
  for (int round = 0; round < 30000; ++round) {
    std::string text;
    for (std::size_t i = length(random); i > 0; --i) text += alphabet[pick(random)];
    CAPTURE(text);
    const Document document = parse(text, "f");
    for (const Problem& problem : document.problems) REQUIRE((problem.line >= 1 && problem.column >= 1));
  }
}

namespace {

struct Reading {
  explicit Reading(const std::string& text) : document(parse(text, "acme.yaml")) { REQUIRE(document.problems.empty()); }
  MapReader reader() { return MapReader(document.root, "schedule", document.file, document.problems); }
  [[nodiscard]] std::string problems() const { return describe(document.problems); }
  Document document;
};

}  // namespace

TEST_CASE("a reader takes what it knows and reports the rest with a suggestion") {
  Reading reading("name: spend\ntiem: 06:00\nlookback: 7\nactive: true\nto: [a, 'b']\none: c\nnothing:\n");
  MapReader reader = reading.reader();
  CHECK(reader.required_text("name") == "spend");
  CHECK(reader.text("time", "05:00") == "05:00");
  CHECK(reader.integer("lookback", 1, 1, 92) == 7);
  CHECK(reader.integer("absent", 5, 1, 92) == 5);
  CHECK_FALSE(reader.optional_integer("absent", 1, 92).has_value());
  CHECK(reader.boolean("active", false));
  CHECK(reader.boolean("absent", true));
  CHECK(reader.text_list("to") == std::vector<std::string>{"a", "b"});
  CHECK(reader.text_list("one") == std::vector<std::string>{"c"});
  CHECK(reader.text_list("absent").empty());
  CHECK(reader.child("nothing") == nullptr);
  CHECK_FALSE(reader.optional_text("nothing").has_value());
  CHECK(reader.has("nothing"));
  CHECK_FALSE(reader.has("absent"));
  reader.finish();
  CHECK(reading.problems() == "acme.yaml:2:1: unknown key \"tiem\" (did you mean \"time\"?)");
}

TEST_CASE("a reader reports everything that is wrong, not the first") {
  Reading reading(
      "name: ''\nlookback: 93\nweeks: '7'\nmonths: 010\nyears: 1e3\nactive: yes\nquoted: 'true'\nto: {a: 1}\nlist: [a, [b], "
      "~]\ntext: [x]\n\"e\\x1bvil\": 1\n");
  MapReader reader = reading.reader();
  CHECK(reader.required_text("name").empty());
  CHECK(reader.required_text("report").empty());
  CHECK(reader.integer("lookback", 1, 1, 92) == 1);
  CHECK(reader.integer("weeks", 2, 1, 92) == 2);
  CHECK(reader.integer("months", 3, 1, 92) == 3);
  CHECK(reader.integer("years", 4, 1, 92) == 4);
  CHECK_FALSE(reader.boolean("active", false));
  CHECK_FALSE(reader.boolean("quoted", false));
  CHECK(reader.text_list("to").empty());
  CHECK(reader.text_list("list") == std::vector<std::string>{"a"});
  CHECK(reader.text("text", "d") == "d");
  reader.problem_at("lookback", "ex\ttra");
  reader.finish();
  CHECK(reading.problems() ==
        "acme.yaml:1:7: name must not be empty\n"
        "acme.yaml:1:1: schedule needs the key \"report\"\n"
        "acme.yaml:2:11: lookback must be a whole number from 1 to 92, not \"93\"\n"
        "acme.yaml:3:8: weeks must be a whole number from 1 to 92, not \"7\"\n"
        "acme.yaml:4:9: months must be a whole number from 1 to 92, not \"010\"\n"
        "acme.yaml:5:8: years must be a whole number from 1 to 92, not \"1e3\"\n"
        "acme.yaml:6:9: active must be true or false, not \"yes\"\n"
        "acme.yaml:7:9: quoted must be true or false, not \"true\"\n"
        "acme.yaml:8:5: to must be a list, not a map\n"
        "acme.yaml:9:11: list must be a list of texts, not of a list\n"
        "acme.yaml:9:16: list must be a list of texts, not of nothing\n"
        "acme.yaml:10:7: text must be text, not a list\n"
        "acme.yaml:2:11: ex\\x09tra\n"
        "acme.yaml:11:1: unknown key \"e\\x1bvil\"");
}

TEST_CASE("a reader of something else than a map says so once, and nothing reads as an empty map") {
  Reading list("- a\n");
  MapReader reader = list.reader();
  reader.text("a");
  reader.finish();
  CHECK(list.problems() == "acme.yaml:1:1: schedule must be a map, not a list");
  Reading nothing("");
  MapReader empty = nothing.reader();
  CHECK(empty.text("a", "b") == "b");
  empty.finish();
  CHECK(nothing.problems().empty());
}

TEST_CASE("the smallest and largest integers are read, and nothing beyond") {
  Reading reading("a: -9223372036854775808\nb: 9223372036854775808\nc: -0\nd: 0\ne: -010\n");
  MapReader reader = reading.reader();
  constexpr long long kLow = std::numeric_limits<long long>::min();
  constexpr long long kHigh = std::numeric_limits<long long>::max();
  CHECK(reader.integer("a", 1, kLow, kHigh) == kLow);
  CHECK(reader.integer("b", 1, kLow, kHigh) == 1);
  CHECK(reader.integer("c", 1, kLow, kHigh) == 0);
  CHECK(reader.integer("d", 1, kLow, kHigh) == 0);
  CHECK(reader.integer("e", 1, kLow, kHigh) == 1);
  CHECK(reading.document.problems.size() == 2);
}
