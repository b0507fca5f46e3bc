// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "owner.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "fixture.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/ownership.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

constexpr auto kAnHour = std::chrono::hours(1);

/// As a process of another container of this machine is written down.
ProcessIdentity elsewhere() {
  auto process = this_process();
  process.host = "another container";
  process.pid = 7;
  return process;
}

}  // namespace

TEST_CASE("a process of another container works as long as it holds its lock, whatever its lease says") {
  const TempDirectory directory;
  auto state = State::open(directory.file(), OpenMode::create);
  const auto other = elsewhere();
  const Owner owner{other, kNow + kAnHour};
  CHECK_FALSE(is_working(state.connection(), owner, kNow));  // nobody ever held a lock
  std::array<int, 2> ends{};
  REQUIRE(::pipe(ends.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    OwnerLocks locks(directory.file());
    locks.hold(other);
    [[maybe_unused]] const auto told = ::write(ends[1], "x", 1);
    for (;;) ::pause();
  }
  char told = 0;
  REQUIRE(::read(ends[0], &told, 1) == 1);
  CHECK(is_working(state.connection(), owner, kNow));
  CHECK(is_working(state.connection(), owner, kNow + 2 * kAnHour));
  CHECK_FALSE(is_orphaned(state.connection(), owner));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  CHECK_FALSE(is_working(state.connection(), owner, kNow));
  CHECK(is_orphaned(state.connection(), owner));
  ::close(ends[0]);
  ::close(ends[1]);
  CHECK(mode_of(directory.file().string() + "-owners") == 0600);
}

TEST_CASE("a process of another machine is believed until its lease ends") {
  const TempDirectory directory;
  auto state = State::open(directory.file(), OpenMode::create);
  Owner owner{elsewhere(), kNow + kAnHour};
  owner.process->boot_id = "of another machine";
  CHECK(is_working(state.connection(), owner, kNow));
  CHECK_FALSE(is_working(state.connection(), owner, kNow + kAnHour));
  CHECK_FALSE(is_orphaned(state.connection(), owner));
}

TEST_CASE("a named installation is the same on every host, and no other name's") {
  const TempDirectory directory;
  auto state = State::open(directory.file(), OpenMode::create);
  state.set_home("nightly");
  require_own(state);
  CHECK(state.fact("host") == "instance nightly");
  state.set_home("staging");
  CHECK(ownership(state) == Ownership::other_host);
  state.set_home("");
  CHECK(ownership(state) == Ownership::other_host);
  adopt_state(state);
  CHECK(state.fact("host") == this_process().host);
}

TEST_CASE("whoever adopts the state goes on with what another machine left, before its lease ends") {
  Fixture fixture;
  auto gone = this_process();
  gone.host = "gone";
  gone.boot_id = "of another machine";
  const auto claim = fixture.claim(gone);
  CHECK(runs_to_resume(fixture.state, kNow).empty());
  CHECK(left_elsewhere(fixture.state) == 1);
  adopt_state(fixture.state);
  const auto left = runs_to_resume(fixture.state, kNow);
  REQUIRE(left.size() == 1);
  CHECK(left[0].id == claim.run.id);
}
