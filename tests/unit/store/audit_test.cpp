// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
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
