// SPDX-License-Identifier: MIT
// Copyright the reportctl authors

#include "reportctl/run/by_hand.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::DeliveryState;
using store::RunState;

TEST_CASE(
    "a due schedule is mailed once, with its file stored and attached, "
    "and moves on") {
  World world;
  const auto result = world.run_due();
  REQUIRE(result.ended.size() == 1);
  CHECK(result.ended[0].state == RunState::delivered);
  CHECK(result.errors.empty());
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "ann@example.com");
  CHECK(contains(world.outside.sent[0].bytes, "Subject: =?UTF-8?Q?Visits_=E2=80=93_"));
  CHECK(contains(world.outside.sent[0].bytes, "visits_acme_2026-03-16.csv"));
  REQUIRE(world.outside.files.size() == 1);
  CHECK(world.outside.files.begin()->second == "page,visits\nDocs,5\nHome,12\n");
  CHECK(world.run().artifact_sha256 == world.outside.files.begin()->first);
  CHECK(world.stored().next_run_at == at("2026-03-18T06:00:00Z"));
  CHECK(world.run_due().ended.empty());
  CHECK(world.outside.sent.size() == 1);
}

TEST_CASE(
    "the mail about a failed resend is the one that was queued: same "
    "Message-ID, same count as the history shows") {
  World world;
  world.answers({refused()});
  world.run_due();
  REQUIRE(world.run().state == RunState::delivery_failed);
  REQUIRE(world.outside.sent.size() == 2);
  CHECK(world.outside.sent[1].to == "ada@example.com");
  CHECK(world.stored().failure_count == 1);

  world.answers({refused()});
  auto command = world.parts();
  const auto ended = resend(command, world.run(), {.only = ResendOnly::failed}, "tester");
  CHECK(ended.state == RunState::delivery_failed);
  CHECK(world.stored().failure_count == 1);  // the same occurrence is not counted twice
  const auto notifications = world.notifications();
  REQUIRE(notifications.size() == 2);
  for (const auto& one : notifications) {
    CHECK(one.state == DeliveryState::accepted);
    CHECK(contains(one.message_id,
                   one.id + "@"));  // not another one made when it was sent
  }
  REQUIRE(world.outside.sent.size() == 4);
  CHECK_FALSE(contains(unfolded(world.outside.sent[3].bytes), "in a row"));
}

TEST_CASE("a mail about a failure that a dead process queued goes out as it was queued, whatever was renamed since") {
  World world;
  world.answers({refused()});
  world.outside.mail_answers.emplace_back([]() -> delivery::Outcome { throw Error(ErrorKind::state, "the disk is gone"); });
  CHECK_THROWS_AS(world.run_due(), Error);
  REQUIRE(world.outside.sent.size() == 2);
  const auto queued = world.notifications().at(0);
  CHECK(queued.state == DeliveryState::queued);
  world.kill_owners();
  world.sql("UPDATE accounts SET name = 'Renamed'; UPDATE schedules SET failure_count = 7, next_run_at = next_run_at + 60");
  world.run_due();
  const auto sent = world.notifications().at(0);
  CHECK(sent.state == DeliveryState::accepted);
  CHECK(sent.message_id == queued.message_id);
  REQUIRE(world.outside.sent.size() == 3);
  CHECK(world.outside.sent[2].bytes == world.outside.sent[1].bytes);
}

TEST_CASE("a mail about a failure without stored facts still goes out, and broken ones are an outcome of that mail alone") {
  World world;
  world.answers({refused()});
  world.outside.mail_answers.emplace_back([]() -> delivery::Outcome { throw Error(ErrorKind::state, "the disk is gone"); });
  SUBCASE("queued by an older version") {
    CHECK_THROWS_AS(world.run_due(), Error);
    world.kill_owners();
    world.sql("UPDATE notifications SET mail = ''");
    world.run_due();
    CHECK(world.notifications().at(0).state == DeliveryState::accepted);
    CHECK(contains(unfolded(world.outside.sent.back().bytes), "not delivered"));
  }
  SUBCASE("unreadable") {
    CHECK_THROWS_AS(world.run_due(), Error);
    world.kill_owners();
    world.sql("UPDATE notifications SET mail = '{'");
    world.run_due();
    CHECK(world.notifications().at(0).state == DeliveryState::deferred);
    CHECK(contains(world.notifications().at(0).answer, "cannot be read"));
    CHECK(world.run().state == RunState::delivery_failed);
  }
}

