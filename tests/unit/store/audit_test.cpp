// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <functional>
#include "audit_chain.hpp"

#include "fixture.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

AuditEvent an_event(std::string name, std::string subject = "s1") {
  return {.name = std::move(name), .account = "acme", .subject = std::move(subject), .actor = "ann", .payload = R"({"a":"b"})"};
}

/// Six records, on a file whose append-only triggers are gone: what an attacker with write access would do first.
struct Tampering : Fixture {
  Tampering() {
    for (int i = 1; i <= 6; ++i) append_audit(state, {an_event("Event" + std::to_string(i))}, kNow + std::chrono::seconds(i));
    sql("DROP TRIGGER audit_not_changed; DROP TRIGGER audit_not_deleted; DROP TRIGGER audit_in_sequence");
  }
};

}  // namespace

TEST_CASE("the hashes are those that another tool computes from the documented form") {
  // Python: sha256((previous + "\n").encode() + b"".join(b"%d:%s" % (len(f), f) for f in fields)), fields: sequence, time, name,
  // account, subject, actor, payload; the first previous is 64 zeros.
  const TempDirectory directory;
  auto state = State::open(directory.file(), OpenMode::create);
  append_audit(
      state,
      {{.name = "AccountAdded", .account = "acme", .subject = "acme", .actor = "ann", .payload = "{\"name\":\"Acm\u00e9\"}"}},
      kNow);
  append_audit(state, {{.name = "MemberAdded", .account = "", .subject = "", .actor = "", .payload = "{}"}},
               kNow + std::chrono::seconds(5));
  const auto records = list_audit(state, {});
  REQUIRE(records.size() == 2);
  CHECK(records[1].hash == "18204292b15d2d2b6904af09aae6d34670baeef466e580d3e1fd78cb0743552e");
  CHECK(records[0].hash == "59e0967bacd9658bbd9af0de29ef14c2a0d7c7f87d33f9d6cc3dd1dcb30683c8");
}

TEST_CASE("the log lists newest first and by account, name, subject and time") {
  Fixture fixture;
  append_audit(fixture.state, {an_event("A", "s1"), an_event("B", "s2")}, kNow);
  append_audit(fixture.state, {an_event("A", "s2")}, kNow + kDay);
  const auto sequences = [&](const AuditFilter& filter) {
    std::vector<std::int64_t> found;
    for (const auto& record : list_audit(fixture.state, filter)) found.push_back(record.sequence);
    return found;
  };
  using Sequences = std::vector<std::int64_t>;
  AuditFilter filter;
  CHECK(sequences(filter) == Sequences{3, 2, 1});
  filter.limit = 2;
  CHECK(sequences(filter) == Sequences{3, 2});
  filter = {};
  filter.name = "A";
  CHECK(sequences(filter) == Sequences{3, 1});
  filter.subject = "s2";
  CHECK(sequences(filter) == Sequences{3});
  filter = {};
  filter.since = kNow + kDay;
  CHECK(sequences(filter) == Sequences{3});
  filter = {};
  filter.account = "other";
  CHECK(sequences(filter).empty());
  const auto newest = list_audit(fixture.state, {}).front();
  CHECK(newest.at == kNow + kDay);
  CHECK(newest.event.actor == "ann");
  CHECK(newest.event.payload == R"({"a":"b"})");
}

TEST_CASE("records can be neither changed nor removed nor replaced") {
  Fixture fixture;
  append_audit(fixture.state, {an_event("A"), an_event("B")}, kNow);
  for (const char* attempt :
       {"UPDATE audit SET payload = '{}' WHERE sequence = 1", "DELETE FROM audit WHERE sequence = 2", "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT sequence, at, name, account, subject, actor, '{}', hash FROM audit WHERE sequence = "
        "1",
        "INSERT INTO audit SELECT sequence + 2, at, name, account, subject, actor, payload, hash FROM audit WHERE sequence = "
        "2"}) {
    CAPTURE(attempt);
    CHECK_THROWS_AS(fixture.sql(attempt), Error);
  }
  CHECK(verify_audit(fixture.state, "").sound);
  CHECK(verify_audit(fixture.state, "").records == 2);
}

