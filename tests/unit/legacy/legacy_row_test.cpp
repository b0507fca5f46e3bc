// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "reportctl/legacy/legacy_row.hpp"

using namespace reportctl;

namespace {

legacy::LegacyRow read(const std::string& text, std::set<std::string> ignored = {}) {
  return legacy::read_legacy_row(legacy::Json::parse(text), {.file = "old.json", .number = 1, .ignored = std::move(ignored)});
}

bool has(const legacy::LegacyRow& row, const std::string& code, const std::string& field) {
  return std::any_of(row.problems.begin(), row.problems.end(),
                     [&](const legacy::ImportProblem& problem) { return problem.code == code && problem.field == field; });
}

/// A row of scheduled_reports with some of its columns replaced.
legacy::LegacyRow outreach(const std::string& changes, std::set<std::string> ignored = {}) {
  auto row = legacy::Json::parse(R"({"id": "r1", "tenant_id": "t1", "workspace_id": "w1", "name": "n", "frequency": "weekly",
    "day_of_week": 0, "time": "18:00:00", "report_type": "campaign", "format": "csv", "recipients": ["a@example.com"]})");
  row.update(legacy::Json::parse(changes));
  return read(row.dump(), std::move(ignored));
}

}  // namespace

TEST_CASE("a fleet schedule is read with all of its fields") {
  const auto row = read(R"({"id": 41, "name": " Morning ", "description": "d", "reportType": "SITE_POWER", "accountId": 7,
    "depotId": "north", "recipients": ["a@example.com", {"email": "b@example.com", "name": "Bo"}], "time": "06:00",
    "timezone": "Australia/Sydney", "daily": true, "lookbackDays": 14, "format": "csv", "isActive": false,
    "createdBy": "bo", "nextRunAt": "2026-03-17T06:00:00Z"})");
  CHECK(row.problems.empty());
  CHECK(row.system == "fleet");
  CHECK(row.id == "41");
  CHECK(row.tenant == "7");
  CHECK(row.draft.name == "Morning");
  CHECK(row.draft.description == "d");
  CHECK(row.draft.request.report == "site-power");
  CHECK(row.draft.request.scope == "depot:north");
  CHECK(row.draft.recipients == std::vector<schedule::Recipient>{"a@example.com", "Bo <b@example.com>"});
  CHECK(row.draft.at == "06:00");
  CHECK(row.draft.request.timezone == "Australia/Sydney");
  CHECK(row.draft.request.cadence == "daily");
  CHECK(row.draft.request.lookback == "14");
  CHECK_FALSE(row.draft.active);
  CHECK(legacy::Json::parse(row.draft.extra) ==
        legacy::Json::parse(
            R"({"imported_from": {"system": "fleet", "id": "41", "created_by": "bo", "next_run_at": "2026-03-17T06:00:00Z"}})"));
}

TEST_CASE("every spelling of the two fleet reports is known, and no other report") {
  for (const auto* word : {"SITE_POWER", "Site Power Report", "Site Power", "site-power", "sitePower", "SitePowerReport"})
    CHECK(read(fmt::format(R"({{"reportType": "{}"}})", word)).draft.request.report == "site-power");
  for (const auto* word : {"DAILY_EV_LOAD", "Daily EV Load Report", "daily-ev-load", "dailyEVLoad"})
    CHECK(read(fmt::format(R"({{"reportType": "{}"}})", word)).draft.request.report == "daily-ev-load");
  for (const auto* word : {"CHARGING_SESSIONS", "report", "", "site power 2"})
    CHECK(has(read(fmt::format(R"({{"reportType": "{}"}})", word)), "report_unknown", "reportType"));
}

TEST_CASE("the generic configuration may stand in a config of its own, but not twice") {
  const auto row =
      read(R"({"reportType": "SITE_POWER", "depotId": "n", "config": {"time": "05:30", "recipients": "a@x.org; b@x.org"}})");
  CHECK(row.problems.empty());
  CHECK(row.draft.at == "05:30");
  CHECK(row.draft.recipients == std::vector<schedule::Recipient>{"a@x.org", "b@x.org"});
  CHECK(row.draft.name == "site-power-n");
  CHECK(has(read(R"({"reportType": "SITE_POWER", "time": "1", "config": {"time": "05:30"}})"), "row_invalid", "config.time"));
}

