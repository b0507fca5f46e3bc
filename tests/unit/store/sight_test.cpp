// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "fixture.hpp"
#include "reportctl/store/webhooks.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

const Sight kNorth{{Seen{"acme", "depot:north"}}};
const Sight kSouth{{Seen{"acme", "depot:south"}}};
const Sight kAcme{{Seen{"acme", std::nullopt}}};
const Sight kShop{{Seen{"shop", std::nullopt}}};
const Sight kNobody{std::vector<Seen>{}};

/// acme has a schedule of the whole account, and one of the depot north; each has a run. Their ids begin with abcd.
struct Sites : Fixture {
  std::string whole_run, north_run;

  Sites() {
    auto north = a_schedule("north");
    north.definition.scope = {.kind = schedule::ScopeKind::depot, .site = "north"};
    add_schedule(state, north, {}, kNow);
    claim();
    claim_due(state, a_request(north));
    sql("PRAGMA foreign_keys = OFF; UPDATE schedules SET id = 'abcd' || substr(id, 5); UPDATE runs SET schedule_id = 'abcd' || "
        "substr(schedule_id, 5); UPDATE runs SET id = 'abcd' || substr(id, 5)");
    const auto runs = list_runs(state, {});
    north_run = runs.at(0).id;
    whole_run = runs.at(1).id;
  }
  std::vector<std::string> seen(const Sight& sight) {
    std::vector<std::string> ids;
    for (const auto& run : list_runs(state, {.sight = sight})) ids.push_back(run.id);
    return ids;
  }
};

using Ids = std::vector<std::string>;

}  // namespace

TEST_CASE_FIXTURE(Sites, "runs are listed for the site of their schedule, or the whole account") {
  CHECK(seen(std::nullopt) == Ids{north_run, whole_run});
  CHECK(seen(kAcme) == Ids{north_run, whole_run});
  CHECK(seen(kNorth) == Ids{north_run});
  CHECK(seen(kSouth).empty());
  CHECK(seen(kShop).empty());
  CHECK(seen(kNobody).empty());
  CHECK(list_runs(state, {.limit = 1, .sight = kAcme}).size() == 1);
  CHECK(list_runs(state, {.account = "shop", .sight = kAcme}).empty());
  sql("UPDATE runs SET schedule_id = NULL, slot = NULL, trigger = 'test'");
  CHECK(seen(kNorth).empty());
  CHECK(seen(kAcme).size() == 2);
}

TEST_CASE_FIXTURE(Sites, "the newest of all that is in sight come first, whichever account they are of") {
  add_account(state, an_account("shop"), {}, kNow);
  const auto spend = a_schedule("spend", "shop");
  add_schedule(state, spend, {}, kNow);
  const auto shop_run = claim_due(state, a_request(spend)).claim->run.id;
  const Sight both{{Seen{"acme", std::nullopt}, Seen{"shop", std::nullopt}}};
  CHECK(seen(both) == Ids{shop_run, north_run, whole_run});
  CHECK(list_runs(state, {.limit = 2, .sight = both}).size() == 2);
  CHECK(list_runs(state, {.limit = 2, .sight = both}).at(0).id == shop_run);
}

TEST_CASE_FIXTURE(Sites, "what is out of sight neither matches a prefix nor makes it ambiguous") {
  CHECK(kind_of([&] { get_run(state, "abcd", kAcme); }) == ErrorKind::conflict);
  CHECK(get_run(state, "abcd", kNorth).id == north_run);
  CHECK(kind_of([&] { get_run(state, whole_run, kNorth); }) == ErrorKind::not_found);
  const auto unseen = error_of([&] { get_run(state, "abcd", kShop); });
  const auto absent = error_of([&] { get_run(state, "abce", kShop); });
  CHECK(std::string(unseen.what()) == "run \"abcd\" does not exist");
  CHECK(std::string(absent.what()) == "run \"abce\" does not exist");
  CHECK(unseen.hint() == absent.hint());

  CHECK(list_schedules(state, {.sight = kNorth}).size() == 1);
  CHECK(list_schedules(state, {.sight = kShop}).empty());
  CHECK(get_schedule(state, {.name_or_id = "abcd", .sight = kNorth}).definition.name == "north");
  CHECK(kind_of([&] { get_schedule(state, {.name_or_id = "abcd", .sight = kAcme}); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { get_schedule(state, {.name_or_id = "morning", .sight = kNorth}); }) == ErrorKind::not_found);
  const auto hint = std::string(error_of([&] { get_schedule(state, {.name_or_id = "mornin", .sight = kNorth}); }).what());
  CHECK_FALSE(contains(hint, "morning\""));  // no name of another site is suggested
}

TEST_CASE("exports, notifications and webhooks are seen by account, site and member") {
  Fixture fixture;
  auto& state = fixture.state;
  NewExport request{.account = "acme",
                    .scope = "depot:north",
                    .report = "sales",
                    .format = "csv",
                    .request = "{}",
                    .requested_by = "ann",
                    .member = {},
                    .owner = std::nullopt,
                    .lease_until = {},
                    .now = kNow,
                    .events = {}};
  const auto job = create_export(state, request);
  CHECK(list_exports(state, {.sight = kNorth}).size() == 1);
  CHECK(list_exports(state, {.sight = kSouth}).empty());
  CHECK(get_export(state, job.id.substr(0, 8), kAcme).id == job.id);
  CHECK(kind_of([&] { get_export(state, job.id, kShop); }) == ErrorKind::not_found);

  auto ending = an_ending(RunState::failed);
  ending.notifications = {{.id = "n1ann",
                           .account = "acme",
                           .member_id = "ann",
                           .kind = "X",
                           .subject = "s",
                           .body = "b",
                           .mail = {},
                           .delivery = {}},
                          {.id = "n1bob",
                           .account = "acme",
                           .member_id = "bob",
                           .kind = "X",
                           .subject = "s",
                           .body = "b",
                           .mail = {},
                           .delivery = {}}};
  finish(state, fixture.claim(), ending, kNow);
  const Sight ann{{Seen{"acme", "ann"}}};
  CHECK(list_notifications(state, {.sight = ann}).size() == 1);
  CHECK(list_notifications(state, {.sight = kAcme}).size() == 2);
  CHECK(get_notification(state, "n1an", ann, {}).member_id == "ann");
  CHECK(kind_of([&] { get_notification(state, "n1bob", ann, {}); }) == ErrorKind::not_found);

  Webhook webhook;
  webhook.id = "beefbeef";
  webhook.account = "acme";
  webhook.url = "https://hooks.example.com/reports";
  webhook.events = {"run"};
  webhook.secret_file = "/etc/secret";
  add_webhook(state, webhook, {}, kNow);
  CHECK(list_webhooks(state, std::nullopt, kShop).empty());
  CHECK(get_webhook(state, "beef", kAcme, {}).id == webhook.id);
  CHECK(get_webhook(state, webhook.url, kAcme, "acme").id == webhook.id);
  CHECK(kind_of([&] { get_webhook(state, webhook.url, kShop, {}); }) == ErrorKind::not_found);
  queue_test_webhook(state, webhook, {}, kNow);
  CHECK(list_webhook_deliveries(state, {.sight = kAcme}).size() == 1);
  CHECK(list_webhook_deliveries(state, {.sight = kShop}).empty());
}