TEST_CASE("whoever looks on is told how far verifying, checking and pruning have come") {
  using Told = std::vector<std::pair<std::int64_t, std::int64_t>>;
  Fixture fixture;
  const auto claim = fixture.claim();
  finish(fixture.state, claim, an_ending(RunState::no_data), kNow);
  release(fixture.state, claim, std::nullopt);
  append_audit(fixture.state, {an_event("One"), an_event("Two"), an_event("Three")}, kNow);
  Told told;
  const RowsDone listener = [&](std::int64_t done, std::int64_t of) { told.emplace_back(done, of); };
  const auto records = verify_audit(fixture.state, "", listener).records;
  REQUIRE(records > 2);
  REQUIRE(told.size() == static_cast<std::size_t>(records));
  CHECK(told.front() == std::pair<std::int64_t, std::int64_t>{1, records});
  CHECK(told.back() == std::pair{records, records});

  told.clear();
  CHECK(unreadable_rows(fixture.state, listener).empty());
  REQUIRE_FALSE(told.empty());
  CHECK(told.front().first == 1);
  CHECK(told.back().first == told.back().second);
  CHECK(static_cast<std::size_t>(told.back().second) == told.size());

  told.clear();
  Cuts cuts;
  cuts.now = kNow + 2 * kDay;
  cuts.runs = kNow + kDay;
  CHECK(prune_rows(fixture.state, cuts, listener).runs == 1);
  REQUIRE_FALSE(told.empty());
  CHECK(told.back() == std::pair<std::int64_t, std::int64_t>{1, 1});
}

TEST_CASE("every change of one record is found and the record named") {
  for (const char* change :
       {"at = at + 1", "name = 'EventX'", "account = 'acmf'", "subject = ''", "actor = 'bob'", "payload = '{\"a\":\"c\"}'",
        "hash = replace(hash, substr(hash, 1, 1), 'x')", "name = 'Event3acme', account = ''", "sequence = 30 + sequence"}) {
    CAPTURE(change);
    Tampering fixture;
    REQUIRE(verify_audit(fixture.state, "").sound);
    fixture.sql(std::string("UPDATE audit SET ") + change + " WHERE sequence = 3");
    const auto verdict = verify_audit(fixture.state, "");
    CHECK_FALSE(verdict.sound);
    CHECK(contains(verdict.problem, "record 3"));
    CHECK(verdict.records == 2);
  }
}

TEST_CASE("removed records are found: in the middle at once, at the end by an anchor kept elsewhere") {
  Tampering fixture;
  const auto head = verify_audit(fixture.state, "").head;
  fixture.sql("DELETE FROM audit WHERE sequence = 6");
  CHECK(verify_audit(fixture.state, "").sound);
  const auto cut = verify_audit(fixture.state, head);
  CHECK_FALSE(cut.sound);
  CHECK(contains(cut.problem, head));
  fixture.sql("DELETE FROM audit WHERE sequence IN (2, 3)");
  CHECK(verify_audit(fixture.state, "").problem == "records 2 to 3 are missing");
  fixture.sql("DELETE FROM audit WHERE sequence = 4");
  CHECK(contains(verify_audit(fixture.state, "").problem, "missing"));
}

TEST_CASE("a record is never older than the one before it: a clock that was set back is told in the payload") {
  Fixture fixture;
  append_audit(fixture.state, {an_event("A")}, kNow);
  append_audit(fixture.state, {an_event("B"), {.name = "C", .account = "", .subject = "", .actor = "", .payload = "[1]"}},
               kNow - kDay);
  append_audit(fixture.state, {an_event("D")}, kNow - std::chrono::seconds(20));  // it waited for the file
  append_audit(fixture.state, {an_event("E")}, kNow + std::chrono::seconds(1));
  const auto records = list_audit(fixture.state, {});
  REQUIRE(records.size() == 5);
  const auto yesterday = format_utc(kNow - kDay);
  CHECK(records[4].event.payload == R"({"a":"b"})");
  CHECK(records[3].at == kNow);
  CHECK(records[3].event.payload == R"({"a":"b","clock":")" + yesterday + R"("})");
  CHECK(records[2].event.payload == R"({"payload":"[1]","clock":")" + yesterday + R"("})");
  CHECK(records[1].at == kNow);
  CHECK(records[1].event.payload == R"({"a":"b"})");
  CHECK(records[0].at == kNow + std::chrono::seconds(1));
  CHECK(verify_audit(fixture.state, "").sound);
}

namespace {

/// The log written anew from a record on, as whoever may write the file can.
void forge(Fixture& fixture, std::int64_t from, const std::function<void(AuditRecord&)>& change) {
  auto records = list_audit(fixture.state, {.limit = 0});
  std::reverse(records.begin(), records.end());
  std::string hash = audit_genesis();
  for (auto& record : records) {
    if (record.sequence == from) change(record);
    record.hash = chain_hash(hash, record);
    hash = record.hash;
    Query(fixture.state.connection(), "UPDATE audit SET at = ?, payload = ?, name = ?, hash = ? WHERE sequence = ?")
        .bind(record.at, record.event.payload, record.event.name, record.hash, record.sequence)
        .run();
  }
}

}  // namespace

TEST_CASE("a record that is older than the one before it is found, though its hash fits") {
  Tampering fixture;
  forge(fixture, 4, [](AuditRecord& record) { record.at = kNow - kDay; });
  const auto verdict = verify_audit(fixture.state, "");
  CHECK_FALSE(verdict.sound);
  CHECK(contains(verdict.problem, "record 4 (Event4 at 2"));
  CHECK(contains(verdict.problem, "is older than the record before it"));
  fixture.state.set_fact("audit_in_order_after", "6");  // written before schema 10
  CHECK(verify_audit(fixture.state, "").sound);
}