TEST_CASE("a fleet schedule that is not daily is refused") {
  CHECK(has(read(R"({"reportType": "SITE_POWER", "daily": false})"), "cadence_not_allowed", "daily"));
  CHECK(read(R"({"reportType": "SITE_POWER", "frequency": "WEEKLY"})").draft.request.cadence == "weekly");
}

TEST_CASE("a commerce schedule is read in its own spellings, at its own time") {
  const auto row = read(R"({"id": "s1", "companyId": "shop", "reportType": "ORDERS_EXPORT", "cadence": "WEEKLY", "format": "pdf",
    "mode": "line-items", "dayOfWeek": 7, "dayOfMonth": 3, "recipients": ["a@example.com"], "isActive": false,
    "nextRunAt": "2026-03-17T00:00:00Z", "lastRunStatus": "failed", "lastRunError": "no", "failureCount": 2, "createdById": "u1"})");
  CHECK(row.problems.empty());
  CHECK(row.system == "commerce");
  CHECK(row.tenant == "shop");
  CHECK(row.draft.name == "orders-export-line-items");
  CHECK(row.draft.request.report == "orders-export");
  CHECK(row.draft.request.parameters == schedule::Parameters{{"mode", {"line-items"}}});
  CHECK(row.draft.request.cadence == "weekly");
  CHECK(row.draft.request.on == "7");
  CHECK_FALSE(row.draft.request.day);
  CHECK(row.draft.at == "00:00");
  CHECK(row.draft.request.timezone == "UTC");
  CHECK_FALSE(row.draft.active);
  CHECK(row.draft.extra.find("\"day_of_month\":3") != std::string::npos);
  CHECK(read(R"({"reportType": "Sales", "cadence": "daily", "recipients": "a@example.com"})").draft.name == "sales");
}

TEST_CASE("a refused report keeps its name for the record") {
  const auto row = read(R"({"reportType": "Charge Point", "accountId": "a"})");
  CHECK(has(row, "report_unknown", "reportType"));
  CHECK(row.draft.request.report == "Charge Point");
}

TEST_CASE("days of the week count from Sunday, which is 0") {
  const char* days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
  for (int day = 0; day < 7; ++day) CHECK(outreach(fmt::format(R"({{"day_of_week": {}}})", day)).draft.request.on == days[day]);
  for (const auto* wrong : {"7", "-1", "\"sunday\"", "1.5"})
    CHECK(has(outreach(fmt::format(R"({{"day_of_week": {}}})", wrong)), "day_of_week_required", "day_of_week"));
}

TEST_CASE("days of another frequency are set aside, not lost") {
  const auto row = outreach(R"({"frequency": "monthly", "day_of_month": 31})");
  CHECK(row.problems.empty());
  CHECK(row.draft.request.day == "31");
  CHECK_FALSE(row.draft.request.on);
  CHECK(legacy::Json::parse(row.draft.extra)["imported_from"]["day_of_week"] == 0);
}

TEST_CASE("a row of scheduled_reports is read with the defaults of its table") {
  const auto row = outreach(R"({"date_range": "LAST_7D", "workspace_id": null})");
  CHECK(row.problems.empty());
  CHECK(row.tenant == "t1");
  CHECK(row.draft.request.scope == "account");
  CHECK(row.draft.request.timezone == "UTC");
  CHECK(row.draft.request.window == "last_7d");
  CHECK(row.draft.at == "18:00:00");  // a time is read in one place, with the other rules
  CHECK(row.draft.active);
  CHECK_FALSE(outreach(R"({"is_active": 0})").draft.active);
  CHECK(outreach(R"({"time": "18:00:30"})").draft.at == "18:00:30");
}

