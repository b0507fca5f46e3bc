// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

namespace {

Request with(Request request, std::optional<std::string> Request::*field, const char* value) {
  request.*field = value;
  return request;
}

Request dates(const char* report, const char* from, const char* to) {
  return with(with(request_of(report), &Request::from, from), &Request::to, to);
}

}  // namespace

// It is 17 March 2026, 12:00 UTC.
TEST_CASE_FIXTURE(World, "without a word on it, the window is the module's own") {
  CHECK(days(request_of("x-power")) == "2026-03-16");
  CHECK(days(request_of("x-logins")) == "2026-03-10 to 2026-03-16");
  CHECK(days(request_of("x-turnover")) == "2026-03-16");
  CHECK(days(request_of("x-campaign")) == "2026-02-15 to 2026-03-16");
  CHECK(days(request_of("x-stock")) == "as of 2026-03-17");
}

TEST_CASE_FIXTURE(World, "lookback_out_of_range: 1 to the module's cap") {
  CHECK(days(with(request_of("x-power"), &Request::lookback, "1")) == "2026-03-16");
  CHECK(days(with(request_of("x-power"), &Request::lookback, "31")) == "2026-02-14 to 2026-03-16");
  CHECK(wrong(with(request_of("x-power"), &Request::lookback, "32")) ==
        "lookback: 32 days is more than x-power allows (31) [lookback_out_of_range]; use 1 to 31");
  for (const char* text : {"0", "-1", "x", "1.5", "7d", " 7", "99999999999999999999"})
    CHECK(wrong(with(request_of("x-power"), &Request::lookback, text)) ==
          fmt::format("lookback: \"{}\" is not a number of days [lookback_out_of_range]; use 1 to 31", text));
}

TEST_CASE_FIXTURE(World, "lookback_out_of_range: the cap holds however the period is written") {
  CHECK(days(dates("x-power", "2026-02-15", "2026-03-17")) == "2026-02-15 to 2026-03-17");
  CHECK(
      wrong(dates("x-power", "2026-02-14", "2026-03-17")) ==
      "from: 2026-02-14 to 2026-03-17 is 32 days, more than x-power allows (31) [lookback_out_of_range]; choose at most 31 days");
  CHECK(wrong(dates("x-power", "2026-03-10", "2026-03-18")) ==
        "to: 2026-03-18 is in the future: today is 2026-03-17 in UTC [lookback_out_of_range]; choose a day up to 2026-03-17");
  CHECK(days(with(request_of("x-power"), &Request::window, "last_30d")) == "2026-02-15 to 2026-03-16");
  CHECK(wrong(with(request_of("x-power"), &Request::window, "last_90d")) ==
        "window: last_90d is 90 days, more than x-power allows (31) [lookback_out_of_range]; choose at most 31 days");
  CHECK(days(with(request_of("x-power"), &Request::cadence, "daily")) == "2026-03-16");
  account.features = {"raw-logs"};
  CHECK(wrong(with(request_of("x-logs"), &Request::window, "last_month")) ==
        "window: last_month is 28 days, more than x-logs allows (14) [lookback_out_of_range]; choose at most 14 days");
}

TEST_CASE_FIXTURE(World, "today is today in the report's zone") {
  context.now = *parse_instant("2026-03-17T14:00:00Z");  // 01:00 on the 18th in Sydney
  Request request = dates("x-power", "2026-03-18", "2026-03-18");
  CHECK(wrong(request).find("lookback_out_of_range") != std::string::npos);
  request.timezone = "Australia/Sydney";
  CHECK(wrong(request).empty());
}

TEST_CASE_FIXTURE(World, "modules by cadence and by range take dates on demand, future ones too") {
  CHECK(days(dates("x-turnover", "2025-01-01", "2026-12-31")) == "2025-01-01 to 2026-12-31");
  CHECK(days(dates("x-campaign", "2026-03-17", "2026-03-17")) == "2026-03-17");
}

TEST_CASE_FIXTURE(World, "range_not_allowed: dates that make no period") {
  CHECK(wrong(dates("x-turnover", "2026-03-17", "2026-03-16")) ==
        "to: 2026-03-16 is before from, 2026-03-17 [range_not_allowed]; give the earlier day as from");
  CHECK(wrong(dates("x-turnover", "17.03.2026", "2026-02-30")) ==
        "from: \"17.03.2026\" is not a day [range_not_allowed]; write YYYY-MM-DD\n"
        "to: \"2026-02-30\" is not a day [range_not_allowed]; write YYYY-MM-DD");
  CHECK(wrong(with(request_of("x-turnover"), &Request::from, "2026-03-01")) ==
        "to: from and to belong together [range_not_allowed]; give both, as YYYY-MM-DD");
  CHECK(wrong(with(request_of("x-turnover"), &Request::to, "2026-03-01")) ==
        "from: from and to belong together [range_not_allowed]; give both, as YYYY-MM-DD");
}

