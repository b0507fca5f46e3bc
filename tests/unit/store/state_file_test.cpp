// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>
#include <signal.h>
#include <sqlite3.h>

#include "fixture.hpp"
#include "journal.hpp"
#include "reportctl/base/file.hpp"

// What stands beside the state file, or holds it.

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

TEST_CASE("a stopped process that holds the lock is named, with what lets it go on") {
  const TempDirectory directory;
  State::open(directory.file(), OpenMode::create);
  const auto holder = start_child([&] {
    auto state = State::open(directory.file(), OpenMode::existing);
    const WriteTransaction held(state.connection());
    ::raise(SIGSTOP);
  });
  int status = 0;
  REQUIRE(::waitpid(holder, &status, WUNTRACED) == holder);
  REQUIRE(WIFSTOPPED(status));
  auto waiting = State::open(directory.file(), OpenMode::existing);
  waiting.connection().set_busy_limit(std::chrono::milliseconds(20));
  const auto error = error_of([&] { waiting.set_fact("a", "b"); });
  CHECK(error.kind() == ErrorKind::busy);
  CHECK(contains(error.what(), fmt::format("process {} (", holder)));
  CHECK(contains(error.what(), "), which is stopped, kept it locked"));
  CHECK(contains(error.hint(), fmt::format("kill -CONT {} lets it go on", holder)));
  ::kill(holder, SIGCONT);
  CHECK(ended_well(holder));
}

namespace {

/// What a process leaves that dies in a transaction after its first pages were written: the file and its journal, as copies.
void die_in_a_transaction(State& state, const fs::path& place, const char* change) {
  auto& connection = state.connection();
  connection.execute("PRAGMA cache_spill = ON");  // or nothing would be written before the end
  const WriteTransaction transaction(connection);
  connection.execute(change);
  REQUIRE(sqlite3_db_cacheflush(connection.database().getHandle()) == SQLITE_OK);
  fs::create_directory(place);
  for (const char* name : {"state.db", "state.db-journal"}) fs::copy_file(state.path().parent_path() / name, place / name);
}

}  // namespace

TEST_CASE("a state file that another program keeps in WAL mode is refused with the reason") {
  Fixture fixture;
  const auto path = fixture.directory.file();
  SQLite::Database other(path.string(), SQLite::OPEN_READWRITE);
  REQUIRE(other.execAndGet("PRAGMA journal_mode = WAL").getString() == "wal");
  SQLite::Statement reading(other, "SELECT name FROM facts");
  reading.executeStep();
  const auto error = error_of([&] { Connection(path, std::chrono::milliseconds(20)); });
  CHECK(error.kind() == ErrorKind::state);
  CHECK(contains(error.what(), "WAL mode"));
  CHECK(contains(error.hint(), "reportctl state backup"));
}

TEST_CASE("a journal has a durable name once a transaction has ended with it, and none has begun since") {
  Fixture fixture;
  const auto journal = fixture.directory.file("state.db-journal");
  fixture.state.set_fact("a", "b");
  CHECK(has_ended(journal));
  const auto place = fixture.directory.path() / "dead";
  die_in_a_transaction(fixture.state, place, "UPDATE accounts SET name = 'New'");
  CHECK_FALSE(has_ended(place / "state.db-journal"));
  CHECK_FALSE(has_ended(fixture.directory.file("none")));
  fs::resize_file(journal, 0);
  CHECK_FALSE(has_ended(journal));
  fixture.state.set_fact("a", "c");  // made anew
  CHECK(has_ended(journal));
}

TEST_CASE("a backup copied over a state file beside the journal of a dead process is refused before it is rolled into it") {
  // The first transaction has not come to its end; the second has written the first page too.
  for (const char* change : {"UPDATE accounts SET name = name || hex(randomblob(20000))",
                             "UPDATE accounts SET name = 'New'; PRAGMA user_version = 7"}) {
    CAPTURE(std::string(change));
    Fixture fixture;
    const auto backup = fixture.directory.path() / "backup.db";
    fixture.state.backup(backup);
    for (int i = 0; i < 20; ++i) fixture.state.set_fact(fmt::format("fact {}", i), std::string(3000, 'x'));
    const auto place = fixture.directory.path() / "dead";
    die_in_a_transaction(fixture.state, place, change);

    const auto restored = fixture.directory.path() / "restored";
    fs::create_directory(restored);
    fs::copy_file(backup, restored / "state.db");
    fs::copy_file(place / "state.db-journal", restored / "state.db-journal");
    const auto error = error_of([&] { State::open(restored / "state.db", OpenMode::existing); });
    CHECK(error.kind() == ErrorKind::state);
    CHECK(contains(error.what(), "state.db-journal"));
    CHECK(contains(error.hint(), "mv " + (restored / "state.db").string() + "-journal"));
    CHECK(read_file(restored / "state.db") == read_file(backup));
    fs::rename(restored / "state.db-journal", restored / "state.db-journal.old");
    CHECK(State::open(restored / "state.db", OpenMode::existing).check().empty());

    // Its own journal is rolled back, as ever.
    const auto own = State::open(place / "state.db", OpenMode::existing);
    CHECK(own.check().empty());
    CHECK(own.fact("fact 19"));
    CHECK(find_account(fixture.state, "acme")->name == "Acme Ltd");
  }
}

TEST_CASE("a state file with a second name is refused under both") {
  const Fixture fixture;
  const auto second = fixture.directory.path() / "second.db";
  fs::create_hard_link(fixture.directory.file(), second);
  for (const auto& name : {fixture.directory.file(), second}) {
    const auto error = error_of([&] { State::open(name, OpenMode::existing); });
    CHECK(error.kind() == ErrorKind::state);
    CHECK(contains(error.what(), "has 2 names"));
    CHECK(contains(error.hint(), "-samefile"));
  }
  fs::remove(second);
  CHECK_NOTHROW(State::open(fixture.directory.file(), OpenMode::existing));
}
