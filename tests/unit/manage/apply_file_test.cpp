// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/manage/apply_file.hpp"

using namespace reportctl;

namespace {

manage::ApplyInput read(const std::string& text) {
  manage::ApplyInput input;
  manage::read_apply_file(text, "acme.yaml", input);
  return input;
}

}  // namespace

TEST_CASE("a file says accounts, members and schedules with the fields of the commands") {
  const auto input = read(R"(accounts:
  - id: acme
    name: Acme Ltd
    timezone: Australia/Sydney
    source: fleet
    key: 7f3c
    features: [ocpp-logs]
    brand: {name: Acme, color: "#1a6b3c"}
    members:
      - {name: Ann, email: ann@example.com, role: owner, login: ann}
      - {name: Bo, role: manager, sites: ["depot:north"]}
schedules:
  - name: overloads
    account: acme
    scope: depot:north
    report: circuit-capacity-allocation
    cadence: daily
    at: 05:00
    lookback: 7
    params: {circuits: [c1, c2], mode: summary}
    extra: {note: "7", limit: 7}
    to: [ops@example.com, Site Lead <lead@example.com>]
)");
  CHECK(yaml::describe(input.problems).empty());
  REQUIRE(input.accounts.size() == 1);
  const auto& account = input.accounts[0];
  CHECK(account.place.str() == "acme.yaml:2");
  CHECK(account.account.key == "7f3c");
  CHECK(account.account.features == std::set<std::string>{"ocpp-logs"});
  CHECK(account.account.brand.color == "#1a6b3c");
  REQUIRE(account.members.has_value());
  REQUIRE(account.members->size() == 2);
  CHECK((*account.members)[0].member.role == access::Role::owner);
  CHECK((*account.members)[1].member.sites == std::vector{*schedule::Scope::parse("depot:north")});
  REQUIRE(input.schedules.size() == 1);
  const auto& draft = input.schedules[0].draft;
  CHECK(input.schedules[0].place.str() == "acme.yaml:13");
  CHECK(draft.at == "05:00");
  CHECK(draft.request.lookback == "7");
  CHECK(draft.request.parameters == schedule::Parameters{{"circuits", {"c1", "c2"}}, {"mode", {"summary"}}});
  CHECK(draft.extra == R"({"note":"7","limit":7})");
  CHECK(draft.recipients.size() == 2);
  CHECK_FALSE(input.schedules[0].active.has_value());
}

TEST_CASE("every problem of a file is told at once, with line and column") {
  const auto input = read(R"(accounts:
  - id: acme
    tiemzone: UTC
    members:
      - {name: Ann, role: ownr}
schedules:
  - {name: a, account: acme, report: sales, cadence: daily, at: "06:00", activ: true}
)");
  REQUIRE(input.problems.size() == 3);
  CHECK(input.problems[0].line == 5);
  CHECK(input.problems[0].message.find("did you mean \"owner\"") != std::string::npos);
  CHECK(input.problems[1].line == 3);
  CHECK(input.problems[1].message.find("tiemzone") != std::string::npos);
  CHECK(input.problems[2].line == 7);
}

TEST_CASE("what is there twice is a problem, across files too") {
  manage::ApplyInput input;
  const std::string text =
      "accounts: [{id: acme}]\nschedules:\n  - {name: a, account: acme, report: sales, cadence: daily, at: 06:00}\n";
  manage::read_apply_file(text, "one.yaml", input);
  CHECK(input.problems.empty());
  manage::read_apply_file(text, "two.yaml", input);
  REQUIRE(input.problems.size() == 2);
  CHECK(input.problems[0].str().find("two.yaml:1") == 0);
  CHECK(input.problems[0].message.find("one.yaml:1") != std::string::npos);
  CHECK(input.problems[1].message.find("one.yaml:3") != std::string::npos);
}

TEST_CASE("two members with one login are told apart from two of one name") {
  const auto input = read(
      "accounts:\n  - id: a\n    members:\n      - {name: X, role: viewer, login: x}\n      - {name: X, role: viewer}\n"
      "      - {name: Y, role: viewer, login: x}\n");
  REQUIRE(input.problems.size() == 1);
  CHECK(input.problems[0].line == 6);
}

TEST_CASE("saying nothing about members is not the same as saying that there are none") {
  const auto input = read("accounts: [{id: a}, {id: b, members: []}]\n");
  REQUIRE(input.accounts.size() == 2);
  CHECK_FALSE(input.accounts[0].members.has_value());
  REQUIRE(input.accounts[1].members.has_value());
  CHECK(input.accounts[1].members->empty());
}

TEST_CASE("a system admin cannot be made by a file") {
  const auto input = read("accounts: [{id: a, members: [{name: X, role: system_admin}]}]\n");
  REQUIRE(input.problems.size() == 1);
  CHECK(input.problems[0].message.find("member add") != std::string::npos);
}

TEST_CASE("no input crashes the reader of files") {
  for (const char* text : {"", "[]", "42", "accounts: 5", "accounts: [5]", "schedules: {a: b}", "schedules: [[]]", "a: b: c",
                           "schedules: [{params: [1]}]", "schedules: [{to: {a: b}}]", "accounts: [{members: 3}]",
                           "accounts: [{brand: x}]", "\xff\xfe"}) {
    CAPTURE(text);
    const auto input = read(text);
    CHECK(input.problems.empty() == (std::string_view(text).empty()));
  }
}
