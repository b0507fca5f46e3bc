// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/suppressions.hpp"

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

Suppression of(std::string address, std::string account = {}, std::string schedule_id = {}) {
  return {.address = std::move(address),
          .account = std::move(account),
          .schedule_id = std::move(schedule_id),
          .schedule = {},
          .reason = "unsubscribed",
          .created_at = {},
          .created_by = "root"};
}

AuditEvents an_event() {
  return {{.name = "RecipientSuppressed", .account = "acme", .subject = {}, .actor = "root", .payload = "{}"}};
}

std::size_t allowed(Fixture& fixture) { return allowed_recipients(fixture.state, fixture.stored()).size(); }

}  // namespace

TEST_CASE("a suppressed address gets nothing of its schedule, its account, or of anybody, however it is written") {
  Fixture fixture;
  CHECK(allowed(fixture) == 1);
  for (const auto& one :
       {of("ANN@example.com", "acme", fixture.schedule.id), of("ann@EXAMPLE.com", "acme"), of("ann@example.com")}) {
    CHECK(suppress(fixture.state, one, an_event(), kNow));
    CHECK(allowed(fixture) == 0);
    CHECK(allow_again(fixture.state, "Ann@Example.com", std::nullopt, {}, kNow) == 1);
    CHECK(allowed(fixture) == 1);
  }
  CHECK(suppress(fixture.state, of("bo@example.com"), {}, kNow));
  CHECK(allowed(fixture) == 1);
}

TEST_CASE("an address is suppressed once, and an account takes back its own only") {
  Fixture fixture;
  CHECK(suppress(fixture.state, of("ann@example.com"), an_event(), kNow));
  CHECK_FALSE(suppress(fixture.state, of("ann@example.com"), an_event(), kNow));
  CHECK(list_audit(fixture.state, {}).size() == 1);
  CHECK(suppress(fixture.state, of("ann@example.com", "acme"), {}, kNow));
  CHECK(list_suppressions(fixture.state, {}).size() == 2);
  CHECK(list_suppressions(fixture.state, Sight{{Seen{"acme", std::nullopt}}}).size() == 1);
  CHECK(list_suppressions(fixture.state, Sight{{Seen{"acme", "depot:north"}}}).empty());
  CHECK(allow_again(fixture.state, "ann@example.com", "acme", {}, kNow) == 1);
  CHECK(list_suppressions(fixture.state, {}).size() == 1);
  CHECK(allow_again(fixture.state, "ann@example.com", "acme", an_event(), kNow) == 0);
  CHECK(list_audit(fixture.state, {}).size() == 1);
}

TEST_CASE("a schedule that goes takes its suppressions along") {
  Fixture fixture;
  CHECK(suppress(fixture.state, of("ann@example.com", "acme", fixture.schedule.id), {}, kNow));
  CHECK(list_suppressions(fixture.state, {}).at(0).schedule == "morning");
  remove_schedule(fixture.state, fixture.schedule.id, {}, kNow);
  CHECK(list_suppressions(fixture.state, {}).empty());
  fixture.require_sound();
}

TEST_CASE("a token is the delivery of a report") {
  Fixture fixture;
  fixture.generated({a_delivery("d1", "ann@example.com")});
  const auto found = subscription_of(fixture.state, "d1");
  REQUIRE(found);
  CHECK(found->address == "ann@example.com");
  CHECK(found->account == "acme");
  CHECK(found->schedule_id == fixture.schedule.id);
  CHECK(found->schedule == "morning");
  CHECK_FALSE(subscription_of(fixture.state, "d2"));
  CHECK_FALSE(subscription_of(fixture.state, ""));
}
