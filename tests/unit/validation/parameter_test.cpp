// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

namespace {

using Values = std::vector<std::string>;

Request typed(const std::string& name, Values values) {
  Request request = request_of("x-typed");
  request.parameters[name] = std::move(values);
  return request;
}

}  // namespace

TEST_CASE_FIXTURE(World, "values are read by the parameter's type and made canonical") {
  struct Row {
    const char* name;
    Values given, canonical;
  };
  for (const Row& row : std::vector<Row>{
           {"device", {" d1 "}, {"d1"}},
           {"vehicles", {"v1,v2"}, {"v1", "v2"}},
           {"vehicles", {"v1, v2", "v3", "v1"}, {"v1", "v2", "v3"}},
           {"level", {"VERY_HIGH"}, {"very-high"}},
           {"level", {"Low"}, {"low"}},
           {"limit", {"007"}, {"7"}},
           {"limit", {"-30"}, {"-30"}},
           {"ratio", {"12.50"}, {"12.50"}},
           {"ratio", {"-0.5"}, {"-0.5"}},
           {"ratio", {"3"}, {"3"}},
           {"active", {"TRUE"}, {"true"}},
           {"search", {" a, b "}, {" a, b "}},
           {"since", {"2024-02-29"}, {"2024-02-29"}},
       }) {
    CAPTURE(row.name);
    CHECK(resolved(typed(row.name, row.given)).parameters.at(row.name) == row.canonical);
  }
}

TEST_CASE_FIXTURE(World, "parameter_type: strict, with what is wanted") {
  struct Row {
    const char* name;
    Values given;
    const char* told;
  };
  for (const Row& row : std::vector<Row>{
           {"limit", {"3.5"}, "\"3.5\" is not a whole number [parameter_type]; write digits only, like 30"},
           {"limit", {"1e3"}, "\"1e3\" is not a whole number [parameter_type]; write digits only, like 30"},
           {"limit",
            {"99999999999999999999"},
            "\"99999999999999999999\" is not a whole number [parameter_type]; write digits only, like 30"},
           {"limit", {""}, "\"\" is not a whole number [parameter_type]; write digits only, like 30"},
           {"limit", {"1", "2"}, "it takes one value, not 2 [parameter_type]; give it once"},
           {"ratio", {"1,5"}, "\"1,5\" is not a decimal number [parameter_type]; write digits and a point, like 12.5"},
           {"ratio", {".5"}, "\".5\" is not a decimal number [parameter_type]; write digits and a point, like 12.5"},
           {"ratio", {"5."}, "\"5.\" is not a decimal number [parameter_type]; write digits and a point, like 12.5"},
           {"ratio", {"nan"}, "\"nan\" is not a decimal number [parameter_type]; write digits and a point, like 12.5"},
           {"ratio",
            {"12345678901234567890"},
            "\"12345678901234567890\" is not a decimal number [parameter_type]; write digits and a point, like 12.5"},
           {"active", {"yes"}, "\"yes\" is neither true nor false [parameter_type]; use true or false"},
           {"since", {"2025-02-29"}, "\"2025-02-29\" is not a day [parameter_type]; write YYYY-MM-DD"},
           {"level",
            {"verry-high"},
            "\"verry-high\" is not one of its values (did you mean \"very-high\"?) [parameter_type]; use low or very-high"},
           {"level", {"low", "low"}, "it takes one value, not 2 [parameter_type]; give it once"},
           {"device", {" "}, "the value is empty [parameter_type]; give a value, or leave the parameter out"},
           {"vehicles", {"v1,,v2"}, "the value is empty [parameter_type]; give a value, or leave the parameter out"},
           {"vehicles", {""}, "the value is empty [parameter_type]; give a value, or leave the parameter out"},
           {"search", {"a\nb"}, "\"a\\x0ab\" has control characters or is not UTF-8 [parameter_type]; write plain text"},
           {"search", {"\xff"}, "\"\\xff\" has control characters or is not UTF-8 [parameter_type]; write plain text"},
       }) {
    CHECK(wrong(typed(row.name, row.given)) == fmt::format("params.{}: {}", row.name, row.told));
  }
  CHECK(wrong(typed("search", {std::string(1001, 'x')})).find("longer than 1000 bytes") != std::string::npos);
}

TEST_CASE_FIXTURE(World, "every wrong element of a list is told") {
  CHECK(wrong(typed("vehicles", {"v1,\x01", "\x02"})) ==
        "params.vehicles: \"\\x01\" has control characters or is not UTF-8 [parameter_type]; write plain text\n"
        "params.vehicles: \"\\x02\" has control characters or is not UTF-8 [parameter_type]; write plain text");
}

