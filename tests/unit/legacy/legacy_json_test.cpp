// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/legacy/legacy_json.hpp"

using namespace reportctl;

namespace {

/// What is said of a text that cannot be read; empty when it can.
std::string complaint(const std::string& text) {
  try {
    legacy::read_legacy_json(text, "old.json");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::invalid);
    return error.what();
  }
  return {};
}

bool says(const std::string& text, const std::string& words) { return complaint(text).find(words) != std::string::npos; }

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

}  // namespace

TEST_CASE("schedules come as an array, in either wrapper, alone, and line by line") {
  CHECK(legacy::read_legacy_json("[]", "f").empty());
  CHECK(legacy::read_legacy_json("[{}, 7, null]", "f").size() == 3);
  CHECK(legacy::read_legacy_json(R"({"schedules": [{"id": 1}], "total": 1})", "f").size() == 1);
  const auto both = legacy::read_legacy_json(R"({"scheduled_reports": [{"id": 2}], "schedules": [{"id": 1}]})", "f");
  REQUIRE(both.size() == 2);
  CHECK(both[0]["id"] == 1);
  CHECK(legacy::read_legacy_json(R"({"reportType": "SITE_POWER"})", "f").size() == 1);
  const auto lines = legacy::read_legacy_json("{\"id\": 1}\n\n{\"id\": 2}\r\n{\"id\": 3}", "f");
  REQUIRE(lines.size() == 3);
  CHECK(lines[2]["id"] == 3);
  CHECK(legacy::read_legacy_json("\xEF\xBB\xBF[{}]", "f").size() == 1);
}

TEST_CASE("what is no JSON is told with line and column, counted in characters") {
  CHECK(says("", "old.json:1:1: "));
  CHECK(says("[\n  {\"id\": 1},\n  {\"id\" 2}\n]", "old.json:3:9: "));
  CHECK(says("[\"\xC3\xA4\xC3\xB6\", x]", "old.json:1:8: "));
  CHECK(says("{\"id\": 1}\n{\"id\": }\n", "old.json:2:8: "));
  CHECK(says("[1e999]", "old.json: "));
  CHECK(says("[\"\xFF\"]", "old.json:1:3: "));
  CHECK(says("[\"" + repeated("x", 100'000), "old.json:1:"));
  CHECK(complaint("[\"" + repeated("x", 100'000)).size() < 400);
}

TEST_CASE("a file without schedules is refused, an empty list is not") {
  CHECK(says("{}", "an array of schedules"));
  CHECK(says("\"x\"", "an array of schedules"));
  CHECK(says(R"({"schedules": {}})", "schedules: an array is expected"));
  CHECK(complaint(R"({"scheduled_reports": []})").empty());
}

TEST_CASE("hostile files end soon and in an error") {
  CHECK(says(repeated("[", 1'000'000), "nests deeper than 32 levels"));
  CHECK(says(repeated("{\"a\":", 1'000'000), "nests deeper than 32 levels"));
  CHECK(says("{\"id\": 1}\n" + repeated("{\"a\":", 1'000'000), "nests deeper than 32 levels"));
  CHECK(says(R"([{"name": "a", "name": "b"}])", "has the key \"name\" twice"));
  std::string wide = "[{";
  for (int i = 0; i < 1001; ++i) wide += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":0";
  CHECK(says(wide + "}]", "more than 1000 keys"));
  CHECK(says("[" + repeated("0,", 100'000) + "0]", "100001 schedules are more than 100000"));
}
