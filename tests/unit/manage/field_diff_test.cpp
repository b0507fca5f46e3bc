// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/manage/field_diff.hpp"

using namespace reportctl;
using Lines = std::vector<std::string>;

TEST_CASE("one value that became another is shown with both") {
  CHECK(manage::diff({{"at", {"06:00"}}}, {{"at", {"07:00"}}}) == Lines{"~ at: 06:00 → 07:00"});
}

TEST_CASE("a value that was not there is added, one that is gone is taken away") {
  CHECK(manage::diff({{"lookback", {"7"}}, {"window", {}}}, {{"lookback", {}}, {"window", {"last_7d"}}}) ==
        Lines{"- lookback: 7", "+ window: last_7d"});
}

TEST_CASE("of a list only what changed is shown") {
  const manage::FieldTexts before = {{"to", {"a@example.com", "b@example.com"}}};
  CHECK(manage::diff(before, {{"to", {"b@example.com", "c@example.com"}}}) ==
        Lines{"+ to: c@example.com", "- to: a@example.com"});
  CHECK(manage::diff(before, {{"to", {"b@example.com", "a@example.com"}}}) == Lines{"~ to: b@example.com, a@example.com"});
  CHECK(manage::diff(before, before).empty());
}

TEST_CASE("a parameter that only one side has is seen from both sides") {
  CHECK(manage::diff({{"params.a", {"1"}}}, {}) == Lines{"- params.a: 1"});
  CHECK(manage::diff({}, {{"params.a", {"1", "2"}}}) == Lines{"+ params.a: 1", "+ params.a: 2"});
}

TEST_CASE("a value cannot forge a line of the difference") {
  CHECK(manage::diff({{"description", {"x"}}}, {{"description", {"y\n+ to: evil@example.com"}}}).size() == 1);
  CHECK(manage::diff({{"description", {"x"}}}, {{"description", {"y\nz"}}})[0].find('\n') == std::string::npos);
}

TEST_CASE("every field of a definition that can be written has its line") {
  schedule::Definition definition;
  definition.name = "spend";
  definition.account = "shop";
  definition.description = "for the CFO";
  definition.report = "customer-spend";
  definition.cadence = {.kind = schedule::CadenceKind::weekly, .on = *schedule::Weekdays::parse("mon")};
  definition.at = {TimeOfDay{7, 30}};
  definition.timezone = "Europe/Berlin";
  definition.window = schedule::NamedRange::last_7d;
  definition.format = "csv";
  definition.columns = {"customer", "revenue"};
  definition.csv.bom = true;
  definition.csv.delimiter = "tab";
  definition.parameters = {{"mode", {"summary"}}};
  definition.extra = R"({"k":1})";
  definition.recipients.mailboxes = {*Mailbox::parse("Ann <ann@example.com>"), *Mailbox::parse("b@example.com")};
  definition.subject = "{report}";
  definition.no_data = schedule::NoData::skip;
  CHECK(manage::diff({}, manage::fields_of(definition)) == Lines{"+ name: spend",
                                                                 "+ description: for the CFO",
                                                                 "+ report: customer-spend",
                                                                 "+ scope: account",
                                                                 "+ cadence: weekly",
                                                                 "+ on: mon",
                                                                 "+ at: 07:30",
                                                                 "+ timezone: Europe/Berlin",
                                                                 "+ window: last_7d",
                                                                 "+ format: csv",
                                                                 "+ columns: customer",
                                                                 "+ columns: revenue",
                                                                 "+ csv.bom: true",
                                                                 "+ csv.delimiter: tab",
                                                                 "+ params.mode: summary",
                                                                 "+ extra: {\"k\":1}",
                                                                 "+ to: Ann <ann@example.com>",
                                                                 "+ to: b@example.com",
                                                                 "+ subject: {report}",
                                                                 "+ no_data: skip",
                                                                 "+ active: true"});
}
