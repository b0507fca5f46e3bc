// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "attempts.hpp"

#include "world.hpp"

using namespace reportctl;
using namespace reportctl::run;
using namespace reportctl::run::test;

TEST_CASE("retries come after 5, 10, 20, 40 and 67 minutes, then every 67, as long as there are any") {
  const auto now = at("2026-03-16T06:00:00Z");
  CHECK(next_attempt(now, 1, 9) == at("2026-03-16T06:05:00Z"));
  CHECK(next_attempt(now, 2, 9) == at("2026-03-16T06:10:00Z"));
  CHECK(next_attempt(now, 3, 9) == at("2026-03-16T06:20:00Z"));
  CHECK(next_attempt(now, 4, 9) == at("2026-03-16T06:40:00Z"));
  CHECK(next_attempt(now, 5, 9) == at("2026-03-16T07:07:00Z"));
  CHECK(next_attempt(now, 9, 9) == at("2026-03-16T07:07:00Z"));
  CHECK_FALSE(next_attempt(now, 10, 9));
  CHECK_FALSE(next_attempt(now, 1, 0));
}

TEST_CASE("the fourth takeover from a dead process is the one that gives up") {
  CHECK_FALSE(is_hopeless(3));
  CHECK(is_hopeless(4));
}
