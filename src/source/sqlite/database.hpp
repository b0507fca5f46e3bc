// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "engine.hpp"
#include "reportctl/rows/query.hpp"
#include "silence.hpp"
#include "sqlite/functions.hpp"
#include "sqlite/numbers.hpp"
#include "sqlite/reader_files.hpp"

namespace reportctl::source {

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

struct CloseConnection {
  void operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }
};

struct SqliteSettings : EngineSettings {
  std::filesystem::path file;
};

/// A connection that can only read: files that nothing writes to (ReaderFiles), `query_only`, DEFENSIVE, schema not trusted (as
/// far as SQLite's version lets views use JSON then), and an authorizer that allows nothing but selecting and harmless functions.
/// Long work ends at the deadline and on a stop request. For one operation: an idle connection would hold locks, and what it
/// keeps of a file that is read without a guard would grow old.
class SqliteDatabase {
 public:
  explicit SqliteDatabase(SqliteSettings);
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  /// One read-only statement that gives rows and calculates with nothing but numbers; anything else is Error(source).
  Statement prepare(const rows::Query&);
  [[nodiscard]] const SqliteSettings& settings() const { return settings_; }
  /// For our own statements, which the authorizer must not judge.
  Statement prepare_own(const std::string& sql);
  void bind(sqlite3_stmt*, const rows::Query&);
  /// Runs a statement for what its functions refuse, which is thrown, and for some milliseconds only. What does not hold or takes
  /// longer shows nothing.
  void glance(const std::string& sql);

  /// From here on the connection sees the data as they are now.
  void begin_snapshot();
  /// Error(source) when an application may have changed the file under what was read: to be called after the last row.
  void check_unchanged();

  /// A query has given one.
  void count_row() { silence_.row(); }
  /// What SQLite's result code means to an operator.
  [[noreturn]] void fail(int code);
  [[noreturn]] void fail(const Problem& problem) const { settings_.fail(problem); }
  [[noreturn]] void fail(const std::string& what, const std::string& hint = {}) const { settings_.fail({what, hint}); }

 private:
  void start_deadline();
  void harden();
  [[nodiscard]] bool was_changed() const;
  [[noreturn]] void fail_changed();
  /// A file that SQLite needs, and this user may not read; empty when there is none.
  [[nodiscard]] std::string unreadable_file() const;
  [[noreturn]] void fail_unreadable(const std::string& file);
  /// FTS and R-tree tables prepare statements of their own when they are first named, which the authorizer would take for the
  /// query's.
  void declare_indexes();
  Statement prepare_one(const std::string& sql);
  [[nodiscard]] bool must_end();
  [[nodiscard]] bool past_deadline() const;
  static int on_busy(void* self, int calls);
  static int on_progress(void* self);
  static int authorize(void* self, int action, const char*, const char*, const char*, const char*);

  using Clock = std::chrono::steady_clock;
  SqliteSettings settings_;
  FileMark mark_;  ///< before anything was read
  Clock::time_point deadline_ = Clock::time_point::max();
  Silence silence_{settings_.silence};
  bool was_silent_ = false;
  bool own_statement_ = false;
  bool indexes_declared_ = false;
  std::optional<int> looks_left_;              ///< of a glance
  SqliteFunctions functions_{settings_.name};  ///< outlives the connection, which borrows it
  SqliteNumbers numbers_;                      ///< the same
  std::unique_ptr<sqlite3, CloseConnection> connection_;
};

}  // namespace reportctl::source