TEST_CASE_FIXTURE(World, "defaults are filled in; what is not given stays away") {
  const auto parameters = resolved(request_of("x-typed")).parameters;
  CHECK(parameters == schedule::Parameters{{"level", {"low"}}});
  CHECK(resolved(typed("vehicles", {})).parameters == parameters);
}

TEST_CASE_FIXTURE(World, "parameter_required says where to find what it can be") {
  Request request = request_of("x-logins");
  request.parameters.clear();
  CHECK(wrong(request) ==
        "params.users: x-logins needs users [parameter_required]; `reportctl catalog choices x-logins users --account acme` "
        "lists what it can be");
  request.parameters["users"] = {};
  CHECK(wrong(request).find("parameter_required") != std::string::npos);
  request = request_of("x-detail");
  request.parameters.clear();
  CHECK(wrong(request) == "params.shape: x-detail needs shape [parameter_required]; use summary or line-items");
}

TEST_CASE_FIXTURE(World, "parameter_unknown, with a suggestion or with the report that has it") {
  CHECK(wrong(typed("vehicels", {"v1"})) ==
        "params.vehicels: x-typed has no parameter \"vehicels\" (did you mean \"vehicles\"?) [parameter_unknown]; it takes "
        "device, vehicles, "
        "level, limit, ratio, active, search, since");
  Request request = request_of("x-turnover");
  request.parameters["shape"] = {"summary"};
  CHECK(wrong(request) ==
        "params.shape: x-turnover has no parameter \"shape\": only x-detail has one [parameter_unknown]; leave it out; this "
        "report takes no "
        "parameters");
}

TEST_CASE_FIXTURE(World, "orders-export needs its mode, in any spelling, and others refuse it with the reason") {
  Request request = request_of("ORDERS_EXPORT");
  CHECK(wrong(request) == "params.mode: orders-export needs mode [parameter_required]; use summary or line-items");
  for (const char* spelling : {"line-items", "LINE-ITEMS", "LINE_ITEMS", "Line-Items"}) {
    request.parameters["mode"] = {spelling};
    CHECK(resolved(request).parameters.at("mode") == Values{"line-items"});
  }
  request.parameters["mode"] = {"lines"};
  CHECK(wrong(request).starts_with("params.mode: \"lines\" is not one of its values"));
  request = request_of("SALES");
  request.parameters["mode"] = {"summary"};
  CHECK(wrong(request) ==
        "params.mode: sales has no parameter \"mode\": only orders-export has one [parameter_unknown]; leave it out; this report "
        "takes no "
        "parameters");
}

TEST_CASE_FIXTURE(World, "chosen columns are those of the shape; column_unknown otherwise") {
  Request request = request_of("x-detail");
  CHECK(resolved(request).columns.empty());
  request.columns = {"TOTAL", "day"};
  CHECK(resolved(request).columns == Values{"total", "day"});
  request.columns = {"day", "totl", "day"};
  CHECK(wrong(request) ==
        "columns[2]: there is no column \"totl\" (did you mean \"total\"?) [column_unknown]; it has day, total\n"
        "columns[3]: column day is chosen twice [column_unknown]; name it once");
  request.parameters["shape"] = {"line-items"};
  request.columns = {"day"};
  CHECK(wrong(request) == "columns[1]: there is no column \"day\" [column_unknown]; it has line");
}

TEST_CASE_FIXTURE(World, "the word all stands for every one, in any case and alone, where the parameter knows it") {
  Request request = request_of("x-sessions");
  for (const char* written : {"all", " ALL ", "All"}) {
    request.parameters["depots"] = {written};
    CHECK(resolved(request).parameters.at("depots") == Values{"all"});
  }
  request.parameters["depots"] = {"all,north"};
  CHECK(wrong(request) ==
        "params.depots: all stands alone: it means every one [parameter_type]; give all, or the ids without it");
  request.parameters.clear();
  CHECK(wrong(request) ==
        "params.depots: x-sessions needs depots [parameter_required]; give all, or what `reportctl catalog choices x-sessions "
        "depots --account acme` lists");
  CHECK(resolved(typed("vehicles", {"all"})).parameters.at("vehicles") == Values{"all"});  // an id like any other
}

TEST_CASE_FIXTURE(World, "a selector of one scope is neither required nor taken in another") {
  Request request = request_of("x-sessions");
  request.scope = "depot:north";
  CHECK(resolved(request).parameters.empty());
  request.parameters["depots"] = {"south"};
  CHECK(wrong(request) ==
        "params.depots: x-sessions takes depots only when its scope is account, not depot:north [parameter_unknown]; leave it "
        "out, or change the scope");
}