TEST_CASE("config gives parameters, columns and further configuration") {
  for (const auto* config :
       {R"({"parameters": {"a": 1, "b": ["x", true]}, "columns": ["sent"], "note": {"k": 1}})",
        R"("{\"parameters\": {\"a\": 1, \"b\": [\"x\", true]}, \"columns\": [\"sent\"], \"note\": {\"k\": 1}}")"}) {
    const auto row = outreach(fmt::format(R"({{"config": {}}})", config));
    CHECK(row.problems.empty());
    CHECK(row.draft.request.parameters == schedule::Parameters{{"a", {"1"}}, {"b", {"x", "true"}}});
    const auto extra = legacy::Json::parse(row.draft.extra);
    CHECK(row.draft.request.columns == std::vector<std::string>{"sent"});
    CHECK_FALSE(extra.contains("columns"));
    CHECK(extra["note"]["k"] == 1);
    CHECK(extra["imported_from"]["id"] == "r1");
  }
  CHECK(has(outreach(R"({"config": 3})"), "row_invalid", "config"));
  CHECK(has(outreach(R"({"config": "{"})"), "row_invalid", "config"));
  CHECK(has(outreach(R"({"config": {"parameters": []}})"), "row_invalid", "config.parameters"));
  CHECK(has(outreach(R"({"config": {"parameters": {"a": {}}}})"), "row_invalid", "config.parameters.a"));
  CHECK(has(outreach(R"({"config": {"columns": "sent"}})"), "row_invalid", "config.columns"));
  CHECK(has(outreach(R"({"config": {"imported_from": 1}})"), "row_invalid", "config.imported_from"));
}

TEST_CASE("unknown fields are refused, with the one that was meant, unless they are named") {
  const auto row = outreach(R"({"timezon": "UTC", "colour": "red"})");
  REQUIRE(row.problems.size() == 2);
  CHECK(row.problems[0].message == "unknown field (did you mean \"timezone\"?)");
  CHECK(has(row, "row_invalid", "colour"));
  const auto named = outreach(R"({"colour": "red"})", {"colour"});
  CHECK(named.problems.empty());
  CHECK(legacy::Json::parse(named.draft.extra)["imported_from"]["colour"] == "red");
}

TEST_CASE("values of the wrong kind are refused one by one") {
  const auto row = outreach(R"({"name": ["n"], "recipients": 5, "is_active": "yes", "time": {}, "timezone": false})");
  CHECK(row.problems.size() == 5);
  for (const auto* field : {"name", "recipients", "is_active", "time", "timezone"}) CHECK(has(row, "row_invalid", field));
  CHECK(row.unread == std::set<std::string>{"name", "to", "active", "at", "timezone"});
  CHECK(has(outreach(R"({"recipients": ["a@x.org", 5, {"name": "Bo"}]})"), "row_invalid", "recipients[2]"));
  CHECK(has(outreach(R"({"recipients": ["a@x.org", 5, {"name": "Bo"}]})"), "row_invalid", "recipients[3]"));
}

TEST_CASE("what is a schedule of neither system, or of both, is refused") {
  for (const auto* text : {"5", "null", "[]", "{}", R"({"name": "x"})", R"({"reportType": "SITE_POWER", "tenant_id": 1})"})
    CHECK(has(read(text), "row_invalid", "row"));
}

TEST_CASE("a row keeps its id as a schedule, and another row, account or system has another") {
  const auto row = outreach("{}");
  const auto id = legacy::imported_id(row, "acme");
  CHECK(id.size() == 16);
  CHECK(legacy::imported_id(outreach(R"({"name": "other", "time": "05:00"})"), "acme") == id);
  CHECK(legacy::imported_id(row, "shop") != id);
  CHECK(legacy::imported_id(outreach(R"({"id": "r2"})"), "acme") != id);
  CHECK(legacy::imported_id(read(R"({"id": "r1", "reportType": "SITE_POWER"})"), "acme") != id);
  const auto nameless = legacy::imported_id(outreach(R"({"id": null})"), "acme");
  CHECK(nameless != legacy::imported_id(outreach(R"({"id": null, "name": "m"})"), "acme"));
  CHECK(nameless == legacy::imported_id(outreach(R"({"id": null, "time": "05:00"})"), "acme"));
}
