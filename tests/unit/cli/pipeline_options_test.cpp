// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "reportctl/base/error.hpp"
#include "schedules/schedule_options.hpp"
#include "terminal/filters.hpp"
#include "terminal/progress_line.hpp"

using namespace reportctl;
using cli::FieldOptions;

namespace {

catalog::Report report_with(const std::string& name, catalog::ParameterType type) {
  catalog::Report report;
  catalog::Parameter parameter;
  parameter.name = name;
  parameter.type = type;
  report.parameters.push_back(parameter);
  return report;
}

validation::Draft weekly_draft() {
  validation::Draft draft;
  draft.name = "spend";
  draft.request.report = "customer-spend";
  draft.request.cadence = "weekly";
  draft.request.on = "1";
  draft.at = "07:30";
  draft.recipients = {"Ann <ann@example.com>", "b@example.com"};
  draft.request.parameters = {{"mode", {"summary"}}};
  return draft;
}

template <typename Act>
ErrorKind kind_of(const Act& act) {
  try {
    act();
  } catch (const Error& error) {
    return error.kind();
  }
  return ErrorKind::failed;
}

}  // namespace

TEST_CASE("a parameter is written name=value, and may hold more equals signs") {
  const auto [name, value] = cli::parse_parameter("filter=a=b");
  CHECK(name == "filter");
  CHECK(value == "a=b");
  CHECK(kind_of([] { cli::parse_parameter("mode"); }) == ErrorKind::usage);
  CHECK(kind_of([] { cli::parse_parameter("=x"); }) == ErrorKind::usage);
}

TEST_CASE("an id list is split at commas and grows when it is given again") {
  const auto report = report_with("vehicles", catalog::ParameterType::id_list);
  const auto parameters = cli::with_parameters({}, {"vehicles=v1, v2", "vehicles=v3"}, &report);
  CHECK(parameters == schedule::Parameters{{"vehicles", {"v1", "v2", "v3"}}});
}

TEST_CASE("a text with a comma is one value") {
  const auto report = report_with("title", catalog::ParameterType::text);
  CHECK(cli::with_parameters({}, {"title=Rows, all"}, &report) == schedule::Parameters{{"title", {"Rows, all"}}});
}

TEST_CASE("giving a parameter replaces what was stored, giving it empty takes it away") {
  const schedule::Parameters stored = {{"circuits", {"c1", "c2"}}, {"mode", {"summary"}}};
  CHECK(cli::with_parameters(stored, {"circuits=c3"}, nullptr) ==
        schedule::Parameters{{"circuits", {"c3"}}, {"mode", {"summary"}}});
  CHECK(cli::with_parameters(stored, {"circuits="}, nullptr) == schedule::Parameters{{"mode", {"summary"}}});
}

TEST_CASE("edit changes the fields that are given and nothing else") {
  FieldOptions options;
  options.given["at"] = "08:00";
  const auto draft = cli::with_options(weekly_draft(), options, nullptr);
  CHECK(draft.at == "08:00");
  CHECK(draft.request.on == "1");
  CHECK(draft.recipients == weekly_draft().recipients);
  CHECK(draft.request.parameters == weekly_draft().request.parameters);
}

TEST_CASE("another cadence forgets the day of the old one") {
  FieldOptions options;
  options.given["cadence"] = "monthly";
  options.given["day"] = "15";
  const auto draft = cli::with_options(weekly_draft(), options, nullptr);
  CHECK_FALSE(draft.request.on);
  CHECK(draft.request.day == "15");
  options.given["cadence"] = "WEEKLY";
  options.given.erase("day");
  CHECK(cli::with_options(weekly_draft(), options, nullptr).request.on == "1");
}

TEST_CASE("an empty value returns a field to its default") {
  auto base = weekly_draft();
  base.request.window = "last_7d";
  base.subject = "{report}";
  FieldOptions options;
  options.given["window"] = "";
  options.given["subject"] = "";
  const auto draft = cli::with_options(base, options, nullptr);
  CHECK_FALSE(draft.request.window);
  CHECK(draft.subject.empty());
}

TEST_CASE("recipients are replaced by --to, and added and removed one by one") {
  FieldOptions options;
  options.add_to = {"c@example.com"};
  options.remove_to = {"ann@example.com"};
  CHECK(cli::with_options(weekly_draft(), options, nullptr).recipients ==
        std::vector<schedule::Recipient>{"b@example.com", "c@example.com"});
  options = {};
  options.to = {"x@example.com"};
  CHECK(cli::with_options(weekly_draft(), options, nullptr).recipients == std::vector<schedule::Recipient>{"x@example.com"});
  options = {};
  options.remove_to = {"nobody@example.com"};
  CHECK(kind_of([&] { cli::with_options(weekly_draft(), options, nullptr); }) == ErrorKind::usage);
}

TEST_CASE("chosen columns are separated by commas, and choosing none takes the choice away") {
  auto base = weekly_draft();
  base.request.columns = {"customer"};
  FieldOptions options;
  options.given["columns"] = "";
  CHECK(cli::with_options(base, options, nullptr).request.columns.empty());
  options.given["columns"] = "customer, revenue";
  CHECK(cli::with_options(base, options, nullptr).request.columns == std::vector<std::string>{"customer", "revenue"});
}

TEST_CASE("--since takes an instant, a day or a span") {
  const auto now = *parse_instant("2026-03-17T12:00:00Z");
  CHECK(cli::parse_since("2026-03-16T00:00:00+01:00", now) == *parse_instant("2026-03-15T23:00:00Z"));
  CHECK(cli::parse_since("2026-03-10", now) == *parse_instant("2026-03-10T00:00:00Z"));
  CHECK(cli::parse_since("12h", now) == *parse_instant("2026-03-17T00:00:00Z"));
  CHECK(cli::parse_since("7d", now) == *parse_instant("2026-03-10T12:00:00Z"));
  CHECK(kind_of([&] { cli::parse_since("last week", now); }) == ErrorKind::usage);
  CHECK(kind_of([&] { cli::parse_since("99999999999d", now); }) == ErrorKind::usage);
}

TEST_CASE("progress of work that is known beforehand tells what is left") {
  constexpr std::chrono::milliseconds kSecond{1000};  // a quarter in a second: three are left, and what was begun
  CHECK(cli::rows_left_line(250'000, 1'000'000, kSecond) == "250,000 of 1,000,000 rows, 4 seconds left");
  CHECK(cli::rows_left_line(7, 0, kSecond) == "7 rows");
}

TEST_CASE("progress tells rows, size and rate") {
  CHECK(cli::progress_line(1'204'000, 96'300'000, std::chrono::milliseconds(3000)) == "1,204,000 rows, 96.3 MB, 32.1 MB/s");
  CHECK(cli::progress_line(0, 0, std::chrono::milliseconds(0)) == "0 rows, 0 bytes, 0 bytes/s");
}
