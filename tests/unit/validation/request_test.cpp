// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

TEST_CASE_FIXTURE(World, "report_unknown, with a suggestion") {
  Request request;
  request.report = "x-turnver";
  CHECK(wrong(request) ==
        "report: there is no report \"x-turnver\" (did you mean \"x-turnover\"?) [report_unknown]; `reportctl catalog list` "
        "shows the reports");
  request.report = "X-Sessions Report";  // by its label
  CHECK(wrong(request).find("(did you mean \"x-sessions\"?)") != std::string::npos);
  request.report = "";
  CHECK(wrong(request) == "report: a report is required [report_unknown]; `reportctl catalog list` shows the reports");
}

TEST_CASE_FIXTURE(World, "a report is found by its alias, in any case") {
  CHECK(resolved(request_of("X_TURNOVER")).report->id == "x-turnover");
  CHECK(resolved(request_of("x_turnover")).report->id == "x-turnover");
}

TEST_CASE_FIXTURE(World, "report_hidden gives the module's reason, and nothing else of that module matters") {
  Request request = request_of("x-hidden");
  request.format = "pdf";
  request.parameters["foo"] = {"1"};
  CHECK(wrong(request) ==
        "report: x-hidden cannot be used: the charge point pages are not public yet [report_hidden]; choose another report; "
        "`reportctl catalog "
        "list` shows them");
}

TEST_CASE_FIXTURE(World, "surface_not_allowed") {
  CHECK(wrong(draft_for("x-leads")) ==
        "report: x-leads cannot be scheduled [surface_not_allowed]; it can be run on demand or exported");
  CHECK(wrong(request_of("x-leads")).empty());
}

TEST_CASE_FIXTURE(World, "scope_unknown") {
  Request request = request_of("x-power");
  for (const char* scope : {"", "north", "depo:north", "depot:", "account:acme"}) {
    request.scope = scope;
    CHECK(wrong(request) ==
          fmt::format("scope: \"{}\" is not a scope [scope_unknown]; write account, depot:ID or workspace:ID", scope));
  }
}

TEST_CASE_FIXTURE(World, "scope_not_allowed says to whom the report belongs") {
  Request request = request_of("x-logins");
  request.scope = "depot:north";
  CHECK(wrong(request) == "scope: x-logins belongs to a whole account, not to one depot [scope_not_allowed]; use scope account");
  request = request_of("x-power");
  request.scope = "account";
  CHECK(wrong(request) == "scope: x-power belongs to one depot, not to a whole account [scope_not_allowed]; use scope depot:ID");
  request = request_of("x-campaign");
  request.scope = "depot:north";
  CHECK(
      wrong(request) ==
      "scope: x-campaign belongs to a whole account or one workspace, not to one depot [scope_not_allowed]; use scope account or "
      "workspace:ID");
}

TEST_CASE_FIXTURE(World, "role_not_permitted") {
  context.roles = {access::Role::manager};
  CHECK(wrong(request_of("x-logins")) ==
        "report: x-logins is for the role owner or system_admin; the role here is manager [role_not_permitted]; ask someone with "
        "that role");
  CHECK(wrong(request_of("x-turnover")).empty());
  context.roles = {};
  CHECK(wrong(request_of("x-turnover")) ==
        "report: x-turnover needs a role in this account and scope, and there is none [role_not_permitted]; ask an owner or "
        "admin of the account");
}

TEST_CASE_FIXTURE(World, "feature_disabled, until the account has it") {
  CHECK(wrong(request_of("x-logs")) ==
        "report: x-logs needs the feature raw-logs, which account acme does not have [feature_disabled]; an operator can enable "
        "it for the "
        "account");
  account.features = {"raw-logs"};
  CHECK(wrong(request_of("x-logs")).empty());
}

TEST_CASE_FIXTURE(World, "timezone_unknown, whoever wrote it") {
  Request request = request_of("x-turnover");
  request.timezone = "europe/berlin";
  CHECK(wrong(request) ==
        "timezone: \"europe/berlin\" is not a time zone of this system (did you mean \"Europe/Berlin\"?) [timezone_unknown]; use "
        "an IANA name, "
        "like Europe/Berlin");
  request.timezone = "utc";
  CHECK(wrong(request).find("did you mean \"UTC\"?") != std::string::npos);
  request.timezone = "America/New York";
  CHECK(wrong(request).find("did you mean \"America/New_York\"?") != std::string::npos);
  request.timezone = "../../etc/passwd";
  CHECK(wrong(request) ==
        "timezone: \"../../etc/passwd\" is not a time zone of this system [timezone_unknown]; use an IANA name, like "
        "Europe/Berlin");
  request.timezone = "";
  account.timezone = "Mars/Olympus";
  CHECK(wrong(request) ==
        "timezone: the zone of this account \"Mars/Olympus\" is not a time zone of this system [timezone_unknown]; use an IANA "
        "name, like "
        "Europe/Berlin");
}

