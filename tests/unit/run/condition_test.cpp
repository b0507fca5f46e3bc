// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "condition.hpp"

#include "reportctl/run/preview.hpp"
#include "reportctl/store/claims.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;

namespace {

using Verdict = store::Decision::Verdict;
using rows::ColumnType;

/// Amounts as a summary would have taken them, of a report with one column of each kind.
struct Measuring {
  catalog::Shape shape;
  schedule::Definition definition;
  Measured measured;
  store::Watch watch;
  Instant slot = at("2026-03-17T06:00:00Z");
  Zone zone = Zone::find("Europe/Berlin").value();

  Measuring() {
    const auto add = [&](const char* name, ColumnType type, int currency = -1) {
      rows::Column column;
      column.name = name;
      column.type = type;
      column.currency_column = currency;
      shape.columns.push_back(column);
    };
    add("paid", ColumnType::money, 1);
    add("currency", ColumnType::text);
    add("stay", ColumnType::duration);
    add("share", ColumnType::percent);
    add("weight", ColumnType::decimal);
  }
  store::Decision decide(const char* condition) {
    definition.send = *schedule::Condition::parse(condition);
    return run::decide({definition, shape, measured, watch, slot, zone});
  }
  std::string why(const char* condition) { return decide(condition).why; }
  bool holds(const char* condition) { return decide(condition).holds; }
};

render::Metric metric(std::vector<render::Amount> amounts) {
  render::Metric metric;
  metric.amounts = std::move(amounts);
  return metric;
}

}  // namespace

TEST_CASE("numbers are compared exactly, whatever their digits") {
  Measuring m;
  m.measured.figures = {metric({{"", 1050, 2}})};
  CHECK(m.holds("total(weight) = 10.5"));
  CHECK(m.holds("total(weight) >= 10.500"));
  CHECK(m.holds("total(weight) < 10.500000001"));
  CHECK(m.holds("total(weight) > 10.499999999"));
  CHECK_FALSE(m.holds("total(weight) != 10.50"));
  CHECK_FALSE(m.holds("total(weight) > 10.5"));
  CHECK(m.why("total(weight) > 10.5") == "total(weight) is 10.50, not > 10.5");
  m.measured.figures = {metric({{"", (static_cast<__int128>(1) << 100), 0}})};
  CHECK(m.holds("total(weight) > 9223372036854775807"));
  m.measured.figures = {metric({{"", -(static_cast<__int128>(1) << 126), 0}})};
  CHECK(m.holds("total(weight) < -0.000000001"));  // beyond what 128 bits hold with these digits
}

TEST_CASE("money is that of the currency that is named, and of none there is 0 or nothing") {
  Measuring m;
  m.measured.figures = {metric({{"EUR", 99999, 2}, {"JPY", 5000, 0}})};
  CHECK(m.why("total(paid) < 1000 EUR") == "total(paid) is 999.99 EUR, < 1000 EUR");
  CHECK(m.why("total(paid) < 1000 JPY") == "total(paid) is 5,000 JPY, not < 1000 JPY");
  CHECK(m.why("total(paid) < 1000 CHF") == "total(paid) is 0 CHF, < 1000 CHF");
  CHECK(m.why("average(paid) < 1000 CHF") == "average(paid) has no value");
  CHECK_FALSE(m.holds("average(paid) < 1000 CHF"));
  m.measured.figures = {metric({{"", 0, 0}})};  // a total of no row at all
  CHECK(m.holds("total(paid) < 1000 EUR"));
  m.measured.figures = {metric({})};
  CHECK_FALSE(m.holds("minimum(weight) < 5"));
  CHECK_FALSE(m.holds("minimum(weight) >= 5"));
}

TEST_CASE("durations and percentages in their own words") {
  Measuring m;
  m.measured.figures = {metric({{"", 5400, 0}})};
  CHECK(m.why("maximum(stay) > 1h") == "maximum(stay) is 1h30m, > 1h");
  m.measured.figures = {metric({{"", 1234, 2}})};
  CHECK(m.why("average(share) > 12 %") == "average(share) is 12.34 %, > 12");
}

