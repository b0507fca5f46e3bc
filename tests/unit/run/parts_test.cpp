// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <nlohmann/json.hpp>

#include "reportctl/run/by_hand.hpp"
#include "reportctl/run/part_plan.hpp"
#include "reportctl/store/notifications.hpp"
#include "reportctl/store/part_runs.hpp"
#include "reportctl/store/suppressions.hpp"
#include "reportctl/store/watch.hpp"
#include "reportctl/validation/refusal.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::RunState;

namespace {

/// The schedule of the world, with a part for each row of `outside.list`: key, to, name, timezone, format.
struct Divided : World {
  Divided() {
    std::ofstream(directory / "people.yaml") << "id: people\nkind: list\ncolumns: [key, to, name, timezone, format]\n"
                                                "query: SELECT key, mail AS \"to\", name, zone AS timezone, format FROM people "
                                                "WHERE account_id = :account\n";
    catalog = catalog::Catalog::open({directory});
    REQUIRE(catalog->problems().empty());
    edit([](schedule::Definition& definition) {
      definition.recipients = {};
      definition.parts.module = "people";
    });
    outside.list = {row("a", "a@example.com"), row("b", "b@example.com"), row("c", "")};
  }
  static std::vector<std::string> row(std::string key, std::string to, std::string zone = {}, std::string format = {}) {
    return {std::move(key), std::move(to), "", std::move(zone), std::move(format)};
  }
  template <typename Change>
  void edit(const Change& change) {
    auto changed = stored();
    change(changed.definition);
    store::edit_schedule(state, changed, {}, now);
  }
  DueResult at_time(const char* time) {
    now = at((std::string("2026-03-") + time + "Z").c_str());
    return run_due();
  }
  /// `a delivered`, …, by key.
  std::vector<std::string> parts_now() {
    std::vector<std::string> words;
    for (const auto& part : store::list_runs(state, {.parent = run().id, .limit = 0}))
      words.push_back(part.part + " " + std::string(store::run_state_name(part.state)));
    std::sort(words.begin(), words.end());
    return words;
  }
  store::Run part(const std::string& key) {
    for (auto& one : store::list_runs(state, {.parent = run().id, .limit = 0}))
      if (one.part == key) return one;
    FAIL("there is no part " << key);
    return {};
  }
  std::vector<std::string> sent_to() {
    std::vector<std::string> to;
    for (const auto& mail : outside.sent) to.push_back(mail.to);
    std::sort(to.begin(), to.end());
    return to;
  }
};

using Texts = std::vector<std::string>;
constexpr const char* kFirst = "17T06:00:30";
constexpr const char* kSecond = "18T06:00:30";

}  // namespace

TEST_CASE("an occurrence has a part for each row, and ends over all of them") {
  Divided world;
  const auto result = world.at_time(kFirst);
  REQUIRE(result.ended.size() == 1);
  CHECK(result.ended[0].state == RunState::delivered);
  CHECK(result.ended[0].run_id == world.run().id);
  CHECK(world.run().trigger == store::Trigger::scheduled);
  CHECK(world.parts_now() == Texts{"a delivered", "b delivered", "c skipped"});
  CHECK(world.part("c").reason.starts_with("no_address"));
  CHECK(world.part("a").trigger == store::Trigger::part);
  CHECK(world.part("a").parent == world.run().id);
  CHECK(world.part("a").slot == at("2026-03-17T06:00:00Z"));
  CHECK(world.sent_to() == Texts{"a@example.com", "ada@example.com", "b@example.com"});  // and what was missing, to the admin
  CHECK(world.outside.asked_lists == 1);
  CHECK(store::list_runs(world.state, {}).size() == 1);
  CHECK(store::list_runs(world.state, {.parts = true}).size() == 4);
  CHECK(store::parts_record(store::count_parts(world.state, world.run().id)) ==
        nlohmann::ordered_json{{"all", 3}, {"delivered", 2}, {"skipped", 1}});
  CHECK(world.stored().last_run_status == "ok");
}