TEST_CASE("who is told of a broken rule reads the rule") {
  World world;
  world.sql("UPDATE schedules SET owner = 'm-gone'");
  const auto result = world.run_due();
  REQUIRE(result.ended.size() == 1);
  CHECK(result.ended[0].state == RunState::rejected);
  REQUIRE(world.outside.sent.size() == 1);
  const auto mail = unfolded(world.outside.sent[0].bytes);
  CHECK(world.outside.sent[0].to == "ada@example.com");
  CHECK(contains(mail, "role_not_permitted"));
  CHECK(contains(mail, "the member on whose behalf it runs has left the account"));
  CHECK(contains(mail, "reportctl schedule reassign morning"));
}

TEST_CASE("a stored recipient that cannot be read is refused, and the others get theirs") {
  World world;
  world.settings.policy.retries = 1;
  world.schedule.definition.recipients.mailboxes.push_back(mailbox("Bo <bo@example.com>"));
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  world.answers({deferred(), deferred()});
  world.run_due();
  world.sql("UPDATE deliveries SET recipient = 'ann at example' WHERE address = 'ann@example.com'");
  world.now += std::chrono::minutes(6);
  const auto ended = world.run_due().ended.at(0);
  CHECK(ended.state == RunState::partial);
  CHECK(contains(ended.reason, "ann@example.com: the stored recipient cannot be read"));
  CHECK(world.deliveries().at(0).state == DeliveryState::refused);
  CHECK(world.deliveries().at(1).state == DeliveryState::accepted);
}

TEST_CASE("a deferred mail is tried again after five minutes, the same bytes, as often as the policy says") {
  World world;
  world.settings.policy.retries = 1;
  world.answers({deferred()});
  const auto waiting = world.run_due().ended.at(0);
  CHECK(waiting.deferred);
  CHECK(world.run().resume_at == at("2026-03-17T06:05:30Z"));
  world.now += std::chrono::minutes(4);
  CHECK(world.run_due().ended.empty());
  world.now += std::chrono::minutes(1);
  SUBCASE("and arrives") {
    CHECK(world.run_due().ended.at(0).state == RunState::delivered);
    REQUIRE(world.outside.sent.size() == 2);
    CHECK(world.outside.sent[0].bytes == world.outside.sent[1].bytes);
    CHECK(world.run().resumed == 0);
  }
  SUBCASE("and is given up") {
    world.answers({deferred()});
    CHECK(world.run_due().ended.at(0).state == RunState::delivery_failed);
    CHECK(world.deliveries().at(0).state == DeliveryState::deferred);
  }
}

TEST_CASE("an unknown delivery is left to a person, or repeated twice under the same Message-ID where the policy says so") {
  World world;
  SUBCASE("hold") {
    world.answers({unknown()});
    CHECK(world.run_due().ended.at(0).state == RunState::unknown);
    world.now += std::chrono::hours(2);
    world.run_due();
    CHECK(world.deliveries().at(0).attempts == 1);
  }
  SUBCASE("resend") {
    world.settings.policy.on_unknown = settings::OnUnknown::resend;
    for (const int minutes : {0, 5, 10}) {
      world.now += std::chrono::minutes(minutes);
      world.answers({unknown()});
      world.run_due();
    }
    CHECK(world.run().state == RunState::unknown);
    CHECK(world.deliveries().at(0).attempts == 3);
    CHECK(world.outside.sent[0].bytes == world.outside.sent[2].bytes);
  }
}

namespace {

/// As if the run's process had died, three times before it too.
void interrupt_too_often(World& world) {
  world.sql(
      "UPDATE runs SET resumed = 3, owner_host = (SELECT value FROM facts WHERE name = 'host'), owner_boot = 'x', owner_pid = 1, "
      "owner_start = 1, lease_until = 0, resume_at = NULL");
}

}  // namespace

TEST_CASE("a run that was interrupted too often is given up: as failed where nothing was sent") {
  World world;
  world.settings.policy.retries = 1;
  world.outside.source_errors = {Error(ErrorKind::source, "source shop: the server is starting")};
  world.run_due();
  interrupt_too_often(world);
  const auto ended = world.run_due().ended.at(0);
  CHECK(ended.state == RunState::failed);
  CHECK(ended.reason == "interrupted 4 times; not tried again");
}

