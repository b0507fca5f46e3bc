// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/heartbeat.hpp"

#include <sys/stat.h>

#include <fstream>

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct Beating {
  std::filesystem::path directory = [] {
    std::string name = (std::filesystem::temp_directory_path() / "reportctl-heartbeat-XXXXXX").string();
    return std::filesystem::path(::mkdtemp(name.data()));
  }();
  std::filesystem::path state = directory / "state.db";
  ~Beating() { std::filesystem::remove_all(directory); }
};

const Instant kNoon = at("2026-03-17T12:00:00Z");

}  // namespace

TEST_CASE("the last run-due is exact, and the interval is known after three") {
  const Beating world;
  CHECK_FALSE(read_heartbeat(world.state, kNoon).last());
  beat(world.state, kNoon);
  beat(world.state, kNoon + minutes(5) + seconds(7));
  CHECK(read_heartbeat(world.state, kNoon + minutes(9)).last() == kNoon + minutes(5) + seconds(7));
  CHECK_FALSE(read_heartbeat(world.state, kNoon + minutes(9)).usual());
  beat(world.state, kNoon + minutes(10));
  CHECK(read_heartbeat(world.state, kNoon + minutes(11)).usual() == minutes(5) + seconds(7));
  struct stat status {};
  REQUIRE(::stat(heartbeat_file(world.state).c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0600);
}

TEST_CASE("one that is late, or started by hand, does not change what is usual; the oldest are forgotten") {
  const Beating world;
  auto now = kNoon;
  for (int i = 0; i < 12; ++i) beat(world.state, now += minutes(5));
  beat(world.state, now += minutes(1));
  beat(world.state, now += minutes(50));
  const auto heartbeat = read_heartbeat(world.state, now);
  CHECK(heartbeat.beats.size() == 9);
  CHECK(heartbeat.usual() == minutes(5));
  CHECK(heartbeat.expected_by() == now + minutes(7));  // five, and two of patience
}

TEST_CASE("patience is a quarter of a long interval, and an hour while none is known") {
  const Heartbeat daily{.beats = {kNoon, kNoon - std::chrono::days(1), kNoon - std::chrono::days(2)}};
  CHECK(daily.expected_by() == kNoon + std::chrono::hours(30));
  CHECK(Heartbeat{.beats = {kNoon}}.expected_by() == kNoon + std::chrono::hours(1));
  CHECK_FALSE(Heartbeat{}.expected_by());
}

TEST_CASE("the processes of one run-due are one beat, and a clock that was set back forgets the future") {
  const Beating world;
  beat(world.state, kNoon);
  beat(world.state, kNoon + minutes(5));
  beat(world.state, kNoon + minutes(5) + seconds(1));
  CHECK(read_heartbeat(world.state, kNoon + minutes(6)).beats == std::vector<Instant>{kNoon + minutes(5) + seconds(1), kNoon});
  CHECK(read_heartbeat(world.state, kNoon + minutes(2)).beats == std::vector<Instant>{kNoon});
  beat(world.state, kNoon + minutes(3));
  CHECK(read_heartbeat(world.state, kNoon + minutes(9)).beats == std::vector<Instant>{kNoon + minutes(3), kNoon});
}

TEST_CASE("a file with anything else in it is no heartbeat") {
  const Beating world;
  for (const char* text : {"", "\n\n", "yesterday\n", "2026-03-17T11:00:00Z", "\0\xff"}) {
    std::ofstream(heartbeat_file(world.state)) << text;
    CHECK(read_heartbeat(world.state, kNoon).beats.size() <= 1);
  }
  std::filesystem::remove(heartbeat_file(world.state));
  std::filesystem::create_symlink("/etc/passwd", heartbeat_file(world.state));
  CHECK(read_heartbeat(world.state, kNoon).beats.empty());
  beat(world.state, kNoon);
  CHECK(read_heartbeat(world.state, kNoon).beats.empty());
}
