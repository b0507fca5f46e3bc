// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "migrations.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "embedded_files.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kApplicationId = 0x7263746c;  // "rctl"

std::int64_t pragma(Connection& connection, const char* name) {
  Query query(connection, fmt::format("PRAGMA {}", name));
  return query.next() ? query.integer() : 0;
}

bool has_tables(Connection& connection) {
  Query query(connection, "SELECT 1 FROM sqlite_schema LIMIT 1");
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

fs::path backup_name(const fs::path& path, int version) {
  // The real clock, also in rehearsals: the name says when the file was made.
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  std::string stamp = format_utc(now);
  std::erase(stamp, ':');
  std::erase(stamp, '-');
  return path.string() + fmt::format(".before-v{}.{}", version, stamp);
}

}  // namespace

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
  WriteTransaction transaction(connection);
  const int version = recognised_version(connection, newest);  // another process may have been faster
  if (version == newest) return;
  if (version > 0) {
    // A second connection can read beside our write lock, so the backup holds everything up to this very moment.
    Connection reader(connection.path());
    copy_database(reader, backup_name(connection.path(), newest));
  }
  for (const auto& migration : migrations) {
    if (migration.version > version) connection.execute(std::string(migration.sql));
  }
  connection.execute(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, newest));
  transaction.commit();
}

void copy_database(Connection& connection, const fs::path& target) {
  // SQLite takes an empty file as the target and would make a new one readable by others.
  const Fd made(::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!made) {
    if (errno == EEXIST) {
      throw Error(ErrorKind::conflict, fmt::format("backup {}: the file exists already", visible(target.string())),
                  "choose another name");
    }
    throw Error(ErrorKind::state, fmt::format("backup {}: cannot be created: {}", visible(target.string()), std::strerror(errno)),
                "choose a directory that this user may write");
  }
  try {
    Query(connection, "VACUUM INTO ?").bind(fs::absolute(target).string()).run();
    if (::fsync(made.get()) != 0) {
      throw Error(ErrorKind::state,
                  fmt::format("backup {}: cannot be written: {}", visible(target.string()), std::strerror(errno)),
                  "free space there and run the command again");
    }
    fsync_directory(fs::absolute(target).parent_path());
  } catch (...) {
    ::unlink(target.c_str());
    throw;
  }
}

}  // namespace reportctl::store
