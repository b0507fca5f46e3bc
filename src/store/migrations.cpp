// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "migrations.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "embedded_files.hpp"
#include "reportctl/base/directory.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"
#include "whole_tables.hpp"

namespace reportctl::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kPartial = ".partial";
constexpr std::int64_t kApplicationId = 0x7263746c;  // "rctl"

std::int64_t pragma(Connection& connection, const char* name) {
  Query query(connection, fmt::format("PRAGMA {}", name));
  return query.next() ? query.integer() : 0;
}

bool has_tables(Connection& connection) {
  Query query(connection, R"sql(SELECT 1 FROM sqlite_schema LIMIT 1)sql");
  return query.next();
}

/// 0 for a new, empty file.
int recognised_version(Connection& connection, int newest) {
  const std::string name = visible(connection.path().string());
  const auto application = pragma(connection, "application_id");
  const auto version = pragma(connection, "user_version");
  const bool fresh = application == 0 && version == 0 && !has_tables(connection);
  if (application != kApplicationId && !fresh) {
    throw Error(ErrorKind::state, fmt::format("state file {}: this is another program's SQLite database", name),
                "check `state:` in the configuration, --state and REPORTCTL_STATE; nothing was changed");
  }
  if (version > newest) {
    throw Error(ErrorKind::state,
                fmt::format("state file {}: its schema is version {}, this reportctl knows up to {}", name, version, newest),
                "use the reportctl that wrote it, or a newer one; nothing was changed");
  }
  return static_cast<int>(version);
}

/// Never replaces a file, except on file systems that cannot promise it; there it was looked for before.
bool rename_to_new(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  return (errno == EINVAL || errno == ENOSYS) && ::rename(from.c_str(), to.c_str()) == 0;
}

/// What migrations that were killed left behind. The caller holds the write lock, so that nobody is writing one.
void remove_partial_backups(const fs::path& path) {
  const auto beginning = path.filename().string() + ".before-v";
  std::error_code ignored;
  each_entry(fs::absolute(path).parent_path(), [&](const fs::directory_entry& entry) {
    const auto name = entry.path().filename().string();
    if (name.starts_with(beginning) && name.find(kPartial) != std::string::npos) fs::remove(entry.path(), ignored);
  });
}

}  // namespace

fs::path stamped_name(const fs::path& path, std::string_view word) {
  // The real clock, also in rehearsals: the name says when the file was made.
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string stamp = format_utc(now);
  std::erase(stamp, ':');
  std::erase(stamp, '-');
  return fmt::format("{}.{}.{}", path.string(), word, stamp);
}

std::vector<Migration> known_migrations() {
  std::vector<Migration> migrations;
  for (const auto& file : embedded_files()) {
    migrations.push_back({static_cast<int>(parse_integer(file.name.substr(0, 4)).value_or(0)), file.text});
  }
  return migrations;
}

int schema_version(Connection& connection) { return static_cast<int>(pragma(connection, "user_version")); }

void migrate(Connection& connection, std::span<const Migration> migrations) {
  const int newest = migrations.empty() ? 0 : migrations.back().version;
  {
    const ReadTransaction moment(connection);  // another process may be creating the schema right now
    if (recognised_version(connection, newest) == newest) return;
  }
  const WholeTables anew(connection);
  WriteTransaction transaction(connection);
  const int version = recognised_version(connection, newest);  // another process may have been faster
  if (version == newest) return;
  if (version > 0) {
    // A second connection can read beside our write lock, so the backup holds everything up to this very moment.
    remove_partial_backups(connection.path());
    Connection reader(connection.path());
    copy_database(reader, stamped_name(connection.path(), fmt::format("before-v{}", newest)));
  }
  for (const auto& migration : migrations) {
    if (migration.version > version) connection.execute(std::string(migration.sql));
  }
  anew.require_whole();
  connection.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, newest));
  transaction.commit();
}

void copy_database(Connection& connection, const fs::path& target) {
  const std::string name = "backup " + visible(target.string());
  const auto refusal = [&](std::string_view what, std::string hint) {
    return Error(ErrorKind::conflict, fmt::format("{}: {}", name, what), std::move(hint));
  };
  const auto failure = [&](std::string_view what, std::string hint = "choose a directory that this user may write") {
    return system_error(ErrorKind::state, fmt::format("{}: {}", name, what), errno, std::move(hint));
  };
  const auto exists = [&] { return refusal("the file exists already", "choose another name"); };
  // Written aside: whatever carries the name of a backup is whole, also after a kill. SQLite takes an empty file as the target
  // and would make a new one readable by others.
  const fs::path partial = target.string() + kPartial;
  const Fd made(::open(partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!made) throw failure("cannot be created");
  if (::flock(made.get(), LOCK_EX | LOCK_NB) != 0) throw refusal("another process is writing it", "wait, or choose another name");
  try {
    if (fs::exists(fs::symlink_status(target))) throw exists();
    const bool emptied = ::ftruncate(made.get(), 0) == 0;
    ::unlink((partial.string() + "-journal").c_str());  // of one that was killed
    if (emptied) Query(connection, R"sql(VACUUM INTO ?)sql").bind(fs::absolute(partial).string()).run();
    if (!emptied || ::fsync(made.get()) != 0)
      throw failure("cannot be written", "look at the kernel log for the disk, or choose another one");
    if (!rename_to_new(partial, target)) {
      if (errno == EEXIST) throw exists();
      throw failure("cannot be created");
    }
    fsync_directory(fs::absolute(target).parent_path());
  } catch (...) {
    ::unlink(partial.c_str());
    throw;
  }
}

}  // namespace reportctl::store