TEST_CASE("a change is one in percent, and points of percentages; without a figure above zero before there is none") {
  Measuring m;
  const auto change = [&](std::vector<render::Amount> before, std::vector<render::Amount> now, const char* condition) {
    m.measured.before = {metric(std::move(before))};
    m.measured.figures = {metric(std::move(now))};
    return m.why(condition);
  };
  CHECK(change({{"", 8, 0}}, {{"", 9, 0}}, "change(count) >= 12.5") == "change(count) is +12.5 %, >= 12.5");
  CHECK(change({{"", 8, 0}}, {{"", 9, 0}}, "change(count) > 12.5") == "change(count) is +12.5 %, not > 12.5");
  CHECK(change({{"", 3, 0}}, {{"", 4, 0}}, "change(count) > 33.333333333") == "change(count) is +33.3 %, > 33.333333333");
  CHECK(change({{"", 10, 0}}, {{"", 0, 0}}, "change(count) <= -100") == "change(count) is -100.0 %, <= -100");
  CHECK(change({{"EUR", 20000, 2}}, {{"EUR", 15000, 2}}, "change(total(paid), EUR) < -20") ==
        "change(total(paid), EUR) is -25.0 %, < -20");
  CHECK(change({{"", 1234, 2}}, {{"", 1500, 2}}, "change(average(share)) > 2.6") ==
        "change(average(share)) is +2.7 points, > 2.6");
  CHECK(change({{"", 0, 0}}, {{"", 9, 0}}, "change(count) > 1") == "change(count) is not known: it was 0 before");
  CHECK_FALSE(m.holds("change(count) > 1"));
  CHECK_FALSE(m.holds("change(count) <= 1"));
  CHECK(change({}, {{"", 9, 2}}, "change(average(weight)) > 1") == "average(weight) had no value before");
  m.measured.before.clear();
  CHECK(m.why("change(count) > 1") == "change(count) is not known: there is no period before");
}

TEST_CASE("terms are joined by and, or by or") {
  Measuring m;
  m.measured.figures = {metric({{"", 14, 0}}), metric({{"", 3, 0}})};
  CHECK(m.holds("count > 10 and total(weight) = 3"));
  CHECK_FALSE(m.holds("count > 10 and total(weight) = 4"));
  CHECK(m.holds("count > 20 or total(weight) = 3"));
  CHECK(m.why("count > 20 or total(weight) = 3") == "count is 14, not > 20; total(weight) is 3, = 3");
}

TEST_CASE("changed compares with what was last sent") {
  Measuring m;
  m.measured.fingerprint = "b";
  CHECK(m.decide("changed").verdict == Verdict::send);
  CHECK(m.why("changed") == "nothing was sent before");
  m.watch.fingerprint = "a";
  CHECK(m.decide("changed").fingerprint == "b");
  CHECK(m.holds("changed"));
  m.watch.fingerprint = "b";
  CHECK(m.decide("changed").verdict == Verdict::quiet);
}

TEST_CASE("how often it is told: every time, once, or after so much time by the clock on the wall") {
  Measuring m;
  m.measured.figures = {metric({{"", 14, 0}})};
  const auto again = [&](const char* text) {
    m.definition.again = *schedule::Again::parse(text);
    return m.decide("count > 10").verdict;
  };
  CHECK(again("once") == Verdict::send);  // not raised
  m.watch.raised_since = m.watch.last_sent_slot = at("2026-03-16T06:00:00Z");
  CHECK(again("every") == Verdict::send);
  CHECK(again("once") == Verdict::quiet);
  CHECK(m.why("count > 10") == "count is 14, > 10; raised since 2026-03-16T06:00:00Z, told then");
  CHECK(again("24h") == Verdict::send);
  CHECK(again("25h") == Verdict::quiet);
  m.watch.raised_since = at("2026-03-12T06:00:00Z");
  CHECK(m.why("count > 10") == "count is 14, > 10; raised since 2026-03-12T06:00:00Z, last told 2026-03-16T06:00:00Z");
  // A daily schedule, on the day that has 23 hours.
  m.watch.last_sent_slot = at("2026-03-28T06:00:00Z");
  m.slot = at("2026-03-29T05:00:00Z");
  CHECK(again("24h") == Verdict::send);
}