TEST_CASE("a run that was interrupted too often is given up: otherwise by what was sent, with the command that goes on with it") {
  World world;
  world.settings.policy.retries = 1;
  for (const char* to : {"Bo <bo@example.com>", "Cy <cy@example.com>"})
    world.schedule.definition.recipients.mailboxes.push_back(mailbox(to));
  store::edit_schedule(world.state, world.schedule, {}, world.now);
  world.answers({deferred(), deferred(), deferred()});
  world.run_due();
  interrupt_too_often(world);
  SUBCASE("one was being handed over") {
    world.sql("UPDATE deliveries SET state = 'handing_over' WHERE address = 'ann@example.com'");
    const auto ended = world.run_due().ended.at(0);
    CHECK(ended.state == RunState::unknown);
    CHECK(next_command(ended) == "reportctl runs resend " + ended.run_id + " --only unknown");
    const auto deliveries = world.deliveries();
    CHECK(deliveries.at(0).state == DeliveryState::unknown);
    CHECK(deliveries.at(1).state == DeliveryState::deferred);
    CHECK(deliveries.at(1).answer == "interrupted 4 times; not tried again");
    CHECK_FALSE(deliveries.at(1).next_attempt_at);
  }
  SUBCASE("one was in doubt and waits") {
    world.sql("UPDATE deliveries SET in_doubt = 1 WHERE address = 'ann@example.com'");
    CHECK(world.run_due().ended.at(0).state == RunState::unknown);
    CHECK(world.deliveries().at(0).state == DeliveryState::unknown);
  }
  SUBCASE("one had it") {
    world.sql("UPDATE deliveries SET state = 'accepted', sent_at = 1, next_attempt_at = NULL WHERE address = 'ann@example.com'");
    world.sql("UPDATE deliveries SET state = 'queued', next_attempt_at = NULL WHERE address = 'bo@example.com'");
    const auto ended = world.run_due().ended.at(0);
    CHECK(ended.state == RunState::partial);
    CHECK(ended.reason == "2 of 3 recipients did not get it; bo@example.com: interrupted 4 times; not tried again");
    auto command = world.parts();
    CHECK(resend(command, world.run(), {.only = ResendOnly::failed}, "tester").state == RunState::delivered);
  }
  SUBCASE("nobody had it") { CHECK(world.run_due().ended.at(0).state == RunState::delivery_failed); }
}

TEST_CASE("a run that ended and was not told, since its process died, is told by the next run-due, once") {
  World world;
  world.answers({unknown()});
  world.run_due();
  REQUIRE(world.run().state == RunState::unknown);
  CHECK(world.run_due().ended.empty());
  world.sql(
      "UPDATE runs SET owner_host = (SELECT value FROM facts WHERE name = 'host'), owner_boot = 'x', owner_pid = 1, owner_start "
      "= 1, "
      "lease_until = 0");
  const auto result = world.run_due();
  REQUIRE(result.ended.size() == 1);
  CHECK(result.ended[0].state == RunState::unknown);
  CHECK(result.ended[0].run_id == world.run().id);
  CHECK(contains(result.ended[0].reason, "no answer"));
  CHECK(world.run().resumed == 0);
  CHECK(world.run_due().ended.empty());
}

TEST_CASE("what ended before an error is heard at once, and the run that met it is told by the next run-due") {
  World world;
  auto second = world.schedule;
  second.id = new_id();
  second.definition.name = "second";
  store::add_schedule(world.state, second, {}, world.now);
  world.answers({refused()});
  world.outside.mail_answers.emplace_back([] { return answer(delivery::OutcomeKind::accepted, "250 ok"); });  // the notice
  world.answers({refused()});
  world.outside.mail_answers.emplace_back([]() -> delivery::Outcome { throw Error(ErrorKind::state, "the disk is gone"); });
  auto command = world.parts();
  DueResult result;
  std::vector<std::string> heard;
  CHECK_THROWS_AS(
      run::run_due(
          command,
          {.accept_clock = false, .tell = [&](const Ended& ended) { heard.push_back(ended.schedule); }, .tell_export = {}},
          result),
      Error);
  REQUIRE(heard.size() == 1);
  REQUIRE(result.ended.size() == 1);
  world.kill_owners();
  const auto next = world.run_due().ended;
  REQUIRE(next.size() == 1);
  CHECK(next[0].state == RunState::delivery_failed);
  CHECK(next[0].schedule != heard[0]);
}

