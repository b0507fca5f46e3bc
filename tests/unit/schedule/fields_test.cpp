// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "reportctl/schedule/fields.hpp"

using namespace reportctl;
using namespace reportctl::schedule;

namespace {

Definition every_field() {
  Definition definition;
  definition.name = "spend";
  definition.account = "shop";
  definition.description = "for the CFO";
  definition.report = "customer-spend";
  definition.scope = {.kind = ScopeKind::depot, .site = "north"};
  definition.cadence = {.kind = CadenceKind::weekly,
                        .on = *Weekdays::parse("sun"),
                        .day = *MonthDay::parse("31"),
                        .months = *Months::parse("jan,apr"),
                        .weeks = 2,
                        .start = parse_date("2027-01-08"),
                        .end = parse_date("2028-01-07")};
  definition.at = {TimeOfDay{.hour = 7, .minute = 30}, TimeOfDay{.hour = 13, .minute = 0}};
  definition.calendar = "de";
  definition.timezone = "Europe/Berlin";
  definition.window = NamedRange::last_7d;
  definition.lookback = 14;
  definition.format = "xlsx";
  definition.columns = {"b", "a"};
  definition.csv = {.bom = true, .crlf = false, .labels = {}, .guard = {}, .delimiter = "tab", .decimal = {}};
  definition.parameters = {{"mode", {"summary"}}, {"none", {}}};
  definition.extra = R"({"k":1})";
  definition.recipients.mailboxes = {*Mailbox::parse("\"Lead, Site\" <lead@example.com>"), *Mailbox::parse("ann@example.com")};
  definition.parts.rows = {{"s1", {.to = {"a@example.com"}, .values = {{"mode", "summary"}}}}, {"s2", {}}};
  definition.also = {{.report = "stock",
                      .window = "last_week",
                      .format = "pdf,csv",
                      .sheet = "Stock",
                      .parameters = {{"site", {"n", "s"}}},
                      .columns = {"sku", "a=b"}},
                     {.report = "spend", .window = {}, .format = {}, .sheet = {}}};
  definition.workbook = true;
  definition.title = "The week";
  definition.language = "de";
  definition.reply_to = "desk@example.com";
  definition.subject = "{report}";
  definition.intro = "Good morning,\n\nhere it is.";
  definition.file_name = "spend-{month}";
  definition.no_data = NoData::skip;
  definition.send = *Condition::parse("count > 10 or changed");
  definition.again = *Again::parse("36h");
  definition.all_clear = true;
  definition.wait = std::chrono::minutes(150);
  definition.late = Late::send;
  definition.retries = 0;
  definition.missed = Missed::all;
  definition.active = false;
  return definition;
}

}  // namespace

TEST_CASE("every field is the same again after text and after JSON") {
  const auto given = every_field();
  Definition from_text, from_json;
  for (const auto& field : fields()) {
    CAPTURE(field.name);
    const auto text = field.text(given);
    CHECK_FALSE(text.empty());
    CHECK(field.read(text, from_text));
    CHECK(field.read(read_json(to_json(field.kind, text)), from_json));
  }
  CHECK(from_text == given);
  CHECK(from_json == given);
}

TEST_CASE("a field of which nothing is said has its default") {
  Definition definition = every_field();
  definition.format = "csv";
  for (const auto& field : fields())
    if (field.name != "format") CHECK(field.read(read_json(nullptr), definition));
  CHECK(definition == Definition{});
}

TEST_CASE("a draft of a definition has every field as people write it") {
  const auto draft = draft_of(every_field());
  CHECK(draft.request.on == "sun");
  CHECK(draft.request.window == "last_7d");
  CHECK(draft.request.lookback == "14");
  CHECK(draft.recipients == std::vector<Recipient>{"\"Lead, Site\" <lead@example.com>", "ann@example.com"});
  CHECK(draft.no_data == "skip");
  for (const auto& field : fields()) {
    CAPTURE(field.name);
    CHECK(field.written(draft) == field.text(every_field()));
  }
}

TEST_CASE("texts that are not values of their fields are refused") {
  Definition definition;
  const std::vector<std::pair<const char*, const char*>> wrong = {
      {"scope", "garden"}, {"cadence", "hourly"}, {"on", "someday"},  {"at", "noon"},         {"window", "ever"},
      {"lookback", "x"},   {"to", "nobody"},      {"no_data", "?"},   {"active", "perhaps"},  {"retries", "x"},
      {"missed", "never"}, {"send", "count"},     {"again", "never"}, {"all_clear", "maybe"}, {"workbook", "maybe"},
      {"wait", "long"},    {"late", "skip"}};
  for (const auto& [name, text] : wrong) {
    CAPTURE(name);
    CHECK_FALSE(field(name).read({.values = {text}, .named = {}}, definition));
  }
  CHECK_FALSE(field("csv").read({.values = {}, .named = {{"quotes", {"true"}}}}, definition));
}

TEST_CASE("JSON records have numbers, flags, lists and nulls where people expect them") {
  const auto json = [](std::string_view name, const Definition& definition) {
    return to_json(field(name).kind, field(name).text(definition)).dump();
  };
  CHECK(json("lookback", every_field()) == "14");
  CHECK(json("active", every_field()) == "false");
  CHECK(json("columns", every_field()) == R"(["b","a"])");
  CHECK(json("csv", every_field()) == R"({"bom":true,"crlf":false,"delimiter":"tab"})");
  CHECK(json("params", every_field()) == R"({"mode":["summary"],"none":[]})");
  CHECK(json("description", {}) == R"("")");
  CHECK(json("subject", {}) == "null");
  CHECK(json("send", every_field()) == R"("count > 10 or changed")");
  CHECK(json("wait", every_field()) == R"("2h30m")");
  CHECK(json("all_clear", every_field()) == "true");
  CHECK(json("all_clear", {}) == "false");
  CHECK(json("day", {}) == "null");
  CHECK(json("also", {}) == "[]");
  CHECK(json("also", every_field()) ==
        R"([{"report":"stock","window":"last_week","format":"pdf,csv","sheet":"Stock","params":{"site":["n","s"]},)"
        R"("columns":["sku","a=b"]},{"report":"spend"}])");
  CHECK(json("workbook", {}) == "false");
}