TEST_CASE("a log whose beginning is missing is sound only with the record of the policy that cut it") {
  const auto cut_at_four = [](const char* name, const std::string& payload) {
    Tampering fixture;
    const auto hash = [&] {
      for (const auto& record : list_audit(fixture.state, {}))
        if (record.sequence == 4) return record.hash;
      return std::string();
    }();
    auto text = payload;
    if (const auto at = text.find("HASH"); at != std::string::npos) text.replace(at, 4, hash);
    if (*name != '\0') {
      auto event = an_event(name);
      event.payload = text;
      append_audit(fixture.state, {event}, kNow + kDay);
    }
    fixture.sql(
        "INSERT INTO audit_cut SELECT 1, sequence, hash, at FROM audit WHERE sequence = 4; DELETE FROM audit WHERE sequence <= "
        "4");
    return verify_audit(fixture.state, "");
  };
  const auto then = format_utc(kNow + kDay - std::chrono::hours(1));
  const auto soon = format_utc(kNow + kDay - std::chrono::minutes(59));
  CHECK(cut_at_four("AuditCut", R"({"lastSequence":4,"lastHash":"HASH","olderThan":")" + then + R"("})").sound);
  CHECK(cut_at_four("AuditCut", R"({"lastSequence":5,"lastHash":"x","olderThan":")" + then + R"("})").sound);  // not done yet
  CHECK(cut_at_four("RetentionApplied", R"({"auditHead":"HASH"})").sound);                                     // before schema 10
  for (const auto& [name, payload] : std::vector<std::pair<const char*, std::string>>{
           {"", ""},
           {"Other", R"({"lastSequence":4,"lastHash":"HASH","olderThan":")" + then + R"("})"},
           {"AuditCut", R"({"lastSequence":4,"lastHash":"HASH","olderThan":")" + soon + R"("})"},
           {"AuditCut", R"({"lastSequence":4,"lastHash":"x","olderThan":")" + then + R"("})"},
           {"AuditCut", R"({"lastSequence":3,"lastHash":"HASH","olderThan":")" + then + R"("})"},
           {"AuditCut", R"({"lastSequence":"4","lastHash":"HASH","olderThan":[]})"},
           {"AuditCut", "[]"},
           {"RetentionApplied", R"({"auditHead":"x"})"},
           {"RetentionApplied", R"({"runs":1})"}}) {
    CAPTURE(payload);
    const auto verdict = cut_at_four(name, payload);
    CHECK_FALSE(verdict.sound);
    CHECK(contains(verdict.problem, "the first 4 records are missing"));
  }
}

TEST_CASE("what the program does by itself names who started it") {
  Fixture fixture;
  auto event = an_event("A");
  event.actor = kRunActor;
  append_audit(fixture.state, {event}, kNow);
  fixture.state.set_actor("root (as kim)");
  append_audit(fixture.state, {event, an_event("B")}, kNow);
  const auto records = list_audit(fixture.state, {});
  CHECK(records[2].event.actor == "run-due");
  CHECK(records[1].event.actor == "run-due by root (as kim)");
  CHECK(records[0].event.actor == "ann");
}

TEST_CASE("an anchor may be any record on the way") {
  Fixture fixture;
  append_audit(fixture.state, {an_event("A")}, kNow);
  const auto anchor = verify_audit(fixture.state, "").head;
  append_audit(fixture.state, {an_event("B")}, kNow);
  const auto verdict = verify_audit(fixture.state, anchor);
  CHECK(verdict.sound);
  CHECK(verdict.records == 2);
  CHECK(verdict.head != anchor);
  CHECK(verify_audit(fixture.state, "0123").sound == false);
}

TEST_CASE("an empty log is sound") {
  const TempDirectory directory;
  auto state = State::open(directory.file(), OpenMode::create);
  CHECK(verify_audit(state, "").sound);
  CHECK(verify_audit(state, "").records == 0);
}

TEST_CASE("$run becomes the run's id only where it is the whole text") {
  const auto filled =
      with_run({{.name = "A", .account = "", .subject = "$run", .actor = "", .payload = R"({"runId":"$run","a":["$run"]})"},
                {.name = "B",
                 .account = "",
                 .subject = "$runs",
                 .actor = "",
                 .payload = R"({"name":"my $run","quoted":"say \"$run\" or x\"$run","b":"$run"})"}},
               "77");
  CHECK(filled[0].subject == "77");
  CHECK(filled[0].payload == R"({"runId":"77","a":["77"]})");
  CHECK(filled[1].subject == "$runs");
  CHECK(filled[1].payload == R"({"name":"my $run","quoted":"say \"$run\" or x\"$run","b":"77"})");
}
