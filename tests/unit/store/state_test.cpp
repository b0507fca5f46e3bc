// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "fixture.hpp"
#include "migrations.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/store/state_check.hpp"

using namespace reportctl;
using namespace reportctl::store;
using namespace reportctl::store::test;

namespace {

void overwrite(const fs::path& path, std::streamoff offset, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offset);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string text_pragma(Connection& connection, const std::string& name) {
  Query query(connection, "PRAGMA " + name);
  REQUIRE(query.next());
  return query.text();
}

}  // namespace

TEST_CASE("a new state file is private, and so is its directory") {
  const TempDirectory directory;
  const auto path = directory.path() / "lib" / "reportctl" / "state.db";
  const auto old = ::umask(0);
  const auto state = State::open(path, OpenMode::create);
  ::umask(old);
  CHECK(mode_of(path) == 0600);
  CHECK(mode_of(path.parent_path()) == 0700);
  CHECK(mode_of(path.string() + "-journal") == 0600);
  CHECK(state.schema_version() == current_schema_version());
  CHECK(state.path() == path);
}

TEST_CASE("the connection has the settings that the promises rest on") {
  Fixture fixture;
  auto& connection = fixture.state.connection();
  CHECK(text_pragma(connection, "journal_mode") == "persist");
  CHECK(text_pragma(connection, "synchronous") == "2");
  CHECK(text_pragma(connection, "foreign_keys") == "1");
  CHECK(text_pragma(connection, "trusted_schema") == "0");
  CHECK(text_pragma(connection, "mmap_size") == "0");
  CHECK(text_pragma(connection, "application_id") == "1919120492");  // "rctl"
  // DEFENSIVE: the schema cannot be written as a table.
  CHECK_THROWS_AS(fixture.sql("PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = ''"), Error);
  Query loose(connection,
              "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0");
  REQUIRE(loose.next());
  CHECK(loose.integer() == 0);
}

TEST_CASE("an absent state file is an error that names the command that creates it") {
  const TempDirectory directory;
  const auto error = error_of([&] { State::open(directory.file(), OpenMode::existing); });
  CHECK(error.kind() == ErrorKind::state);
  CHECK(contains(error.what(), directory.file().string()));
  CHECK(contains(error.hint(), "reportctl init"));
  CHECK_FALSE(fs::exists(directory.file()));
}

TEST_CASE("a place where nothing can be created is an error of the state file") {
  const Fixture fixture;
  CHECK(kind_of([&] { State::open(fixture.directory.file() / "below" / "state.db", OpenMode::create); }) == ErrorKind::state);
  CHECK(kind_of([&] { State::open("/proc/self/state.db", OpenMode::create); }) == ErrorKind::state);
}

TEST_CASE("opening for creation leaves what is there alone") {
  Fixture fixture;
  fixture.state.set_fact("instance", "one");
  const auto again = State::open(fixture.directory.file(), OpenMode::create);
  CHECK(again.fact("instance") == "one");
  CHECK(again.fact("nothing") == std::nullopt);
}

TEST_CASE("an empty file, left by a crash while it was created, becomes a state file") {
  const TempDirectory directory;
  const Fd empty(::open(directory.file().c_str(), O_WRONLY | O_CREAT, 0600));
  const auto state = State::open(directory.file(), OpenMode::existing);
  CHECK(state.schema_version() == current_schema_version());
  CHECK(files_like(directory.path(), "before").empty());
}

TEST_CASE("a newer schema is refused and left as it is") {
  Fixture fixture;
  fixture.sql("PRAGMA user_version = 99");
  const auto error = error_of([&] { State::open(fixture.directory.file(), OpenMode::existing); });
  CHECK(error.kind() == ErrorKind::state);
  CHECK(contains(error.what(), "version 99"));
  CHECK(schema_version(fixture.state.connection()) == 99);
}

