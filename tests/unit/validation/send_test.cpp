// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::validation;

TEST_CASE_FIXTURE(World,
                  "send_invalid: conditions that can be decided are taken, and everything else is told with what would do") {
  const auto of = [this](const char* report, const char* send) {
    auto draft = draft_for(report);
    draft.send = send;
    return draft;
  };
  for (const char* sound : {"count > 10", "changed or total(value) < 5", "distinct(name) = 3"}) {
    CAPTURE(sound);
    CHECK(definition(of("x-turnover", sound)).send == schedule::Condition::parse(sound));
  }
  for (const char* sound : {"total(paid) < 1000 EUR", "maximum(stay) > 1h30m", "change(total(paid), EUR) < -20",
                            "average(share) > 5 %", "ratio(paid, paid) = 100", "change(count) > 20"}) {
    CAPTURE(sound);
    CHECK(definition(of("x-alerts", sound)).send.given());
  }
  CHECK(wrong(of("x-turnover", "totl(value) > 1")) ==
        "send: \"totl(value)\" is not a figure of x-turnover [send_invalid]; use changed, count");
  CHECK(wrong(of("x-turnover", "total(vlue) > 1")) ==
        "send: total(vlue): there is no column \"vlue\" (did you mean \"value\"?) [send_invalid]; use changed, count");
  CHECK(wrong(of("x-turnover", "total(name) > 1")) ==
        "send: total(name): a text column cannot be added up [send_invalid]; use changed, count");
  CHECK(wrong(of("x-turnover", "change(count) > 1")) ==
        "send: x-turnover is not compared with the period before [send_invalid]; change() is for reports whose module says "
        "compare: "
        "previous_period");
  CHECK(wrong(of("x-turnover", "total(value) > 1 EUR")) ==
        "send: total(value) is not money [send_invalid]; leave the currency out");
  CHECK(wrong(of("x-alerts", "total(paid) < 1000")) ==
        "send: total(paid) is money, and amounts of different currencies are not added up [send_invalid]; name the currency: "
        "total(paid) < 1000 EUR");
  CHECK(wrong(of("x-alerts", "maximum(stay) > 90")) ==
        "send: maximum(stay) is a duration [send_invalid]; compare it with one: maximum(stay) > 1h30m");
  CHECK(wrong(of("x-alerts", "count > 9h")) == "send: count is not a duration [send_invalid]; compare it with a number");
  CHECK(wrong(of("x-alerts", "maximum(at) > 1")) ==
        "send: maximum(at) is a timestamp, which is not compared with a number [send_invalid]; use figures that are numbers");
  CHECK(wrong(of("x-turnover", "count >")) ==
        "send: \"\" is not a number to compare count with [send_invalid]; write changed, or a comparison such as count > 10; "
        "join several "
        "by and, or by or");
}

TEST_CASE_FIXTURE(World, "send_invalid: what goes with a condition") {
  auto draft = draft_for("x-turnover");
  draft.again = "once";
  CHECK(wrong(draft) ==
        "again: it belongs to schedules with a condition [send_invalid]; leave it out, or give send, such as count > 10");
  draft.send = "changed";
  draft.all_clear = "true";
  CHECK(wrong(draft) ==
        "again: with changed, each change is mailed once anyway [send_invalid]; leave it out, or send without changed\n"
        "all_clear: with changed, each change is mailed once anyway [send_invalid]; leave it out, or send without changed");
  draft.send = "count > 10";
  CHECK(definition(draft).all_clear == true);
  CHECK(definition(draft).again.str() == "once");
  draft.again = "10m";
  CHECK(wrong(draft) ==
        "again: \"10m\" is not a way to repeat it [send_invalid]; use every, once, or a duration from 15m to 366d, such as 24h");
  draft.again = "every";
  draft.all_clear = "false";
  CHECK_FALSE(definition(draft).all_clear);
  draft.no_data = "skip";
  CHECK(wrong(draft) ==
        "no_data: with a condition, the condition alone decides [send_invalid]; leave no_data out, and make count > 0 a term of "
        "send where it is needed");
}

TEST_CASE_FIXTURE(World,
                  "wait_invalid: a schedule waits for data of which something is known, and never into its next occurrence") {
  auto draft = draft_for("x-alerts");
  draft.wait = "2h30m";
  CHECK(definition(draft).wait == std::chrono::minutes(150));
  CHECK_FALSE(definition(draft).late);
  draft.late = "send";
  CHECK(definition(draft).late == schedule::Late::send);
  for (const char* text : {"4m", "24h", "long", "90s", "-1h"}) {
    draft.wait = text;
    CHECK(wrong(draft) ==
          fmt::format("wait: \"{}\" is not a time from 5m to 23h [wait_invalid]; write minutes and hours, such as 30m or 2h30m",
                      text));
  }
  draft.wait = "23h";
  CHECK(definition(draft).wait == std::chrono::hours(23));
  draft.at = "06:00,08:00";
  CHECK(wrong(draft) ==
        "wait: the next occurrence comes after 2h, before 23h of waiting are over [wait_invalid]; wait for less than 2h");
  draft.wait = "1h59m";
  CHECK(definition(draft).wait == std::chrono::minutes(119));
  draft.late = "skip";
  CHECK(wrong(draft) ==
        "late: \"skip\" is neither fail nor send [wait_invalid]; use fail (owners are told) or send (the mail says that the "
        "data are not complete)");
  draft.wait = "";
  draft.late = "send";
  CHECK(wrong(draft) == "late: it belongs to schedules that wait [wait_invalid]; leave it out, or give wait, such as 2h30m");
  auto unknown = draft_for("x-turnover");
  unknown.wait = "1h";
  CHECK(wrong(unknown) ==
        "wait: nothing tells when the data of x-turnover are complete [wait_invalid]; leave it out; an operator can add "
        "ready: to the module, see reportctl-module(5)");
}
