// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/exports.hpp"

#include "fixture.hpp"
#include "reportctl/store/retention.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

NewExport a_request_for(std::string account = "acme") {
  NewExport request;
  request.account = std::move(account);
  request.scope = "account";
  request.report = "sales";
  request.format = "csv";
  request.request = "{}";
  request.requested_by = "ann";
  request.now = kNow;
  request.events = {{.name = "ExportRequested",
                     .account = request.account,
                     .subject = "$run",
                     .actor = "ann",
                     .payload = R"({"exportId":"$run"})"}};
  return request;
}

ExportTake a_take(const Export& job, const ProcessIdentity& owner = this_process()) {
  return {.id = job.id, .fence = job.fence, .owner = owner, .lease_until = kNow + std::chrono::hours(1), .now = kNow};
}

ExportEnd completed(char letter = 'c') {
  ExportEnd end;
  end.rows = 10;
  end.bytes = 1000;
  end.generation_ms = 40;
  end.period = a_day("2026-03-16");
  end.timezone = "UTC";
  end.artifact_sha256 = std::string(64, letter);
  end.artifact_name = "sales.csv";
  end.expires_at = kNow + 7 * kDay;
  return end;
}

Export stored_job(State& state, const Export& job) { return find_export(state, job.id).value(); }

Cuts cuts_at(Instant cut) {
  Cuts cuts;
  cuts.runs = cuts.run_files = cuts.export_files = cuts.notifications = cut;
  cuts.now = kNow;
  return cuts;
}

}  // namespace

TEST_CASE("an export is pending, taken by one process, and ends once") {
  Fixture fixture;
  const auto job = create_export(fixture.state, a_request_for());
  CHECK(job.state == ExportState::pending);
  CHECK(exports_to_work(fixture.state, kNow, 10).size() == 1);
  const auto taken = take_export(fixture.state, a_take(job));
  REQUIRE(taken);
  CHECK(taken->state == ExportState::processing);
  CHECK(taken->resumed == 0);
  CHECK(exports_to_work(fixture.state, kNow, 10).empty());  // its owner lives
  CHECK_FALSE(take_export(fixture.state, a_take(*taken)));
  CHECK_FALSE(take_export(fixture.state, a_take(job)));  // an old fence
  CHECK(finish_export(fixture.state, *taken, completed(), kNow));
  const auto ended = stored_job(fixture.state, job);
  CHECK(ended.state == ExportState::completed);
  CHECK(ended.rows == 10);
  CHECK(ended.expires_at == kNow + 7 * kDay);
  CHECK_THROWS_AS(finish_export(fixture.state, *taken, completed(), kNow), FenceLost);
  CHECK_THROWS_AS(release_export(fixture.state, *taken), FenceLost);
  CHECK(exports_to_work(fixture.state, kNow, 10).empty());
  const auto events =
      list_audit(fixture.state, {.account = {}, .name = "ExportRequested", .subject = {}, .since = {}, .limit = 0});
  REQUIRE(events.size() == 1);
  CHECK(events[0].event.subject == job.id);
  CHECK(events[0].event.payload == R"({"exportId":")" + job.id + R"("})");
  fixture.require_sound();
}

TEST_CASE("the export of a dead process is taken over and counted; who lost it cannot end it") {
  Fixture fixture;
  auto request = a_request_for();
  request.owner = dead_process();
  const auto job = create_export(fixture.state, request);
  CHECK(job.state == ExportState::processing);
  const auto waiting = exports_to_work(fixture.state, kNow, 10);
  REQUIRE(waiting.size() == 1);
  CHECK(waiting[0].interrupted);
  const auto taken = take_export(fixture.state, a_take(waiting[0]));
  REQUIRE(taken);
  CHECK(taken->resumed == 1);
  CHECK_THROWS_AS(finish_export(fixture.state, job, completed(), kNow), FenceLost);
  CHECK(stored_job(fixture.state, job).state == ExportState::processing);
}