TEST_CASE("another program's database is refused and left as it is") {
  const TempDirectory directory;
  for (const char* script : {"CREATE TABLE theirs (a)", "PRAGMA application_id = 7", "PRAGMA user_version = 1"}) {
    CAPTURE(script);
    fs::remove(directory.file());
    const Fd empty(::open(directory.file().c_str(), O_WRONLY | O_CREAT, 0600));
    Connection(directory.file()).execute(script);
    const auto error = error_of([&] { State::open(directory.file(), OpenMode::create); });
    CHECK(error.kind() == ErrorKind::state);
    CHECK(contains(error.what(), "another program"));
    Connection after(directory.file());
    CHECK_FALSE(Query(after, "SELECT 1 FROM sqlite_schema WHERE name = 'runs'").next());
  }
}

TEST_CASE("a file that is no database, a directory and a device are refused") {
  const TempDirectory directory;
  std::ofstream(directory.file()) << std::string(5000, 'x');
  fs::permissions(directory.file(), fs::perms::owner_read | fs::perms::owner_write);
  CHECK(kind_of([&] { State::open(directory.file(), OpenMode::existing); }) == ErrorKind::state);
  CHECK(kind_of([&] { State::open(directory.path(), OpenMode::existing); }) == ErrorKind::state);
  CHECK(kind_of([&] { State::open("/dev/full", OpenMode::create); }) == ErrorKind::state);
}

TEST_CASE("a state file that others may write is refused") {
  const Fixture fixture;
  for (const auto perms : {fs::perms::group_write, fs::perms::others_write}) {
    fs::permissions(fixture.directory.file(), fs::perms::owner_read | fs::perms::owner_write | perms);
    const auto error = error_of([&] { State::open(fixture.directory.file(), OpenMode::existing); });
    CHECK(error.kind() == ErrorKind::state);
    CHECK(contains(error.hint(), "chmod 600"));
  }
}

TEST_CASE("a state file in a directory that others may write is refused: a journal of theirs would be played back into it") {
  const Fixture fixture;
  for (const int mode : {0770, 0707, 01777}) {
    fs::permissions(fixture.directory.path(), static_cast<fs::perms>(mode));
    const auto error = error_of([&] { State::open(fixture.directory.file(), OpenMode::existing); });
    CHECK(error.kind() == ErrorKind::state);
    CHECK(contains(error.hint(), "chmod go-w"));
  }
}

TEST_CASE("a read-only state file can be read; the first write says what is wrong") {
  const Fixture fixture;
  fs::permissions(fixture.directory.path(), static_cast<fs::perms>(0755));
  fs::permissions(fixture.directory.file(), static_cast<fs::perms>(0444));
  fs::permissions(fixture.directory.file("state.db-journal"), static_cast<fs::perms>(0444));
  CHECK(ended_well(start_child([&] {
    if (::geteuid() == 0) demand(::setgid(65534) == 0 && ::setuid(65534) == 0, "cannot become nobody");
    auto state = State::open(fixture.directory.file(), OpenMode::existing);
    demand(list_schedules(state, {}).size() == 1, "the schedule cannot be read");
    try {
      state.set_fact("a", "b");
    } catch (const Error& error) {
      demand(error.kind() == ErrorKind::state && contains(error.what(), "read-only") && contains(error.what(), "state.db"),
             error.what());
      return;
    }
    demand(false, "the write was not refused");
  })));
}

TEST_CASE("a file that may not grow is reported with the limit to raise, changes nothing, and grows again when it may") {
  Fixture fixture;
  const auto before = fs::file_size(fixture.directory.file());
  CHECK(ended_well(start_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{before + 8192, before + 8192};
    demand(::setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    auto state = State::open(fixture.directory.file(), OpenMode::existing);
    try {
      state.set_fact("large", std::string(1'000'000, 'x'));
    } catch (const Error& error) {
      demand(error.kind() == ErrorKind::state && contains(error.what(), "File too large") && contains(error.hint(), "ulimit -f"),
             error.what());
      demand(!state.fact("large"), "half a transaction is visible");
      return;
    }
    demand(false, "the write was not refused");
  })));
  fixture.require_sound();
  CHECK_FALSE(fixture.state.fact("large"));
  fixture.state.set_fact("large", std::string(1'000'000, 'x'));
  CHECK(fixture.state.fact("large")->size() == 1'000'000);
}

