// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/state.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include "connection.hpp"
#include "journal.hpp"
#include "migrations.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/process.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {

namespace fs = std::filesystem;

namespace {

std::string said_of(const fs::path& path, std::string_view what) {
  return fmt::format("state file {}: {}", visible(path.string()), what);
}

Error refusal(const fs::path& path, std::string_view what, std::string hint) {
  return {ErrorKind::state, said_of(path, what), std::move(hint)};
}

void create_file(const fs::path& path) {
  const fs::path directory = fs::absolute(path).parent_path();
  try {
    ensure_directory(directory);
  } catch (const Error& error) {
    throw refusal(path, error.what(), "name another place with --state, or in `state:` of the configuration");
  }
  // A file that root made there would keep its user out.
  struct stat status {};
  if (::stat(directory.c_str(), &status) == 0 && ::geteuid() == 0 && status.st_uid != 0) {
    const std::string owner = login_of(status.st_uid);
    throw refusal(path, fmt::format("lies in a directory of another user ({})", owner),
                  fmt::format("run this as its owner: sudo -u {} reportctl …", shell_word(owner)));
  }
  const Fd made(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!made && errno != EEXIST) {
    throw system_error(ErrorKind::state, said_of(path, "cannot be created"), errno,
                       fmt::format("give this user write access to {}", visible(directory.string())));
  }
}

/// Whoever may make files there can lay a journal beside the state file, which SQLite would play back into it.
void require_safe_directory(const fs::path& path) {
  const fs::path directory = fs::absolute(path).parent_path();
  struct stat status {};
  if (::stat(directory.c_str(), &status) != 0) return;  // told with the file
  if (status.st_uid != 0 && status.st_uid != ::geteuid())
    throw refusal(path, fmt::format("lies in a directory of another user ({})", login_of(status.st_uid)),
                  fmt::format("keep it in a directory of its own user, or after looking at it: chown {} {}", ::geteuid(),
                              visible(directory.string())));
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    throw refusal(path, "others may write its directory, so they could change it",
                  fmt::format("keep it in a directory of its own; or chmod go-w {}", visible(directory.string())));
}

void require_safe_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT)
      throw refusal(path, "does not exist", "create it with `reportctl init`, or name the right one with --state");
    throw system_error(ErrorKind::state, said_of(path, "cannot be reached"), errno,
                       "check the path and the rights of its directories");
  }
  if (!S_ISREG(status.st_mode))
    throw refusal(path, "is not a regular file", "name a file with --state, or in `state:` of the configuration");
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    const std::string owner = login_of(status.st_uid);
    throw refusal(path, fmt::format("belongs to another user ({})", owner),
                  fmt::format("run this as its owner: sudo -u {} reportctl …", shell_word(owner)));
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw refusal(path, "others may write it, so its contents cannot be trusted",
                  fmt::format("chmod 600 {}, after making sure that nobody else changed it", visible(path.string())));
  }
  if (status.st_nlink > 1) {
    throw refusal(
        path,
        fmt::format("has {} names (hard links); what one user of it leaves beside one name, others do not see", status.st_nlink),
        fmt::format("find {} -xdev -samefile {} shows them where they are on one file system; keep one, and make copies with "
                    "reportctl state backup",
                    visible(fs::absolute(path).parent_path().parent_path().string()), visible(path.string())));
  }
  require_safe_directory(path);
  if (is_journal_of_another_file(path)) {
    throw refusal(path,
                  fmt::format("the journal beside it ({}-journal) was left by a process that died with another file in its "
                              "place, and would destroy this one",
                              visible(path.filename().string())),
                  fmt::format("if a backup was copied here: mv {0}-journal {0}-journal.old, then reportctl state check",
                              visible(path.string())));
  }
  if (on_network_file_system(path)) {
    throw refusal(path, "lies on a network file system, where locks cannot be relied on",
                  "keep it on a local disk (`state:` in the configuration)");
  }
}

/// A statement that lists what is wrong, and the words for each line that it finds.
struct Rule {
  const char* sql;
  const char* problem;
};

constexpr std::array kRules{
    Rule{R"sql(
      SELECT id FROM runs WHERE state = 'delivered' AND EXISTS (SELECT 1
      FROM deliveries d WHERE d.run_id = runs.id AND d.notification_id IS NULL AND d.state <> 'accepted'))sql",
         "run {} is delivered, but one of its deliveries was not accepted"},
    Rule{R"sql(
      SELECT id FROM runs WHERE state IN ('triggered', 'rejected', 'skipped') AND EXISTS (SELECT 1
      FROM deliveries d WHERE d.run_id = runs.id AND d.notification_id IS NULL))sql",
         "run {} was never generated, but has deliveries"},
    Rule{R"sql(
      SELECT d.id FROM deliveries d JOIN notifications n
      ON n.id = d.notification_id WHERE n.run_id <> d.run_id)sql",
         "delivery {} carries a notification of another run"},
    Rule{R"sql(SELECT id FROM runs WHERE (owner_host IS NULL) <> (owner_pid IS NULL))sql", "run {} has half an owner"},
};

}  // namespace

State::State(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
State::~State() = default;
State::State(State&&) noexcept = default;
State& State::operator=(State&&) noexcept = default;

State State::open(const fs::path& path, OpenMode mode) {
  std::error_code ignored;
  if (mode == OpenMode::create && !fs::exists(path, ignored)) create_file(path);
  require_safe_file(path);
  auto connection = std::make_unique<Connection>(path);
  migrate(*connection, known_migrations());
  return State(std::move(connection));
}

const fs::path& State::path() const { return connection_->path(); }

void State::set_actor(std::string actor) { connection_->set_actor(std::move(actor)); }

void State::set_home(const std::string& instance) { connection_->set_home(instance.empty() ? "" : "instance " + instance); }

void State::hold(const ProcessIdentity& process) { connection_->owner_locks().hold(process); }

int State::schema_version() const { return store::schema_version(*connection_); }

int current_schema_version() {
  const auto migrations = known_migrations();
  return migrations.empty() ? 0 : migrations.back().version;
}

std::optional<std::string> State::fact(std::string_view name) const {
  Query query(*connection_, R"sql(SELECT value FROM facts WHERE name = ?)sql");
  if (!query.bind(name).next()) return std::nullopt;
  return query.text();
}

void State::set_fact(std::string_view name, std::string_view value) {
  WriteTransaction transaction(*connection_);
  Query(*connection_, R"sql(
    INSERT INTO facts (name, value) VALUES (?, ?)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value)sql")
      .bind(name, value)
      .run();
  transaction.commit();
}

void State::backup(const fs::path& target) const { copy_database(*connection_, target); }

std::vector<std::string> State::check() const {
  std::vector<std::string> problems;
  try {
    Query integrity(*connection_, "PRAGMA integrity_check(100)");
    while (integrity.next()) {
      if (auto line = integrity.text(); line != "ok") problems.push_back(std::move(line));
    }
    Query foreign_keys(*connection_, R"sql(SELECT "table", rowid, parent FROM pragma_foreign_key_check)sql");
    while (foreign_keys.next()) {
      const std::string table = foreign_keys.text();
      const auto row = foreign_keys.optional_integer();
      problems.push_back(
          fmt::format("row {} of {} points at a row of {} that does not exist", row.value_or(0), table, foreign_keys.text()));
    }
    for (const auto& rule : kRules) {
      Query broken(*connection_, rule.sql);
      while (broken.next()) problems.push_back(fmt::format(fmt::runtime(rule.problem), broken.text()));
    }
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::state) throw;
    problems.emplace_back(error.what());
  }
  return problems;
}

}  // namespace reportctl::store