TEST_CASE("rows of one key are one part; rows that contradict each other, and rows that break a rule, reject their part alone") {
  Divided world;
  world.settings.mail.allowed_domains = {"example.com"};
  world.outside.list = {Divided::row("a", "a@example.com"),
                        Divided::row("a", "b@example.com"),
                        Divided::row("two", "c@example.com"),
                        Divided::row("two", "c@example.com", "Europe/Berlin"),
                        Divided::row("format", "d@example.com", "", "docx"),
                        Divided::row("zone", "e@example.com", "Europe/Nowhere"),
                        Divided::row("evil", "f@evil.example"),
                        Divided::row("text", "nobody"),
                        {"name", "g@example.com", "A\nBcc: b@example.com", "", ""}};
  CHECK(world.at_time(kFirst).ended.at(0).state == RunState::partial);
  CHECK(world.parts_now() == Texts{"a delivered", "evil rejected", "format rejected", "name rejected", "text rejected",
                                   "two rejected", "zone rejected"});
  CHECK(contains(world.part("name").violations, "recipient_invalid"));
  CHECK(contains(world.part("two").violations, "list_invalid"));
  CHECK(contains(world.part("format").violations, "format_not_allowed"));
  CHECK(contains(world.part("zone").violations, "timezone_unknown"));
  CHECK(contains(world.part("evil").violations, "recipient_not_allowed"));
  CHECK(contains(world.part("text").violations, "recipient_invalid"));
  CHECK(world.run().reason == "6 of 7 parts did not end well: evil, format, name, text, two, zone");
  CHECK(world.sent_to() == Texts{"a@example.com", "ada@example.com", "b@example.com"});  // one notification for all
  CHECK(world.notifications().size() == 1);
}

TEST_CASE("parts that were rejected are made with their rows as they are now, each once, and not before their time") {
  Divided world;
  world.outside.list = {Divided::row("a", "a@example.com"), Divided::row("far", "b@example.com", "Europe/Nowhere"),
                        Divided::row("gone", "nobody"), Divided::row("late", "c@example.com", "Europe/Nowhere"),
                        Divided::row("still", "nobody")};
  const auto first = world.at_time(kFirst).ended.at(0);
  CHECK(first.state == RunState::partial);
  CHECK(contains(first.first, "correct the rows of far, gone, late, still (reportctl schedule validate "));
  world.outside.sent.clear();
  auto parts = world.parts();
  CHECK_THROWS_AS(retry(parts, world.part("still"), RetryUnknown::no, "os:root"), validation::Refusal);

  world.outside.list = {Divided::row("a", "other@example.com"), Divided::row("far", "b@example.com", "Europe/Berlin"),
                        Divided::row("late", "c@example.com", "America/New_York"), Divided::row("still", "nobody"),
                        Divided::row("new", "d@example.com")};
  auto again = world.parts();
  CHECK(retry(again, world.run(), RetryUnknown::no, "os:root").deferred);
  CHECK(world.parts_now() == Texts{"a delivered", "far delivered", "gone rejected", "late triggered", "still rejected"});
  CHECK(world.sent_to() == Texts{"b@example.com"});
  CHECK(world.at_time("17T09:59:00").ended.empty());
  CHECK(world.at_time("17T10:01:00").ended.at(0).state == RunState::partial);
  CHECK(world.parts_now() == Texts{"a delivered", "far delivered", "gone rejected", "late delivered", "still rejected"});
}

TEST_CASE("a list without a key, or of too many parts, sends nothing; nor does one without addresses") {
  const auto reject = [](std::vector<std::vector<std::string>> list) {
    Divided world;
    world.outside.list = std::move(list);
    CHECK(world.at_time(kFirst).ended.at(0).state == RunState::rejected);
    CHECK(world.sent_to() == Texts{"ada@example.com"});
    CHECK(store::list_runs(world.state, {.parts = true}).size() == 1);
    return world.run().violations;
  };
  CHECK(contains(reject({Divided::row("a", "a@example.com"), Divided::row("", "b@example.com")}), "list_invalid"));
  CHECK(contains(reject({Divided::row("a\tb", "a@example.com")}), "list_invalid"));
  std::vector<std::vector<std::string>> many;
  for (std::size_t i = 0; i <= schedule::kMostParts; ++i) many.push_back(Divided::row(std::to_string(i), "a@example.com"));
  CHECK(contains(reject(std::move(many)), "list_invalid"));
  CHECK(contains(reject({}), "recipient_required"));
  CHECK(contains(reject({Divided::row("a", ""), Divided::row("b", "")}), "recipient_required"));
}

TEST_CASE("once the parts are recorded the list is not asked again, whenever they end") {
  Divided world;
  world.settings.policy.retries = 3;
  world.answers({deferred(), deferred()});
  const auto first = world.at_time(kFirst);
  CHECK(first.ended.empty());
  CHECK(world.run().state == RunState::generated);
  CHECK(world.parts_now() == Texts{"a generated", "b generated", "c skipped"});
  world.outside.list = {Divided::row("evil", "evil@example.com")};
  const auto second = world.at_time("17T06:10:00");
  CHECK(second.ended.at(0).state == RunState::delivered);
  CHECK(world.parts_now() == Texts{"a delivered", "b delivered", "c skipped"});
  CHECK(world.outside.asked_lists == 1);
}