TEST_CASE("a file that is too large travels as a link where the policy sends links") {
  World world;
  world.settings.mail.oversize = settings::Oversize::link;
  world.outside.visits.assign(3000, {"a page with a long name", 1});
  SUBCASE("it is larger than we send") {
    world.settings.mail.max_message_bytes = 50'000;
    CHECK(world.run_due().ended.at(0).state == RunState::delivered);
    REQUIRE(world.outside.sent.size() == 1);
    CHECK(world.outside.sent[0].bytes.size() < 50'000);
    CHECK(contains(unfolded(world.outside.sent[0].bytes), "https://files.example/2026-03-17T06:00:30Z/visits_acme"));
  }
  SUBCASE("it is larger than the server takes") {
    world.answers({answer(delivery::OutcomeKind::refused, "552 too big", "too_large")});
    CHECK(world.run_due().ended.at(0).state == RunState::delivered);
    REQUIRE(world.outside.sent.size() == 2);
    CHECK(world.outside.sent[0].bytes.size() > 70'000);
    CHECK(contains(unfolded(world.outside.sent[1].bytes), "https://files.example/"));
    CHECK(world.deliveries().at(0).message_bytes == static_cast<std::int64_t>(world.outside.sent[1].bytes.size()));
  }
  SUBCASE("links are not wanted") {
    world.settings.mail.oversize = settings::Oversize::fail;
    world.settings.mail.max_message_bytes = 50'000;
    CHECK(world.run_due().ended.at(0).state == RunState::delivery_failed);
    REQUIRE(world.outside.sent.size() == 1);  // to the admin
    CHECK(world.outside.sent[0].to == "ada@example.com");
    CHECK(contains(unfolded(world.outside.sent[0].bytes), "mail.oversize: link"));
  }
}

TEST_CASE("a test goes to other addresses and leaves the schedule as it is") {
  World world;
  const auto before = world.stored();
  auto command = world.parts();
  const auto ended = test_schedule(command, before, {.mailboxes = {mailbox("me@example.com")}, .places = {}}, "tester");
  CHECK(ended.state == RunState::delivered);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "me@example.com");
  CHECK(world.stored().next_run_at == before.next_run_at);
  CHECK(world.stored().last_run_status.empty());
}

TEST_CASE("a resend has the Message-ID of the first mail, or its own where that is wanted or the bytes are others now") {
  World world;
  world.run_due();
  auto command = world.parts();
  const auto first = world.deliveries().at(0);
  resend(command, world.run(), {.only = ResendOnly::all}, "tester");
  CHECK(world.deliveries().at(0).message_id == first.message_id);
  CHECK(world.outside.sent.at(1).bytes == world.outside.sent.at(0).bytes);
  SUBCASE("wanted") { resend(command, world.run(), {.only = ResendOnly::all, .as = ResendAs::new_message}, "tester"); }
  SUBCASE("after an upgrade of the templates") {
    world.sql("UPDATE deliveries SET message_sha256 = 'of other bytes'");
    resend(command, world.run(), {.only = ResendOnly::all}, "tester");
  }
  const auto last = world.deliveries().at(0);
  CHECK(last.state == DeliveryState::accepted);
  CHECK(last.message_id != first.message_id);
  REQUIRE(world.outside.sent.size() == 3);
  CHECK(contains(world.outside.sent[2].bytes, "Message-ID: <" + last.message_id + ">"));
}

TEST_CASE("a resend without its file, or without a recipient that matches, changes nothing") {
  World world;
  world.run_due();
  auto command = world.parts();
  const auto kind_of = [&](ResendOnly only) {
    try {
      resend(command, world.run(), {.only = only}, "tester");
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::failed;
  };
  CHECK(kind_of(ResendOnly::failed) == ErrorKind::conflict);
  world.outside.files.clear();
  CHECK(kind_of(ResendOnly::all) == ErrorKind::not_found);
  CHECK(world.run().state == RunState::delivered);
  CHECK(world.outside.sent.size() == 1);
}
