// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "reportctl/base/stop.hpp"
#include "reportctl/store/deliveries.hpp"
#include "reportctl/store/runs.hpp"
#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using store::DeliveryState;
using store::RunState;

namespace {

/// Runs `work` in a process of its own, since a stop lasts as long as its process; true when it was interrupted.
template <typename Work>
bool interrupted_child(Work work) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    install_signal_handlers();
    try {
      work();
    } catch (const Error& error) {
      ::_exit(error.kind() == ErrorKind::interrupted ? 0 : 2);
    }
    ::_exit(1);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

delivery::Outcome with_stop(delivery::Outcome outcome) {
  ::raise(SIGTERM);
  return outcome;
}

}  // namespace

TEST_CASE("a stop between two recipients gives the run back: the first keeps the mail, the second gets it next") {
  const TempDirectory place;
  CHECK(interrupted_child([&] {
    World world(place.path());
    world.schedule.definition.recipients.mailboxes.push_back(mailbox("Bo <bo@example.com>"));
    store::edit_schedule(world.state, world.schedule, {}, world.now);
    world.outside.mail_answers.emplace_back([] { return with_stop(answer(delivery::OutcomeKind::accepted, "250 ok")); });
    world.run_due();
  }));
  World world(place.path());
  CHECK(world.run().state == RunState::generated);
  auto deliveries = world.deliveries();
  REQUIRE(deliveries.size() == 2);
  CHECK(deliveries[0].state == DeliveryState::accepted);
  CHECK(deliveries[1].state == DeliveryState::queued);
  world.outside.files[world.run().artifact_sha256] = "page,visits\nDocs,5\nHome,12\n";
  CHECK(world.run_due().ended.at(0).state == RunState::delivered);
  REQUIRE(world.outside.sent.size() == 1);
  CHECK(world.outside.sent[0].to == "bo@example.com");
  CHECK(world.run().resumed == 0);  // a stop is no crash
}

TEST_CASE("a stop while the server says not now takes the attempt back") {
  const TempDirectory place;
  CHECK(interrupted_child([&] {
    World world(place.path());
    world.outside.mail_answers.emplace_back([] { return with_stop(deferred()); });
    world.run_due();
  }));
  World world(place.path());
  CHECK(world.deliveries().at(0).state == DeliveryState::queued);
  CHECK(world.deliveries().at(0).attempts == 0);
  CHECK(world.run().state == RunState::generated);
}

TEST_CASE("a stop of a run that had to wait for its data, too") {
  const TempDirectory place;
  CHECK(interrupted_child([&] {
    World world(place.path());
    world.schedule.definition.recipients.mailboxes.push_back(mailbox("Bo <bo@example.com>"));
    world.schedule.definition.wait = std::chrono::hours(1);
    store::edit_schedule(world.state, world.schedule, {}, world.now);
    world.outside.data_until = {world.now};
    world.outside.mail_answers.emplace_back([] { return with_stop(answer(delivery::OutcomeKind::accepted, "250 ok")); });
    world.run_due();
  }));
  World world(place.path());
  CHECK(world.run().state == RunState::generated);
  CHECK_FALSE(world.run().interrupted);  // it was given back
}
