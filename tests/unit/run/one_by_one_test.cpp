// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <sqlite3.h>

#include "reportctl/base/text.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::RunState;

namespace {

/// What another process sees of the state file.
class Elsewhere {
 public:
  explicit Elsewhere(const World& world) {
    REQUIRE(sqlite3_open_v2((world.directory / "state.db").c_str(), &connection_, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
  }
  ~Elsewhere() { sqlite3_close(connection_); }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;
  int count(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_prepare_v2(connection_, sql, -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const int count = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return count;
  }
  /// How many runs there are in each of three states: `1 0 2`.
  std::string runs() {
    return fmt::format("{} triggered, {} generated, {} delivered", count("SELECT count(*) FROM runs WHERE state = 'triggered'"),
                       count("SELECT count(*) FROM runs WHERE state = 'generated'"),
                       count("SELECT count(*) FROM runs WHERE state = 'delivered'"));
  }

 private:
  sqlite3* connection_ = nullptr;
};

void add_schedules(World& world, int count) {
  for (int i = 1; i < count; ++i) {
    auto another = world.schedule;
    another.id = new_id();
    another.definition.name = "morning " + std::to_string(i);
    store::add_schedule(world.state, another, {}, world.now);
  }
}

}  // namespace

TEST_CASE("a run waits for the disk before the dot and at its end, where the next one is claimed") {
  World world;
  add_schedules(world, 3);
  Elsewhere elsewhere(world);
  std::vector<std::string> seen;
  for (int i = 0; i < 3; ++i)
    world.outside.mail_answers.emplace_back([&] {
      seen.push_back(elsewhere.runs());  // before the dot
      return answer(delivery::OutcomeKind::accepted, "250 ok");
    });
  CHECK(world.run_due().ended.size() == 3);
  CHECK(join(seen, "; ") ==
        "0 triggered, 1 generated, 0 delivered; "  // the mark beside the file, which is written once, is about what is recorded
        "1 triggered, 0 generated, 1 delivered; 1 triggered, 0 generated, 2 delivered");
  CHECK(elsewhere.runs() == "0 triggered, 0 generated, 3 delivered");
}

TEST_CASE("a report that took its time is recorded before its mail is sent") {
  World world;
  Elsewhere elsewhere(world);
  std::string seen;
  world.outside.mail_answers.emplace_back([&] {
    seen = elsewhere.runs();
    return answer(delivery::OutcomeKind::accepted, "250 ok");
  });
  world.outside.slow = std::chrono::milliseconds(1000);
  world.run_due();
  CHECK(seen == "0 triggered, 1 generated, 0 delivered");
}

TEST_CASE("a mail that is put off leaves its run generated, as one that was recorded at once") {
  World world;
  world.settings.policy.retries = 1;
  world.answers({deferred()});
  CHECK(world.run_due().ended.at(0).deferred);
  CHECK(Elsewhere(world).runs() == "0 triggered, 1 generated, 0 delivered");
  CHECK(world.deliveries().at(0).state == store::DeliveryState::deferred);
}

TEST_CASE("an end for which the disk has room only alone is recorded alone, and the next run comes all the same") {
  World world;
  add_schedules(world, 2);
  // The second claim fails once: as where the disk is full, though for another reason.
  world.sql(
      "CREATE TABLE refused (once); INSERT INTO refused VALUES (1); "
      "CREATE TRIGGER refuse BEFORE INSERT ON runs WHEN (SELECT count(*) FROM runs) = 1 AND EXISTS (SELECT 1 FROM refused) "
      "BEGIN SELECT RAISE(ROLLBACK, 'full'); END");
  Elsewhere elsewhere(world);
  std::vector<std::string> seen;
  const auto accepted = [&] {
    seen.push_back(elsewhere.runs());
    return answer(delivery::OutcomeKind::accepted, "250 ok");
  };
  world.outside.mail_answers = {accepted, accepted};
  CHECK_THROWS_AS(world.run_due(), Error);
  CHECK(elsewhere.runs() == "0 triggered, 0 generated, 1 delivered");  // mailed once, and recorded
  world.sql("DELETE FROM refused");
  world.run_due();
  CHECK(elsewhere.runs() == "0 triggered, 0 generated, 2 delivered");
  CHECK(world.outside.sent.size() == 2);
}

TEST_CASE("what was claimed with the end of the one before is given back by a stop") {
  // The stop itself is tested in stop_test.cpp: here, that nobody has to wait for a dead owner.
  World world;
  add_schedules(world, 2);
  auto told = 0;
  auto command = world.parts();
  DueResult result;
  CHECK_THROWS_AS(run::run_due(command,
                               {.tell =
                                    [&](const Ended&) {
                                      if (++told == 1) throw Error(ErrorKind::output, "nobody reads");
                                    }},
                               result),
                  Error);
  Elsewhere elsewhere(world);
  CHECK(elsewhere.runs() == "1 triggered, 0 generated, 1 delivered");
  CHECK(elsewhere.count("SELECT count(*) FROM runs WHERE owner_host IS NOT NULL") == 0);
  CHECK(world.run_due().ended.size() == 1);
  CHECK(world.run().resumed == 0);
}
