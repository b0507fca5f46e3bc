// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

namespace {

struct Several : World {
  Draft draft = draft_for("x-turnover");
  Several() { draft.also.push_back({.report = "x-campaign", .window = {}, .format = {}, .sheet = {}}); }
  schedule::Also& also() { return draft.also.front(); }
};

}  // namespace

TEST_CASE("a further report has the schedule's format unless it says one, and is kept as it was written") {
  Several world;
  world.draft.request.format = "pdf,csv";
  auto check = check_draft(world.draft, world.context);
  REQUIRE(check.definition);
  REQUIRE(check.also.size() == 1);
  CHECK(check.also[0].format == "pdf");
  CHECK(check.also[0].more_formats.empty());
  CHECK(check.also[0].report->id == "x-campaign");
  CHECK(check.definition->also == std::vector<schedule::Also>{{.report = "x-campaign", .window = {}, .format = {}, .sheet = {}}});
  world.also() = {.report = "x-turnover", .window = "last_month", .format = "excel", .sheet = {}};
  check = check_draft(world.draft, world.context);
  REQUIRE(check.definition);
  CHECK(check.also[0].format == "xlsx");
  CHECK(check.definition->also[0].window == "last_month");
  CHECK(schedule::reports_of(*check.definition) == std::vector<std::string>{"x-turnover"});
}

TEST_CASE("what is wrong with a further report is said at its place, and what is wrong with the schedule once") {
  Several world;
  world.draft.request.timezone = "Mars";
  world.also() = {.report = "x-campain", .window = {}, .format = "docx", .sheet = "Stock"};
  const auto wrong = world.wrong(world.draft);
  CHECK(wrong.find("also[1].report: ") != std::string::npos);
  CHECK(wrong.find("also[1].format: ") != std::string::npos);
  CHECK(wrong.find("also[1].sheet: only a workbook has sheets [files_invalid]") != std::string::npos);
  CHECK(wrong.find("timezone_unknown") == wrong.rfind("timezone_unknown"));
  world.draft.request.timezone.clear();
  world.also() = {.report = "x-turnover", .window = {}, .format = {}, .sheet = {}};
  CHECK(world.wrong(world.draft) ==
        "also[1]: x-turnover would be there twice with the same rows [files_invalid]; leave it out, or give it other parameters, "
        "columns, another window or format");
  world.draft.also.resize(10, world.also());
  CHECK(world.wrong(world.draft) == "also: it names 10 reports [files_invalid]; at most 9 beside the schedule's own");
}

TEST_CASE("a workbook is one XLSX file, whose sheets have different names that spreadsheets take") {
  Several world;
  world.draft.workbook = "true";
  world.draft.request.format.clear();
  const auto check = check_draft(world.draft, world.context);
  REQUIRE_MESSAGE(check.definition, describe(check.violations));
  CHECK(check.definition->format == "xlsx");
  CHECK(check.definition->workbook == true);
  CHECK(check.also[0].format == "xlsx");
  world.draft.request.format = "csv";
  CHECK(world.wrong(world.draft).starts_with("format: a workbook is an XLSX file, not csv [files_invalid]"));
  world.draft.request.format = "xlsx";
  for (const char* name : {"Summary", "history", "a/b", "'a", "123456789 123456789 123456789 12"}) {
    world.also().sheet = name;
    CHECK_MESSAGE(world.wrong(world.draft).starts_with("also[1].sheet: "), name);
  }
  world.also() = {.report = "x-turnover", .window = "last_month", .format = {}, .sheet = {}};
  CHECK(world.wrong(world.draft).find("two sheets would be called") != std::string::npos);
  world.also().sheet = "Month";
  CHECK(world.wrong(world.draft).empty());
  world.draft.also.clear();
  CHECK(world.wrong(world.draft) ==
        "workbook: there is one report only [files_invalid]; name others under also, or leave out workbook");
}

TEST_CASE("the label of a report becomes a name that spreadsheets take") {
  CHECK(sheet_name("Sales") == "Sales");
  CHECK(sheet_name("In/out: [a]") == "In-out- -a-");
  CHECK(sheet_name("'quoted'") == "quoted");
  CHECK(sheet_name("Überstunden je Mitarbeiter und Monat") == "Überstunden je Mitarbeiter und");
  CHECK(sheet_name(std::string(30, 'a') + "\U0001F600") == std::string(30, 'a'));  // two units of UTF-16
}

TEST_CASE("rows give a parameter to each report that has it and does not say another value") {
  World world;
  auto draft = draft_for("x-sessions");
  draft.request.parameters.clear();
  draft.recipients.clear();
  draft.also = {{.report = "x-sessions", .window = {}, .format = {}, .sheet = {}, .parameters = {}, .columns = {"name"}},
                {.report = "x-sessions", .window = {}, .format = {}, .sheet = {}, .parameters = {{"depots", {"south"}}}}};
  auto& row = draft.parts.rows["a"];
  row.to = {"ann@example.com"};
  row.values = {{"depots", "north"}};
  const auto definition = world.definition(draft);
  const auto part = check_part(definition, "a", row, world.context);
  REQUIRE_MESSAGE(part.definition, describe(part.violations));
  REQUIRE(part.also.size() == 2);
  CHECK(part.also[0].parameters.at("depots") == std::vector<std::string>{"north"});
  CHECK(part.also[1].parameters.at("depots") == std::vector<std::string>{"south"});
}