TEST_CASE("the end of a condition is told to those who were told of it, if the schedule says so") {
  Measuring m;
  m.measured.figures = {metric({{"", 4, 0}})};
  CHECK(m.decide("count > 10").verdict == Verdict::quiet);
  m.definition.all_clear = true;
  CHECK(m.decide("count > 10").verdict == Verdict::quiet);  // nobody was told
  m.watch.raised_since = at("2026-03-16T06:00:00Z");
  CHECK(m.decide("count > 10").verdict == Verdict::all_clear);
  m.definition.all_clear = {};
  CHECK(m.decide("count > 10").verdict == Verdict::quiet);
}

namespace {

/// The schedule of the world, with a condition, and days that follow one another.
struct Watching : World {
  explicit Watching(const char* condition, const char* again = "every") {
    auto changed = stored();
    changed.definition.send = *schedule::Condition::parse(condition);
    changed.definition.again = *schedule::Again::parse(again);
    store::edit_schedule(state, changed, {}, now);
  }
  /// run-due on the next day, with so many visits.
  store::Run day(std::int64_t visits) {
    outside.visits = {{"Docs", visits}};
    const auto result = run_due();
    now += std::chrono::hours(24);
    CHECK(result.errors.empty());
    return run();
  }
};

}  // namespace

TEST_CASE("an alert is told once until it is over; what is not told is quiet, and made all the same") {
  Watching world("total(visits) > 10", "once");
  auto changed = world.stored();
  changed.definition.all_clear = true;
  store::edit_schedule(world.state, changed, {}, world.now);
  auto run = world.day(4);
  CHECK(run.state == store::RunState::quiet);
  CHECK(run.reason == "total(visits) is 4, not > 10");
  CHECK(run.rows == 1);
  CHECK(world.outside.sent.empty());
  CHECK(world.stored().last_run_status == "ok");
  CHECK(world.day(14).state == store::RunState::delivered);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(contains(unfolded(world.outside.sent[0].bytes), "It is sent when its condition holds: total(visits) > 10."));
  CHECK(world.day(15).state == store::RunState::quiet);
  CHECK(contains(world.run().reason, "raised since 2026-03-18T06:00:00Z, told then"));
  CHECK(world.day(3).state == store::RunState::delivered);  // the all-clear
  REQUIRE(world.outside.sent.size() == 2);
  CHECK(contains(unfolded(world.outside.sent[1].bytes), "Subject: =?UTF-8?Q?All_clear=3A_"));
  CHECK(contains(unfolded(world.outside.sent[1].bytes), "The condition total(visits) > 10 no longer holds."));
  CHECK(world.day(3).state == store::RunState::quiet);
  CHECK(world.day(11).state == store::RunState::delivered);
  CHECK(world.notifications().empty());
}

TEST_CASE("an alert that nobody got is told by the next occurrence") {
  Watching world("total(visits) > 10", "once");
  world.answers({refused()});
  CHECK(world.day(14).state == store::RunState::delivery_failed);
  CHECK(world.day(14).state == store::RunState::delivered);
  CHECK(world.day(14).state == store::RunState::quiet);
}