TEST_CASE("an owner on another host is believed until its lease ends") {
  Fixture fixture;
  auto request = a_request_for();
  request.owner = ProcessIdentity{.host = "elsewhere", .boot_id = "b", .pid = 1, .start_time = 1};
  request.lease_until = kNow + std::chrono::hours(1);
  create_export(fixture.state, request);
  CHECK(exports_to_work(fixture.state, kNow, 10).empty());
  CHECK(exports_to_work(fixture.state, kNow + std::chrono::hours(2), 10).size() == 1);
}

TEST_CASE("a stop gives an export back without counting it") {
  Fixture fixture;
  const auto job = create_export(fixture.state, a_request_for());
  release_export(fixture.state, take_export(fixture.state, a_take(job)).value());
  const auto back = stored_job(fixture.state, job);
  CHECK(back.state == ExportState::pending);
  CHECK_FALSE(back.started_at);
  CHECK(take_export(fixture.state, a_take(back))->resumed == 0);
}

TEST_CASE("cancelling ends a pending export, tells a living process, and refuses one that ended") {
  Fixture fixture;
  const auto pending = create_export(fixture.state, a_request_for());
  CHECK(cancel_export(fixture.state, {.id = pending.id, .cancelled = {}, .asked = {}, .reason = "why"}, kNow) ==
        CancelResult::cancelled);
  CHECK(stored_job(fixture.state, pending).reason == "why");
  CHECK(kind_of([&] { cancel_export(fixture.state, {.id = pending.id, .cancelled = {}, .asked = {}, .reason = ""}, kNow); }) ==
        ErrorKind::conflict);
  CHECK_FALSE(take_export(fixture.state, a_take(pending)));

  const auto worked = take_export(fixture.state, a_take(create_export(fixture.state, a_request_for()))).value();
  CHECK_FALSE(cancel_is_asked(fixture.state, worked.id));
  CHECK(cancel_export(fixture.state, {.id = worked.id, .cancelled = {}, .asked = {}, .reason = ""}, kNow) == CancelResult::asked);
  CHECK(cancel_is_asked(fixture.state, worked.id));
  CHECK_FALSE(finish_export(fixture.state, worked, completed(), kNow));  // it would complete
  ExportEnd end;
  end.state = ExportState::cancelled;
  CHECK(finish_export(fixture.state, worked, end, kNow));
  CHECK(stored_job(fixture.state, worked).state == ExportState::cancelled);

  auto dead = a_request_for();
  dead.owner = dead_process();
  const auto interrupted = create_export(fixture.state, dead);
  CHECK(cancel_export(fixture.state, {.id = interrupted.id, .cancelled = {}, .asked = {}, .reason = ""}, kNow) ==
        CancelResult::cancelled);
  CHECK(exports_to_work(fixture.state, kNow, 10).empty());
}

TEST_CASE("lists are newest first and filtered; ids may be abbreviated") {
  Fixture fixture;
  const auto first = create_export(fixture.state, a_request_for());
  const auto second = create_export(fixture.state, a_request_for("other"));
  finish_export(fixture.state, take_export(fixture.state, a_take(first)).value(), completed(), kNow);
  const auto all = list_exports(fixture.state, {});
  REQUIRE(all.size() == 2);
  CHECK(all[0].id == second.id);
  CHECK(list_exports(fixture.state, {.account = "other", .state = {}, .since = {}, .limit = 0}).size() == 1);
  CHECK(list_exports(fixture.state, {.account = {}, .state = ExportState::completed, .since = {}, .limit = 0}).size() == 1);
  CHECK(list_exports(fixture.state, {.account = {}, .state = {}, .since = kNow + kDay, .limit = 0}).empty());
  CHECK(get_export(fixture.state, first.id.substr(0, 12), {}).id == first.id);
  CHECK(kind_of([&] { get_export(fixture.state, first.id.substr(0, 3), {}); }) == ErrorKind::not_found);  // too short to mean one
}