TEST_CASE("a part has its own format, zone and time; it goes at once where its time has passed") {
  Divided world;
  world.outside.list = {Divided::row("berlin", "b@example.com", "Europe/Berlin"),  // 06:00 there is 05:00 UTC
                        Divided::row("azores", "a@example.com", "Atlantic/Azores", "xlsx"), Divided::row("utc", "u@example.com")};
  CHECK(world.at_time(kFirst).ended.empty());
  CHECK(world.sent_to() == Texts{"b@example.com", "u@example.com"});
  CHECK(world.parts_now() == Texts{"azores triggered", "berlin delivered", "utc delivered"});
  CHECK(world.part("azores").slot == at("2026-03-17T07:00:00Z"));
  CHECK(world.part("berlin").slot == at("2026-03-17T05:00:00Z"));
  CHECK(world.at_time("17T06:59:59").ended.empty());
  CHECK(world.at_time("17T07:00:00").ended.at(0).state == RunState::delivered);
  CHECK(world.part("azores").format == "xlsx");
  CHECK(world.part("azores").timezone == "Atlantic/Azores");
  CHECK(world.part("utc").format == "csv");
}

TEST_CASE("a part that fails stops no other; it is made again by hand, with the row that it had") {
  Divided world;
  world.outside.list = {Divided::row("a", "a@example.com"), Divided::row("b", "b@example.com")};
  world.answers({refused()});
  CHECK(world.at_time(kFirst).ended.at(0).state == RunState::partial);
  const auto run = world.run();
  world.outside.list.clear();
  world.outside.sent.clear();
  auto command = world.parts();
  CHECK(resend(command, run, {}, "ann").state == RunState::delivered);
  CHECK(world.outside.sent.size() == 1);
  CHECK(world.run().state == RunState::delivered);
  CHECK(world.outside.asked_lists == 1);
  CHECK(world.stored().failure_count == 0);
  CHECK_THROWS_AS(resend(command, world.run(), {}, "ann"), Error);
}

TEST_CASE("owners get a mail about the part that failed, and one about the part without address") {
  Divided world;
  world.answers({refused()});
  CHECK(world.at_time(kFirst).ended.at(0).state == RunState::partial);
  const auto told = [&](const char* word) {
    return std::count_if(world.outside.sent.begin(), world.outside.sent.end(),
                         [&](const auto& mail) { return mail.to == "ada@example.com" && contains(mail.bytes, word); });
  };
  CHECK(told("one part has no address") == 1);
  CHECK(told("delivered to some recipients only") == 1);
}

TEST_CASE("parts whose source failed are made by resend and by retry alike") {
  for (const bool by_retry : {false, true}) {
    Divided world;
    world.outside.source_errors = {Error(ErrorKind::source, "down"), Error(ErrorKind::source, "down")};
    CHECK(world.at_time(kFirst).ended.at(0).state == RunState::failed);
    CHECK(world.parts_now() == Texts{"a failed", "b failed", "c skipped"});
    CHECK(world.sent_to() == Texts{"ada@example.com", "ada@example.com"});  // of the failure, and of the part without address
    world.outside.sent.clear();
    auto command = world.parts();
    const auto ended = by_retry ? retry(command, world.run(), RetryUnknown::no, "ann") : resend(command, world.run(), {}, "ann");
    CHECK(ended.state == RunState::delivered);
    CHECK(world.sent_to() == Texts{"a@example.com", "b@example.com"});
    CHECK(world.outside.asked_lists == 1);
  }
}

TEST_CASE("one part made again by hand ends its occurrence again; a process that is killed in between leaves that to the next") {
  Divided world;
  world.outside.list = {Divided::row("a", "a@example.com"), Divided::row("b", "b@example.com")};
  world.outside.source_errors = {Error(ErrorKind::source, "down"), Error(ErrorKind::source, "down")};
  world.at_time(kFirst);
  auto command = world.parts();
  CHECK(retry(command, world.part("a"), RetryUnknown::no, "ann").state == RunState::delivered);
  CHECK(world.run().state == RunState::partial);
  world.sql("UPDATE runs SET state = 'triggered', finished_at = NULL WHERE part = 'b'");
  world.sql("UPDATE runs SET state = 'generated', finished_at = NULL WHERE parent IS NULL");
  CHECK(world.at_time("17T06:30:00").ended.at(0).state == RunState::delivered);
}

