// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/by_hand.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::DeliveryState;
using store::RunState;

namespace {

const std::string kStored = "partner:in/2026/visits_acme_2026-03-16.csv";

void places_answer(World& world, std::vector<delivery::Outcome> outcomes) {
  for (auto& outcome : outcomes) world.outside.place_answers.emplace_back([outcome] { return outcome; });
}

}  // namespace

TEST_CASE("a report goes to mailboxes and to places, each with its row") {
  World world;
  world.goes_to("partner:in/{year}");
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
  CHECK(world.outside.sent.size() == 1);
  REQUIRE(world.outside.stored.contains(kStored));
  CHECK(world.outside.stored.at(kStored) == world.outside.files.at(world.run().artifact_sha256));
  const auto deliveries = world.deliveries();
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[1].address == kStored);
  CHECK(deliveries[1].message_sha256 == world.run().artifact_sha256);
  CHECK(deliveries[1].message_id.empty());
}

TEST_CASE("a schedule that goes to places alone needs no sender and no mail server") {
  World world;
  world.goes_to("partner:in/{year}");
  auto changed = world.stored();
  changed.definition.recipients.mailboxes.clear();
  store::edit_schedule(world.state, changed, {}, world.now);
  world.settings.mail.from.reset();
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
  CHECK(world.outside.sent.empty());
  CHECK(world.outside.stored.size() == 1);
}

TEST_CASE("a place whose outcome is unknown is looked at again, a file that is gone is not") {
  World world;
  world.settings.policy.retries = 2;
  world.goes_to("partner:in/{year}");
  places_answer(world, {answer(delivery::OutcomeKind::unknown, "cannot look", "reply_lost")});
  world.run_due();
  CHECK(world.run().state == RunState::generated);
  world.now += std::chrono::minutes(6);
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
  CHECK(world.outside.doubts == std::vector<bool>{false, true});
  CHECK(world.outside.stored.size() == 1);
  CHECK(world.outside.sent.size() == 1);  // the mail was accepted before

  World other;
  other.settings.policy.retries = 2;
  other.goes_to("partner:in/{year}");
  places_answer(other, {answer(delivery::OutcomeKind::unknown, "fetched, or lost", "gone")});
  CHECK(other.run_due().ended.at(0).state == RunState::unknown);
}

TEST_CASE("a run that died while a file got its name is resumed with a look at the place") {
  World world;
  world.goes_to("partner:in/{year}");
  world.outside.place_answers.emplace_back([&]() -> delivery::Outcome {
    world.kill_owners();
    world.sql("UPDATE deliveries SET state = 'handing_over' WHERE destination <> ''; UPDATE runs SET fence = fence + 1");
    return deferred("the process is gone");
  });
  try {
    world.run_due();
  } catch (const Error&) {
    // its fence was lost
  }
  world.run_due();
  CHECK(world.run().state == RunState::delivered);
  CHECK(world.outside.doubts == std::vector<bool>{false, true});
  CHECK(world.outside.stored.size() == 1);
}

TEST_CASE("a run whose work fails while a file is stored is not delivered") {
  World world;
  world.settings.policy.retries = 0;
  world.goes_to("partner:in/{year}");
  SUBCASE("before it got its name") {
    world.outside.place_answers.emplace_back([]() -> delivery::Outcome { throw Error(ErrorKind::output, "no space"); });
    CHECK(world.run_due().ended.at(0).state == RunState::partial);
    CHECK(world.deliveries().at(1).state == DeliveryState::deferred);
    CHECK(world.deliveries().at(1).answer == "no space");
  }
  SUBCASE("afterwards, perhaps") {
    world.outside.place_answers.emplace_back([&]() -> delivery::Outcome {
      world.sql("UPDATE deliveries SET state = 'handing_over' WHERE destination <> ''");
      throw Error(ErrorKind::output, "no space");
    });
    CHECK(world.run_due().ended.at(0).state == RunState::unknown);
    CHECK(world.deliveries().at(1).state == DeliveryState::unknown);
  }
  CHECK(world.deliveries().at(0).state == DeliveryState::accepted);
  CHECK(world.run().reason.starts_with("1 of 2 recipients did not get it; partner:in/2026/"));
}

TEST_CASE("a destination that is down is tried once by a run-due, and the others go on") {
  World world;
  world.goes_to("partner:a");
  world.goes_to("partner:b");
  auto down = deferred("no connection");
  down.stop_batch = true;
  places_answer(world, {down});
  CHECK(world.run_due().ended.at(0).state == RunState::partial);
  CHECK(world.outside.doubts.size() == 1);
  CHECK(world.outside.sent.size() == 2);  // the report, and the notification of the admin
  CHECK(world.deliveries()[2].answer == "not tried: no connection");
}

TEST_CASE("a run is rejected when its account has lost the destination") {
  World world;
  world.goes_to("partner:in");
  world.settings.destinations.at("partner").accounts = {"other"};
  CHECK(world.run_due().ended.at(0).state == RunState::rejected);
  CHECK(contains(world.run().violations, "destination_not_allowed"));
  CHECK(world.outside.stored.empty());
}

TEST_CASE("two templates that give the same place give one file") {
  World world;
  world.goes_to("partner:in/{year}");
  world.goes_to("partner:in/2026");
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
  CHECK(world.outside.doubts.size() == 1);
}

TEST_CASE("a test goes to the places it names and to nobody else") {
  World world;
  world.goes_to("partner:in/{year}");
  auto command = world.parts();
  const auto ended =
      test_schedule(command, world.stored(), {.mailboxes = {}, .places = {{"partner", "test/{account}"}}}, "tester");
  CHECK(ended.state == RunState::delivered);
  REQUIRE(world.outside.stored.size() == 1);
  CHECK(world.outside.stored.begin()->first == "partner:test/Acme-Ltd/visits_acme_2026-03-16.csv");
  CHECK(world.outside.sent.empty());
}
