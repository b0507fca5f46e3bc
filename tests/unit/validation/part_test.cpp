// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

namespace {

using Values = std::vector<std::string>;

/// A schedule with one part, which has this row.
struct Divided : World {
  Draft draft;
  explicit Divided(const std::string& report) : draft(draft_for(report)) {
    draft.recipients.clear();
    row().to = {"ann@example.com"};
  }
  schedule::ListRow& row() { return draft.parts.rows["a"]; }
  DraftCheck part() const { return check_part(definition(draft), "a", draft.parts.rows.at("a"), context); }
  std::string wrong_part() const { return describe(part().violations); }
};

}  // namespace

TEST_CASE("a row gives what the schedule need not have, and replaces what it has") {
  Divided world("x-logins");
  world.draft.request.parameters.clear();
  CHECK(world.wrong(world.draft).starts_with("params.users: x-logins needs users [parameter_required]"));
  world.row().values = {{"users", "u1,u2"}, {"timezone", "Europe/Berlin"}, {"subject", "{key} for {recipient}"}};
  CHECK(world.wrong(world.draft).empty());
  CHECK(world.definition(world.draft).parameters.empty());
  const auto part = world.part().definition.value();
  CHECK(part.parameters == schedule::Parameters{{"users", {"u1", "u2"}}});
  CHECK(part.timezone == "Europe/Berlin");
  CHECK(part.subject == "{key} for {recipient}");
  CHECK(part.recipients.size() == 1);
  CHECK_FALSE(part.parts.given());
  CHECK(part.account == "acme");
}

TEST_CASE("a part sees the rows of its schedule at most") {
  Divided world("x-sessions");
  world.draft.request.scope = "depot:north";
  for (const auto* scope : {"depot:south", "account"}) {
    world.row().values = {{"scope", scope}, {"depots", "all"}};
    if (std::string(scope) != "account") world.row().values.erase("depots");
    CHECK(world.wrong_part().find("is not within depot:north [scope_not_allowed]") != std::string::npos);
    CHECK_FALSE(world.part().definition);
  }
  world.row().values = {{"scope", "depot:north"}};
  CHECK(world.wrong_part().empty());
  world.draft.request.scope = "account";
  world.draft.request.parameters["depots"] = {"all"};
  world.row().values = {{"scope", "depot:south"}};
  CHECK(world.part().definition.value().parameters.empty());  // which a depot does not take
  world.row().values["depots"] = "south";
  CHECK(world.wrong_part().starts_with("params.depots: "));
}

TEST_CASE("a row that breaks rules says all of them") {
  Divided world("x-turnover");
  world.account.allowed_domains = {"example.com"};
  world.row().to = {"ann@evil.example", "bo@example.com", "Bo <bo@example.com>"};
  world.row().values = {{"format", "docx"}, {"timezone", "Mars"}, {"subject", "{nothing}"}};
  const auto wrong = world.wrong_part();
  for (const char* code :
       {"recipient_not_allowed", "recipient_duplicate", "format_not_allowed", "timezone_unknown", "template_invalid"})
    CHECK_MESSAGE(wrong.find(code) != std::string::npos, code, " in ", wrong);
  world.row().problem = "the rows of a differ in more than to and name";
  CHECK(world.wrong_part() ==
        "recipients: the rows of a differ in more than to and name [list_invalid]; give each part a key of its own");
}

TEST_CASE("a schedule has recipients or parts, and the columns of its rows are parameters of the report") {
  Divided world("x-turnover");
  CHECK(world.wrong(world.draft).empty());
  world.draft.recipients = {"ops@example.com"};
  CHECK(world.wrong(world.draft).find("[list_invalid]") != std::string::npos);
  world.draft.recipients.clear();
  world.row().values["shop"] = "s1";
  CHECK(world.wrong(world.draft) ==
        "recipients: its column \"shop\" is not a parameter of x-turnover [list_invalid]; leave it out; this report takes no "
        "parameters");
  world.draft.parts = {.module = "x-turnover", .rows = {}};
  CHECK(world.wrong(world.draft).starts_with("recipients: there is no list \"x-turnover\""));
  world.draft.parts = {};
  CHECK(world.wrong(world.draft) == "to: no recipient [recipient_required]; add at least one address");
  world.draft.recipients = {"ops@example.com"};
  world.draft.subject = "{key}";
  CHECK(world.wrong(world.draft).starts_with("subject: there is no variable {key} [template_invalid]"));
}