TEST_CASE("owners are told once which parts have no address, and again when they are others") {
  Divided world;
  const auto told = [&] {
    std::size_t count = 0;
    for (const auto& one : store::list_notifications(world.state, {.all = true, .limit = 0}))
      count += one.kind == "RECIPIENT_MISSING";
    return count;
  };
  world.at_time(kFirst);
  CHECK(told() == 1);
  world.at_time(kSecond);
  CHECK(told() == 1);
  world.outside.list[1] = Divided::row("b", "");
  world.at_time("19T06:00:30");
  CHECK(told() == 2);
  world.outside.list = {Divided::row("a", "a@example.com")};
  world.at_time("20T06:00:30");
  CHECK(told() == 2);
  world.outside.list.push_back(Divided::row("b", ""));
  world.outside.list.push_back(Divided::row("c", ""));
  world.at_time("21T06:00:30");
  CHECK(told() == 3);  // the same as on the 19th, but not as the last time
}

TEST_CASE("who has unsubscribed is a part without address, and no failure") {
  Divided world;
  world.outside.list = {Divided::row("a", "a@example.com"), Divided::row("b", "b@example.com")};
  store::suppress(world.state,
                  {.address = "b@example.com",
                   .account = "acme",
                   .schedule_id = {},
                   .schedule = {},
                   .reason = "x",
                   .created_at = {},
                   .created_by = "b"},
                  {}, world.now);
  CHECK(world.at_time(kFirst).ended.at(0).state == RunState::delivered);
  CHECK(world.parts_now() == Texts{"a delivered", "b skipped"});
}

TEST_CASE("what is remembered for a condition is remembered for each part") {
  Divided world;
  world.edit([](schedule::Definition& definition) {
    definition.send = *schedule::Condition::parse("total(visits) > 10");
    definition.again = *schedule::Again::parse("once");
  });
  world.outside.list = {Divided::row("a", "a@example.com"), Divided::row("b", "b@example.com")};
  world.answers({refused()});  // of one part nobody was told
  world.at_time(kFirst);
  const auto raised = [&](const char* key) { return store::watch_of(world.state, world.schedule.id, key).raised_since; };
  CHECK((raised("a").has_value() ? 1 : 0) + (raised("b").has_value() ? 1 : 0) == 1);
  CHECK_FALSE(raised("").has_value());
  world.outside.sent.clear();
  world.at_time(kSecond);
  CHECK(world.outside.sent.size() == 1);  // the other one
  CHECK(world.run().state == RunState::delivered);
  CHECK((raised("a").has_value() && raised("b").has_value()));
  world.at_time("19T06:00:30");
  CHECK(world.run().state == RunState::quiet);
}

TEST_CASE("each part waits for its data, and the occurrence for its parts") {
  Divided world;
  world.edit([](schedule::Definition& definition) { definition.wait = std::chrono::hours(2); });
  world.outside.list = {Divided::row("a", "a@example.com"), Divided::row("b", "b@example.com", "Atlantic/Azores")};
  CHECK(world.at_time(kFirst).ended.empty());
  CHECK(world.parts_now() == Texts{"a waiting", "b waiting"});
  CHECK(world.part("a").wait_until == at("2026-03-17T08:00:00Z"));
  CHECK(world.part("b").wait_until == at("2026-03-17T09:00:00Z"));
  world.outside.data_until = {at("2026-03-17T00:30:00Z")};  // complete in UTC, and not yet on the Azores
  world.at_time("17T07:00:00");
  CHECK(world.parts_now() == Texts{"a delivered", "b waiting"});
  CHECK(world.at_time("17T09:00:00").ended.at(0).state == RunState::partial);
  CHECK(world.part("b").reason.starts_with("data_not_ready"));
}

TEST_CASE("texts name the part; a test is of one part, and an extra run of all") {
  Divided world;
  world.edit([](schedule::Definition& definition) { definition.subject = "{key} for {recipient}"; });
  world.outside.list = {{"a", "a@example.com", "Ann", "", ""}, {"a", "z@example.com", "", "", ""}};
  auto command = world.parts();
  const auto plans = plan_parts(command, world.stored(), world.now);
  const auto part = choose_part(plans, world.stored(), "");
  CHECK(test_schedule(command, part.schedule, {.mailboxes = {mailbox("me@example.com")}, .places = {}}, "ann").state ==
        RunState::delivered);
  CHECK(contains(world.outside.sent.at(0).bytes, "Subject: a for me@example.com"));
  world.outside.sent.clear();
  CHECK(run_now(command, world.stored(), "ann").state == RunState::delivered);
  CHECK(world.sent_to() == Texts{"a@example.com", "z@example.com"});
  CHECK(contains(world.outside.sent.at(0).bytes, "Subject: a for Ann, z@example.com"));
  CHECK_THROWS_AS(choose_part(plans, world.stored(), "b"), Error);
}