TEST_CASE("a full tmpfs, where one can be mounted, is reported as no space") {
  const TempDirectory directory;
  const auto mounted = directory.path() / "small";
  fs::create_directory(mounted);
  const pid_t child = start_child([&] {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount("tmpfs", mounted.c_str(), "tmpfs", 0, "size=512k,mode=700") != 0) {
      return;  // not permitted here
    }
    auto state = State::open(mounted / "state.db", OpenMode::create);
    try {
      for (int i = 0; i < 1000; ++i) state.set_fact("fact" + std::to_string(i), std::string(10'000, 'x'));
    } catch (const Error& error) {
      demand(error.kind() == ErrorKind::state && contains(error.what(), "no space") && contains(error.hint(), "free space"),
             error.what());
      demand(state.check().empty(), "the state is not sound");
      return;
    }
    demand(false, "512 KB held 10 MB");
  });
  CHECK(ended_well(child));
}

TEST_CASE("a state file that another process keeps locked is reported as busy, after waiting") {
  Fixture fixture;
  auto second = State::open(fixture.directory.file(), OpenMode::existing);
  second.connection().set_busy_limit(std::chrono::milliseconds(20));
  const WriteTransaction held(fixture.state.connection());
  const auto error = error_of([&] { second.set_fact("a", "b"); });
  CHECK(error.kind() == ErrorKind::busy);
  CHECK(contains(error.what(), "busy"));
  CHECK(list_schedules(second, {}).size() == 1);  // reading goes on beside a writer
}

TEST_CASE("without commit nothing happened") {
  Fixture fixture;
  {
    const WriteTransaction transaction(fixture.state.connection());
    fixture.sql("INSERT INTO facts VALUES ('a', 'b')");
  }
  CHECK_FALSE(fixture.state.fact("a"));
}

TEST_CASE("every row is read as the commands read it, and one that cannot be is named") {
  const auto found = [](const std::string& damage) {
    Fixture fixture;
    CHECK(unreadable_rows(fixture.state).empty());
    fixture.sql("PRAGMA ignore_check_constraints = ON; " + damage);
    const auto problems = unreadable_rows(fixture.state);
    return problems.empty() ? std::string() : problems.front();
  };
  CHECK(found("") == "");
  CHECK(found("UPDATE accounts SET timezone = 'Mars/Base' WHERE id = 'acme'") ==
        "account acme: the time zone \"Mars/Base\" is not known");
  CHECK(found("UPDATE accounts SET features = '{' WHERE id = 'acme'").starts_with("account acme: "));
  CHECK(found("INSERT INTO members (id, account, name, role, sites) VALUES ('m9', 'acme', 'M', 'owner', '[{}]')")
            .starts_with("member m9: "));
  CHECK(found("INSERT INTO webhooks (id, account, url, events, outcomes, secret_file, secret_credential, created_at) "
              "VALUES ('w9', 'acme', 'https://x.example', '[1]', 'all', 'x', '', 0)")
            .starts_with("webhook w9: "));
  CHECK(found("INSERT INTO webhook_deliveries (id, webhook_id, account, endpoint, event, run_id, export_id, body, state, "
              "attempts, fence, "
              "created_at, due_at, status, answer, reason_class) VALUES ('d9', 'w', 'acme', 'e', 'test', NULL, NULL, '{', "
              "'queued', 0, 0, 0, 0, 0, '', '')")
            .starts_with("delivery to a webhook d9: JSON was expected instead of \"{\""));
  CHECK(found("UPDATE schedules SET definition = '{'").starts_with("schedule "));
  CHECK(found("INSERT INTO audit VALUES ((SELECT ifnull(max(sequence), 0) + 1 FROM audit), 0, 'A', '', '', '', '{', 'h')")
            .ends_with(": JSON was expected instead of \"{\""));
  CHECK(found("UPDATE webhooks SET events = '[\"Mars\"]'") == "");  // there is none
  const std::string webhook =
      "INSERT INTO webhooks (id, account, url, events, outcomes, secret_file, secret_credential, created_at) "
      "VALUES ('w9', 'acme', 'https://x.example', '[\"run\", \"Mars\"]', 'all', 'x', '', 0)";
  CHECK(found(webhook) == "webhook w9: it waits for an event that there is not");
  CHECK(found("UPDATE accounts SET brand_color = '#12345g' WHERE id = 'acme'") ==
        "account acme: its color is not of the form #1a2b3c");
  CHECK(found("UPDATE accounts SET brand_logo = 'x' WHERE id = 'acme'") == "account acme: its logo is not there");
  CHECK(found("INSERT INTO facts VALUES ('last_prune_at', 'soon')") ==
        "fact last_prune_at: a time was expected instead of \"soon\"");
  const auto run = [](const std::string& column, const std::string& value) {
    return "INSERT INTO runs (id, schedule_name, account, report, trigger, state, created_at, finished_at, fence, " + column +
           ") VALUES ('r9', '', 'acme', 'x', 'test', 'failed', 1, 1, 1, " + value + ")";
  };
  CHECK(found(run("first_day", "'2026-99-99'")) == "run r9: a date was expected instead of \"2026-99-99\"");
  CHECK(found(run("timezone", "'Mars/Base'")) == "run r9: a known time zone was expected instead of \"Mars/Base\"");
  CHECK(found(run("violations", "'[{'")) == "run r9: JSON was expected instead of \"[{\"");
  CHECK(found(run("slot", "-1")) == "runs r9: slot is no time of the years 1970 to 9999");
  CHECK(found(run("slot", "253402300800")) == "runs r9: slot is no time of the years 1970 to 9999");
  CHECK(found(run("slot", "253402300799")) == "");
}

TEST_CASE("a backup is a private, complete, usable copy, and never overwrites") {
  Fixture fixture;
  const auto old = ::umask(0);
  fixture.state.backup(fixture.directory.file("copy.db"));
  ::umask(old);
  CHECK(mode_of(fixture.directory.file("copy.db")) == 0600);
  auto copy = State::open(fixture.directory.file("copy.db"), OpenMode::existing);
  CHECK(copy.check().empty());
  CHECK(find_schedule(copy, fixture.schedule.id)->definition == fixture.schedule.definition);
  CHECK(kind_of([&] { fixture.state.backup(fixture.directory.file("copy.db")); }) == ErrorKind::conflict);
  CHECK(kind_of([&] { fixture.state.backup(fixture.directory.path() / "missing" / "copy.db"); }) == ErrorKind::state);
  fs::create_symlink(fixture.directory.file("elsewhere"), fixture.directory.file("link"));
  CHECK(kind_of([&] { fixture.state.backup(fixture.directory.file("link")); }) == ErrorKind::conflict);
  CHECK_FALSE(fs::exists(fixture.directory.file("elsewhere")));
}

TEST_CASE("many processes that create the same state file agree on it") {
  const TempDirectory directory;
  std::vector<pid_t> children;
  for (int i = 0; i < 12; ++i) {
    children.push_back(start_child([&, i] {
      auto state = State::open(directory.file(), OpenMode::create);
      state.set_fact("child" + std::to_string(i), "was here");
    }));
  }
  for (const pid_t child : children) CHECK(ended_well(child));
  const auto state = State::open(directory.file(), OpenMode::existing);
  for (int i = 0; i < 12; ++i) CHECK(state.fact("child" + std::to_string(i)) == "was here");
  CHECK(files_like(directory.path(), "before").empty());
}

TEST_CASE("a damaged header is reported with the file and what to do") {
  TempDirectory directory;
  { State::open(directory.file(), OpenMode::create).set_fact("a", "b"); }
  overwrite(directory.file(), 0, "SQLite format 9");
  const auto error = error_of([&] { State::open(directory.file(), OpenMode::existing); });
  CHECK(error.kind() == ErrorKind::state);
  CHECK(contains(error.what(), directory.file().string()));
  CHECK(contains(error.hint(), "backup"));
}

TEST_CASE("a damaged page is found by check") {
  Fixture fixture;
  fixture.generated({a_delivery("d1", "ann@example.com")});
  const auto copy = fixture.directory.file("damaged.db");
  fixture.state.backup(copy);
  std::int64_t page = 0;
  {
    Connection copied(copy);
    Query root(copied, "SELECT rootpage FROM sqlite_schema WHERE name = 'runs_slot'");
    REQUIRE(root.next());
    page = root.integer();
  }
  overwrite(copy, (page - 1) * 4096, std::string(64, '\x55'));
  const auto state = State::open(copy, OpenMode::existing);
  CHECK_FALSE(state.check().empty());
}

TEST_CASE("no damaged byte crashes; whatever is noticed is an error of the state file") {
  Fixture fixture;
  fixture.generated({a_delivery("d1", "ann@example.com"), a_delivery("d2", "bo@example.com")});
  const auto sound = fixture.directory.file("sound.db");
  fixture.state.backup(sound);
  // Bytes that mean something: most of a small file is empty space.
  const std::string content = read_file(sound);
  std::vector<std::streamoff> places;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '\0') places.push_back(static_cast<std::streamoff>(i));
  }
  std::mt19937 random(20260317);
  int noticed = 0;
  for (int round = 0; round < 160; ++round) {
    const auto copy = fixture.directory.file("flipped.db");
    fs::copy_file(sound, copy, fs::copy_options::overwrite_existing);
    const auto offset = places.at(random() % places.size());
    std::string damage(round % 2 == 0 ? 1 : 48, '\0');
    for (char& byte : damage) byte = static_cast<char>(random());
    overwrite(copy, offset, damage);
    CAPTURE(offset);
    try {
      auto state = State::open(copy, OpenMode::existing);
      if (!state.check().empty()) ++noticed;
      state.connection().set_busy_limit(std::chrono::milliseconds(5));
      for (const auto& run : list_runs(state, {})) list_deliveries(state, run.id);
      list_schedules(state, {});
      verify_audit(state, "");
      runs_to_resume(state, kNow);
      state.set_fact("a", "b");
    } catch (const Error& error) {
      CAPTURE(error.what());
      CHECK((error.kind() == ErrorKind::state || error.kind() == ErrorKind::busy || error.kind() == ErrorKind::conflict));
      ++noticed;
    }
  }
  CHECK(noticed > 20);
}

TEST_CASE("check finds what no single table can see") {
  Fixture fixture;
  const auto claim = fixture.generated({a_delivery("d1", "ann@example.com")});
  CHECK(fixture.state.check().empty());
  fixture.sql("UPDATE runs SET state = 'delivered', finished_at = 1");
  const auto problems = fixture.state.check();
  REQUIRE(problems.size() == 1);
  CHECK(contains(problems[0], claim.run.id));
  fixture.sql("UPDATE runs SET state = 'rejected'");
  CHECK(fixture.state.check().size() == 1);
  fixture.sql("PRAGMA foreign_keys = OFF; DELETE FROM runs; PRAGMA foreign_keys = ON");
  CHECK(contains(fmt::format("{}", fmt::join(fixture.state.check(), "\n")), "of deliveries points at a row of runs"));
}
