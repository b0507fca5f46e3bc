// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/ownership.hpp"

#include <fstream>

#include "fixture.hpp"
#include "reportctl/store/audit.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

void record(State& state, const char* what) {
  append_audit(state, {{.name = what, .account = {}, .subject = {}, .actor = "ann", .payload = "{}"}}, kNow);
}

/// As `cp` does it: nobody has the file open.
void put_over(const fs::path& from, const fs::path& to) { fs::copy_file(from, to, fs::copy_options::overwrite_existing); }

Ownership ownership_of(const fs::path& path) {
  auto state = State::open(path, OpenMode::existing);
  return ownership(state);
}

}  // namespace

TEST_CASE("a state file belongs to the installation that first acts with it, and a copy elsewhere to nobody") {
  const TempDirectory directory;
  {
    auto state = State::open(directory.file(), OpenMode::create);
    CHECK(ownership(state) == Ownership::fresh);
    require_own(state);
    CHECK(ownership(state) == Ownership::own);
    CHECK(state.fact("path") == fs::canonical(directory.file()).string());
    CHECK(mode_of(directory.file().string() + "-mark") == 0600);
  }
  put_over(directory.file(), directory.file("copy.db"));
  auto second = State::open(directory.file("copy.db"), OpenMode::existing);
  CHECK(ownership(second) == Ownership::other_place);
  const auto refused = error_of([&] { require_own(second); });
  CHECK(refused.kind() == ErrorKind::state);
  CHECK(contains(refused.what(), directory.file().string()));
  CHECK(contains(refused.hint(), "state adopt"));
  const auto before = signature(second).id;
  adopt_state(second);
  CHECK(ownership(second) == Ownership::own);
  CHECK(signature(second).id != before);
  CHECK(ownership_of(directory.file()) == Ownership::own);
  second.set_fact("host", "another");
  CHECK(ownership(second) == Ownership::other_host);
}

TEST_CASE("a backup that is put in place of the state file is older than the mark beside it") {
  const TempDirectory directory;
  {
    auto state = State::open(directory.file(), OpenMode::create);
    require_own(state);
    record(state, "One");
    write_mark(state);
    state.backup(directory.file("backup.db"));
    record(state, "Two");
    write_mark(state);
    CHECK(ownership(state) == Ownership::own);
    record(state, "Three");  // what is not noted yet is no harm
    CHECK(ownership(state) == Ownership::own);
    state.backup(directory.file("newest.db"));
  }
  put_over(directory.file("backup.db"), directory.file());
  {
    auto state = State::open(directory.file(), OpenMode::existing);
    CHECK(ownership(state) == Ownership::older);
    CHECK(error_of([&] { require_own(state); }).kind() == ErrorKind::state);
    // As many records as before do not make up for the ones that are lost.
    record(state, "Another two");
    record(state, "Another three");
    CHECK(ownership(state) == Ownership::older);
  }
  put_over(directory.file("newest.db"), directory.file());
  CHECK(ownership_of(directory.file()) == Ownership::own);
  put_over(directory.file("backup.db"), directory.file());
  auto state = State::open(directory.file(), OpenMode::existing);
  adopt_state(state);
  CHECK(ownership(state) == Ownership::own);
}

TEST_CASE("a backup of a time before anything was sent is older, too; a new state file is not") {
  const TempDirectory directory;
  {
    auto state = State::open(directory.file(), OpenMode::create);
    state.set_fact("instance", "a");
    record(state, "Made");
    state.backup(directory.file("backup.db"));
    require_own(state);
    record(state, "Sent");
    write_mark(state);
  }
  put_over(directory.file("backup.db"), directory.file());
  CHECK(ownership_of(directory.file()) == Ownership::older);
  fs::remove(directory.file());
  auto state = State::open(directory.file(), OpenMode::create);
  state.set_fact("instance", "b");
  CHECK(ownership(state) == Ownership::fresh);
  require_own(state);
  CHECK(ownership(state) == Ownership::own);
}

TEST_CASE("a log that was cut beyond the mark is no older one, and a mark that cannot be read is written anew") {
  Fixture fixture;
  auto& state = fixture.state;
  require_own(state);
  for (const char* what : {"One", "Two", "Three"}) record(state, what);
  write_mark(state);
  for (const char* what : {"Four", "Five"}) record(state, what);
  fixture.sql("INSERT INTO audit_cut (one, sequence, hash, at) VALUES (1, 4, 'h', 0); DELETE FROM audit WHERE sequence <= 4");
  CHECK(ownership(state) == Ownership::own);
  const auto mark = state.path().string() + "-mark";
  for (const char* text : {"", "no json", "[]", "{\"instance\": 4}"}) {
    std::ofstream(mark, std::ios::trunc) << text;
    CHECK(ownership(state) == Ownership::own);
    require_own(state);
    CHECK(fs::file_size(mark) > 100);
  }
}