TEST_CASE("what a report cost is remembered from runs and exports of that account") {
  Fixture fixture;
  CHECK(measured(fixture.state, "acme", "sales", 10).empty());
  fixture.generated({});
  const auto job = create_export(fixture.state, a_request_for());
  finish_export(fixture.state, take_export(fixture.state, a_take(job)).value(), completed(), kNow);
  const auto found = measured(fixture.state, "acme", "sales", 10);
  REQUIRE(found.size() == 2);
  CHECK(found[0].milliseconds + found[1].milliseconds == 45);
  CHECK(measured(fixture.state, "other", "sales", 10).empty());
}

TEST_CASE("pruning takes finished runs with all that hangs on them, and nothing that is still worked on") {
  Fixture fixture;
  auto made = fixture.delivering(DeliveryState::accepted);
  finish(fixture.state, made, an_ending(RunState::delivered), kNow);
  const auto open = create_export(fixture.state, a_request_for());
  CHECK(prune_rows(fixture.state, cuts_at(kNow + kDay)).runs == 0);  // still owned
  release(fixture.state, made, std::nullopt);
  CHECK(count_prunable(fixture.state, cuts_at(kNow)).runs == 0);  // ended at the cut, not before it
  const auto cuts = cuts_at(kNow + std::chrono::seconds(1));
  CHECK(count_prunable(fixture.state, cuts).runs == 1);
  CHECK(is_file_kept(fixture.state, std::string(64, 'b'), cuts_at(kNow)));
  CHECK_FALSE(is_file_kept(fixture.state, std::string(64, 'b'), cuts));
  const auto listed = list_prunable(fixture.state, cuts, 10);
  REQUIRE(listed.size() == 2);
  CHECK(std::string(listed[0].kind) == "run");
  CHECK(std::string(listed[1].kind) == "run file");
  for (const auto& one : listed) {
    CHECK(one.id == made.run.id);
    CHECK(one.about == "sales");
    CHECK(one.since == kNow);
  }
  CHECK_FALSE(listed[0].bytes);
  CHECK(listed[1].bytes == fixture.run().bytes);
  CHECK(list_prunable(fixture.state, cuts_at(kNow), 10).empty());
  CHECK(count_prunable(fixture.state, cuts).runs == 1);  // looking takes nothing
  const auto gone = prune_rows(fixture.state, cuts);
  CHECK(gone.runs == 1);
  CHECK(gone.run_files == 1);
  CHECK(list_runs(fixture.state, {}).empty());
  CHECK(list_deliveries(fixture.state, made.run.id).empty());
  CHECK(stored_job(fixture.state, open).state == ExportState::pending);
  fixture.require_sound();
}

TEST_CASE("in steps, retention goes two days beyond the oldest row that it takes") {
  Fixture fixture;
  for (const int days : {0, 1, 5}) {
    auto request = a_request_for();
    request.now = kNow + days * kDay;
    finish_export(fixture.state, take_export(fixture.state, a_take(create_export(fixture.state, request))).value(),
                  completed('c'), request.now);
  }
  CHECK(kept_files(fixture.state).size() == 3);
  Cuts all;
  all.now = kNow + 6 * kDay;
  all.runs = kNow + 30 * kDay;
  all.audit = kNow - kDay;
  const auto step = in_steps(fixture.state, all, 2 * kDay);
  CHECK(step.runs == kNow + 2 * kDay);
  CHECK(prune_rows(fixture.state, step).exports == 2);
  CHECK(kept_files(fixture.state).size() == 1);
  CHECK(in_steps(fixture.state, all, 2 * kDay).runs == kNow + 7 * kDay);
  prune_rows(fixture.state, in_steps(fixture.state, all, 2 * kDay));
  CHECK(in_steps(fixture.state, all, 2 * kDay).runs == all.runs);
}