TEST_CASE_FIXTURE(World, "range_not_allowed: a range that is unknown, or not the module's") {
  CHECK(days(with(request_of("x-turnover"), &Request::window, "LAST_MONTH")) == "2026-02-01 to 2026-02-28");
  CHECK(wrong(with(request_of("x-turnover"), &Request::window, "last_mnth")) ==
        "window: \"last_mnth\" is not a named range (did you mean \"last_month\"?) [range_not_allowed]; use cadence, window "
        "(last_7d, "
        "last_month) or from and to");
  CHECK(
      wrong(with(request_of("x-turnover"), &Request::window, "last_90d")) ==
      "window: x-turnover does not take last_90d [range_not_allowed]; use cadence, window (last_7d, last_month) or from and to");
  CHECK(wrong(with(request_of("x-campaign"), &Request::window, "yesterday")) ==
        "window: x-campaign does not take yesterday [range_not_allowed]; use window (last_7d, last_30d) or from and to");
  CHECK(wrong(with(request_of("x-power"), &Request::window, "fortnight")).find("is not a named range [range_not_allowed]") !=
        std::string::npos);
}

TEST_CASE_FIXTURE(World, "window_kind_not_allowed: a snapshot has no period") {
  const char* refusal = "x-stock shows the moment at which it runs and takes no period [window_kind_not_allowed]; leave it out";
  CHECK(wrong(dates("x-stock", "2026-03-01", "2026-03-02")) == fmt::format("from: {}", refusal));
  CHECK(wrong(with(request_of("x-stock"), &Request::window, "last_7d")) == fmt::format("window: {}", refusal));
  CHECK(wrong(with(request_of("x-stock"), &Request::lookback, "7")) == fmt::format("lookback: {}", refusal));
  CHECK(wrong(with(request_of("x-stock"), &Request::cadence, "weekly")) == fmt::format("cadence: {}", refusal));
}

TEST_CASE_FIXTURE(World, "window_kind_not_allowed: what a module of another kind takes") {
  CHECK(wrong(with(request_of("x-turnover"), &Request::lookback, "7")) ==
        "lookback: x-turnover takes no lookback [window_kind_not_allowed]; use cadence, window (last_7d, last_month) or from and "
        "to");
  CHECK(wrong(with(request_of("x-campaign"), &Request::cadence, "weekly")) ==
        "cadence: x-campaign takes no cadence as its period [window_kind_not_allowed]; use window (last_7d, last_30d) or from "
        "and to");
  Draft draft = draft_for("x-power");
  draft.request.window = "last_7d";
  CHECK(wrong(draft) == "window: x-power takes no named range on a schedule [window_kind_not_allowed]; use lookback 1 to 31");
  draft = draft_for("x-turnover");
  draft.request.lookback = "7";
  CHECK(wrong(draft) ==
        "lookback: x-turnover takes no lookback [window_kind_not_allowed]; use the cadence's own window or window (last_7d, "
        "last_month)");
}

TEST_CASE_FIXTURE(World, "window_kind_not_allowed: a schedule has no fixed dates") {
  Draft draft = draft_for("x-power");
  draft.request.from = "2026-03-01";
  draft.request.to = "2026-03-02";
  CHECK(
      wrong(draft) ==
      "from: a schedule's period moves with every run and cannot be fixed dates [window_kind_not_allowed]; use lookback 1 to 31");
}

TEST_CASE_FIXTURE(World, "window_kind_not_allowed: two ways to choose the period are both named") {
  Request request = with(with(request_of("x-power"), &Request::window, "last_7d"), &Request::lookback, "7");
  CHECK(wrong(request) == "lookback: window and lookback each choose the period [window_kind_not_allowed]; give one of them");
  request = with(dates("x-turnover", "2026-03-01", "2026-03-02"), &Request::cadence, "weekly");
  CHECK(wrong(request) == "cadence: from and to and cadence each choose the period [window_kind_not_allowed]; give one of them");
}

TEST_CASE_FIXTURE(World, "on demand a cadence gives what it would cover now") {
  CHECK(days(with(request_of("x-turnover"), &Request::cadence, "WEEKLY")) == "2026-03-10 to 2026-03-16");
  CHECK(days(with(request_of("x-turnover"), &Request::cadence, "monthly")) == "2026-02-17 to 2026-03-16");
  Request monday = with(with(request_of("x-turnover"), &Request::cadence, "weekly"), &Request::on, "mon");
  CHECK(days(monday) == "2026-03-09 to 2026-03-15");
  CHECK(wrong(with(request_of("x-power"), &Request::cadence, "weekly")) ==
        "cadence: x-power does not take weekly [cadence_not_allowed]; use daily");
  CHECK(wrong(with(request_of("x-turnover"), &Request::on, "mon")) ==
        "on: only weekly schedules have a weekday [cadence_not_allowed]; leave it out, or use cadence weekly");
}