TEST_CASE("a source that fails decides nothing, and nothing of it looks like a condition that does not hold") {
  Watching world("total(visits) > 10", "once");
  CHECK(world.day(14).state == store::RunState::delivered);
  world.outside.source_errors = {Error(ErrorKind::source, "the database is down")};
  CHECK(world.day(14).state == store::RunState::failed);
  CHECK(world.notifications().size() == 1);
  CHECK(store::watch_of(world.state, world.schedule.id, "").raised_since);
  CHECK(world.day(14).state == store::RunState::quiet);
}

TEST_CASE("a figure that the module has lost is a broken rule, and owners are told") {
  Watching world("total(visits) > 10");
  world.sql("UPDATE schedules SET definition = replace(definition, 'total(visits)', 'total(views)')");
  const auto run = world.day(14);
  CHECK(run.state == store::RunState::rejected);
  CHECK(contains(run.reason, "there is no column \"views\""));
  CHECK(world.notifications().size() == 1);
}

TEST_CASE("changed is told when the rows are others than those that were last sent") {
  Watching world("changed");
  CHECK(world.day(4).state == store::RunState::delivered);
  CHECK(world.day(4).state == store::RunState::quiet);
  world.answers({refused()});
  CHECK(world.day(5).state == store::RunState::delivery_failed);
  CHECK(world.day(4).state == store::RunState::quiet);  // nobody got the 5
  CHECK(world.day(5).state == store::RunState::delivered);
}

TEST_CASE("a decision is made once: a run that is resumed goes by it, whatever the rows are now") {
  Watching world("total(visits) > 10", "once");
  world.outside.visits = {{"Docs", 14}};
  world.outside.mail_answers.emplace_back([]() -> delivery::Outcome { throw Error(ErrorKind::state, "the disk is gone"); });
  CHECK_THROWS_AS(world.run_due(), Error);
  CHECK(world.run().decision.value().verdict == Verdict::send);
  CHECK_FALSE(store::watch_of(world.state, world.schedule.id, "").raised_since);
  world.kill_owners();
  world.outside.visits = {{"Docs", 4}};
  world.outside.sent.clear();
  world.run_due();
  CHECK(world.run().state == store::RunState::delivered);
  CHECK(world.outside.sent.size() == 1);
  CHECK(store::watch_of(world.state, world.schedule.id, "").raised_since == at("2026-03-17T06:00:00Z"));
}

TEST_CASE("what was made and had nobody to be sent to ends as that, also after its process was killed right before the end") {
  for (const bool has_condition : {true, false}) {
    CAPTURE(has_condition);
    World world;
    auto changed = world.stored();
    if (has_condition)
      changed.definition.send = *schedule::Condition::parse("total(visits) > 10");
    else
      changed.definition.no_data = schedule::NoData::skip;
    store::edit_schedule(world.state, changed, {}, world.now);
    world.outside.visits.clear();
    world.run_due();
    const auto ended = has_condition ? store::RunState::quiet : store::RunState::no_data;
    CHECK(world.run().state == ended);
    const auto reason = world.run().reason;
    world.sql(
        "UPDATE runs SET state = 'generated', finished_at = NULL, reason = '', owner_host = 'h', owner_boot = 'b', owner_pid = "
        "1, "
        "owner_start = 1, lease_until = 1");
    world.run_due();
    CHECK(world.run().state == ended);
    CHECK(world.run().reason == reason);
    CHECK(world.outside.sent.empty());
  }
}

TEST_CASE("a preview decides and moves nothing") {
  Watching world("total(visits) > 10", "once");
  world.outside.visits = {{"Docs", 14}};
  auto parts = world.parts();
  const auto planned = plan_schedule(parts, world.stored(), world.now);
  const auto decision = preview_decision(parts, std::get<RunPlan>(planned), world.stored(), world.now).value();
  CHECK(decision.verdict == Verdict::send);
  CHECK(decision.why == "total(visits) is 14, > 10");
  CHECK_FALSE(store::watch_of(world.state, world.schedule.id, "").raised_since);
  CHECK(store::list_runs(world.state, {}).empty());
}
