// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sqlite3.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace reportctl::source {

/// How SQLite opens the files of a source: as they are, or not at all. Nothing beside a database is ever created, written or
/// deleted, whoever runs the report.
///
/// A database in WAL mode is read with the help of its -wal and -shm files. SQLite would create them where they are missing,
/// owned by the reader, and the application could not write any more. Here:
///   - While the application has the database open, both are there: SQLite's own protocol, with shared locks alone.
///   - Nobody has it open, and there is no -wal: all data are in the main file, which is read as in rollback mode, under
///     SQLite's shared lock. As long as that is held, nobody can delete a -wal that appears.
///   - There is a -wal and no -shm (a copy, a program that was killed): SQLite builds the index in memory.
/// In the last two cases an application that starts meanwhile may move its log into the main file: nothing keeps it from that,
/// so reads_unguarded() says that the file has to be compared with what it was before.
struct ReaderFiles {
  /// For sqlite3_open_v2(), with SQLITE_OPEN_URI and the name that uri() returns.
  static const char* vfs();
  static std::string uri(const std::filesystem::path&);
  /// Of a connection that was opened so, inside its transaction.
  static bool reads_unguarded(sqlite3*);
};

/// What a write to a file changes about it.
class FileMark {
 public:
  /// Waits until the clock of the file system has moved on from the last write, so that the next one shows. Milliseconds at most.
  static FileMark of(const std::filesystem::path&);
  /// False as well when another file has taken its place: what is open is what was there then.
  [[nodiscard]] bool was_written(const std::filesystem::path&) const;

 private:
  dev_t device_ = 0;
  ino_t inode_ = 0;
  std::int64_t size_ = 0;
  std::int64_t written_ = 0;  ///< nanoseconds
};

}  // namespace reportctl::source