TEST_CASE("a run whose file went stays, and says when") {
  Fixture fixture;
  auto made = fixture.delivering(DeliveryState::accepted);
  finish(fixture.state, made, an_ending(RunState::delivered), kNow);
  release(fixture.state, made, std::nullopt);
  Cuts cuts;
  cuts.run_files = kNow + std::chrono::seconds(1);
  cuts.now = kNow + kDay;
  CHECK(prune_rows(fixture.state, cuts).run_files == 1);
  CHECK(fixture.run().file_pruned_at == kNow + kDay);
  CHECK(prune_rows(fixture.state, cuts).run_files == 0);
  CHECK(is_file_known(fixture.state, std::string(64, 'b')));
  CHECK_FALSE(is_file_known(fixture.state, std::string(64, 'e')));
}

TEST_CASE("a file that a younger export shares with an expired one is kept") {
  Fixture fixture;
  for (const int days : {0, 3}) {
    auto request = a_request_for();
    request.now = kNow + days * kDay;
    auto end = completed('c');
    end.expires_at = request.now + 7 * kDay;
    finish_export(fixture.state, take_export(fixture.state, a_take(create_export(fixture.state, request))).value(), end,
                  request.now);
  }
  Cuts cuts;
  cuts.now = kNow + 8 * kDay;
  CHECK(prune_rows(fixture.state, cuts).export_files == 1);  // by expiry alone: no cut is set
  CHECK(is_file_kept(fixture.state, std::string(64, 'c'), cuts));
  cuts.now = kNow + 10 * kDay;
  CHECK(prune_rows(fixture.state, cuts).export_files == 1);
  CHECK_FALSE(is_file_kept(fixture.state, std::string(64, 'c'), cuts));
}

TEST_CASE("the audit log is cut at its beginning and stays sound, and can be cut no other way") {
  Fixture fixture;
  AuditEvents many(1200, {.name = "Something", .account = "", .subject = "", .actor = "ann", .payload = "{}"});
  append_audit(fixture.state, many, kNow);
  append_audit(fixture.state, {many[0]}, kNow + kDay);
  const auto before = verify_audit(fixture.state, "");
  Cuts cuts;
  cuts.now = kNow + kDay;
  cuts.audit = kNow + kDay - std::chrono::hours(1);
  cuts.actor = "ann";
  const auto wanted = count_prunable(fixture.state, cuts).audit;
  const auto gone = prune_rows(fixture.state, cuts);
  CHECK(gone.audit == wanted);
  CHECK(gone.audit == before.records - 1);
  const auto after = verify_audit(fixture.state, "");
  CHECK(after.problem == "");
  CHECK(after.records == 2);  // the newest, and the one that says what went
  CHECK(list_audit(fixture.state, {}).front().event.name == "AuditCut");
  CHECK(after.pruned == before.records - 1);
  CHECK(verify_audit(fixture.state, before.head).sound);
  CHECK(verify_audit(fixture.state, gone.audit_head).sound);
  CHECK_FALSE(verify_audit(fixture.state, std::string(64, 'f')).sound);
  append_audit(fixture.state, {many[0]}, kNow + 2 * kDay);
  CHECK(verify_audit(fixture.state, "").sound);
  CHECK_THROWS(fixture.sql("DELETE FROM audit"));
  CHECK_THROWS(fixture.sql("DELETE FROM audit_cut"));
  CHECK_THROWS(fixture.sql("UPDATE audit_cut SET sequence = 1"));
  cuts.now = kNow + 102 * kDay;
  cuts.audit = kNow + 100 * kDay;  // the newest record always stays
  prune_rows(fixture.state, cuts);
  CHECK(verify_audit(fixture.state, "").sound);
  CHECK(verify_audit(fixture.state, "").records == 2);
}

TEST_CASE("once a day is once, whoever asks") {
  Fixture fixture;
  CHECK(claim_daily(fixture.state, "swept", kNow, 86400));
  CHECK_FALSE(claim_daily(fixture.state, "swept", kNow + std::chrono::hours(23), 86400));
  CHECK(claim_daily(fixture.state, "swept", kNow + kDay, 86400));
  CHECK(claim_daily(fixture.state, "swept", kNow - kDay, 86400));  // the clock was set back
}
