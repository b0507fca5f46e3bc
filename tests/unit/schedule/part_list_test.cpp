// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/part_list.hpp"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "reportctl/schedule/fields.hpp"

using namespace reportctl;
using namespace reportctl::schedule;

TEST_CASE("rows of one key, alike but in their addresses, are one part") {
  PartList::Rows rows;
  CHECK(add_row(rows, {{"key", " s1 "}, {"to", "a@example.com"}, {"name", "Ann, Dr."}, {"store", "x"}, {"format", ""}}).empty());
  CHECK(add_row(rows, {{"key", "s1"}, {"to", "b@example.com"}, {"store", "x"}}).empty());
  CHECK(add_row(rows, {{"key", "s2"}, {"store", "y"}}).empty());
  REQUIRE(rows.size() == 2);
  CHECK(rows.at("s1").to == std::vector<std::string>{"\"Ann, Dr.\" <a@example.com>", "b@example.com"});
  CHECK(rows.at("s1").values == std::map<std::string, std::string>{{"store", "x"}});
  CHECK(rows.at("s1").problem.empty());
  CHECK(rows.at("s2").to.empty());
  CHECK(add_row(rows, {{"key", "s1"}, {"to", "c@example.com"}, {"store", "y"}}).empty());
  CHECK(rows.at("s1").problem == "the rows of s1 differ in more than to and name");
}

TEST_CASE("a row without a key is worth nothing, and so is one whose key cannot be shown") {
  PartList::Rows rows;
  CHECK(add_row(rows, {{"to", "a@example.com"}}) == "a row has no key");
  CHECK(add_row(rows, {{"key", "  "}}) == "a row has no key");
  CHECK(add_row(rows, {{"key", "a\nb"}}) == "the key \"a\\x0ab\" is longer than 100 bytes or has control characters");
  CHECK_FALSE(add_row(rows, {{"key", std::string(101, 'x')}}).empty());
  CHECK(add_row(rows, {{"key", std::string(100, 'x')}}).empty());
}

TEST_CASE("a list is a field of schedules in every form") {
  const auto& recipients = field("recipients");
  Definition named, written;
  named.parts.module = "people";
  written.parts.rows = {{"s1", {.to = {"Ann <a@example.com>", "b@example.com"}, .values = {{"store", "a=b"}}}}, {"s2", {}}};
  for (const auto* definition : {&named, &written}) {
    const auto text = recipients.text(*definition);
    CHECK_FALSE(text.empty());
    CHECK(read_json(to_json(recipients.kind, text)) == text);
    Definition back;
    CHECK(recipients.read(text, back));
    CHECK(back == *definition);
    CHECK(draft_of(*definition).parts == definition->parts);
  }
  CHECK(to_json(recipients.kind, recipients.text(named)) == "people");
  CHECK(to_json(recipients.kind, recipients.text(written)).dump() ==
        R"([{"key":"s1","to":["Ann <a@example.com>","b@example.com"],"store":"a=b"},{"key":"s2","to":[]}])");
  CHECK(to_json(recipients.kind, {}).is_null());
}

TEST_CASE("a time of the wall in another zone is that of its own day, also where a gap takes it") {
  const auto at = [](const char* text) { return parse_instant(text).value(); };
  const Zone berlin = Zone::find("Europe/Berlin").value(), london = Zone::find("Europe/London").value();
  CHECK(same_wall_time(at("2026-03-23T06:30:00Z"), berlin, london) == at("2026-03-23T07:30:00Z"));
  CHECK(same_wall_time(at("2026-03-22T23:30:00Z"), berlin, london) == at("2026-03-23T00:30:00Z"));
  CHECK(same_wall_time(at("2026-03-29T00:30:00Z"), berlin, london) == at("2026-03-29T01:00:00Z"));  // 01:30 is not there
}