TEST_CASE_FIXTURE(World, "the zone is the request's, else the scope's, else the account's, else UTC") {
  Request request = request_of("x-power");
  CHECK(resolved(request).timezone == "UTC");
  account.timezone = "Europe/Berlin";
  CHECK(resolved(request).timezone == "Europe/Berlin");
  context.scope_timezone = "Australia/Perth";
  CHECK(resolved(request).timezone == "Australia/Perth");
  request.timezone = "Australia/Sydney";
  CHECK(resolved(request).timezone == "Australia/Sydney");
  // Noon UTC is 23:00 of the same day in Sydney; two hours later it is the next day there.
  CHECK(days(request) == "2026-03-16");
  context.now += std::chrono::hours{2};
  CHECK(days(request) == "2026-03-17");
}

TEST_CASE_FIXTURE(World, "format_not_allowed, aliases in any case") {
  Request request = request_of("x-turnover");
  CHECK(resolved(request).format == "csv");
  for (const auto& [written, canonical] :
       std::vector<std::pair<std::string, std::string>>{{"CSV", "csv"}, {"Excel", "xlsx"}, {"PDF", "pdf"}}) {
    request.format = written;
    CHECK(resolved(request).format == canonical);
  }
  request.format = "json";
  CHECK(wrong(request) == "format: x-turnover is not available as json [format_not_allowed]; use csv, xlsx or pdf");
  request.format = "xlxs";
  CHECK(wrong(request) == "format: \"xlxs\" is not a format (did you mean \"xlsx\"?) [format_not_allowed]; use csv, xlsx or pdf");
  request = request_of("x-power");
  request.format = "pdf";
  CHECK(wrong(request) == "format: x-power is not available as pdf [format_not_allowed]; use csv");
}

TEST_CASE_FIXTURE(World, "everything that is wrong is said at once, in the order of the fields") {
  Request request;
  request.report = "x-logins";
  request.scope = "depot:north";
  context.roles = {access::Role::viewer};
  request.lookback = "93";
  request.timezone = "Nowhere";
  request.format = "pdf";
  request.parameters["usrs"] = {"u1"};
  const auto check = check_request(request, context);
  std::vector<std::string> told;
  for (const auto& violation : check.violations) told.push_back(fmt::format("{} {}", violation.field, code_name(violation.code)));
  CHECK(told == std::vector<std::string>{"scope scope_not_allowed", "report role_not_permitted", "lookback lookback_out_of_range",
                                         "timezone timezone_unknown", "format format_not_allowed",
                                         "params.users parameter_required", "params.usrs parameter_unknown"});
  // Without a report, what can be told is told.
  request.report = "x-nothing-like-it";
  request.lookback = "many";
  request.scope = "?";
  told.clear();
  for (const auto& violation : check_request(request, context).violations) told.emplace_back(code_name(violation.code));
  CHECK(told == std::vector<std::string>{"report_unknown", "scope_unknown", "lookback_out_of_range", "timezone_unknown"});
}

TEST_CASE_FIXTURE(World, "hostile words are shown on one line, shortened, in valid UTF-8") {
  Request request = request_of("x-turnover");
  request.parameters["a\n\xff" + std::string(5000, 'x')] = {"1"};
  const auto check = check_request(request, context);
  REQUIRE(check.violations.size() == 1);
  CHECK(check.violations[0].field.starts_with("params.a\\x0a\\xff"));
  CHECK(check.violations[0].field.size() < 100);
  CHECK(check.violations[0].message.size() < 200);
  CHECK(is_valid_utf8(check.violations[0].message));
  CHECK_FALSE(has_control(check.violations[0].message));
  for (const std::string& word : {std::string("\xE2\x80\xAE"), std::string("\0", 1), std::string(100000, '\xC3')}) {
    Request bad = request_of("x-turnover");
    bad.report = bad.scope = bad.timezone = bad.format = word;
    bad.from = bad.to = bad.window = bad.lookback = bad.cadence = bad.on = bad.day = word;
    bad.parameters[word] = {word};
    bad.columns = {word};
    for (const auto& violation : check_request(bad, context).violations) {
      CHECK(is_valid_utf8(violation.message));
      CHECK(is_valid_utf8(violation.field));
      CHECK(violation.message.size() < 400);
    }
  }
}
