// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Savepoint.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <variant>
#include <vector>

#include "owner_locks.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/schedule/window.hpp"

namespace reportctl::store {

/// An id may be abbreviated to so many characters, where that is unambiguous.
inline constexpr std::size_t kShortestPrefix = 4;

/// How long a statement waits for another process, in short jittered sleeps: SQLite's own back-off lets a waiter starve for a
/// second.
inline constexpr std::chrono::milliseconds kBusyLimit{10'000};
struct BusyWait {
  std::chrono::milliseconds limit = kBusyLimit;
  std::chrono::steady_clock::time_point since;
  std::minstd_rand jitter;
};

/// One SQLite connection with the settings of this room. For one thread, and never carried across fork().
class Connection {
 public:
  /// The file exists. Error(state) when it is not a database or cannot be opened, or another program keeps it in WAL mode.
  explicit Connection(std::filesystem::path path, std::chrono::milliseconds busy_limit = kBusyLimit);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  SQLite::Database& database() { return *database_; }
  /// See State::set_actor().
  void set_actor(std::string actor) { actor_ = std::move(actor); }
  [[nodiscard]] const std::string& actor() const { return actor_; }
  /// See State::set_home().
  void set_home(std::string home) { home_ = std::move(home); }
  [[nodiscard]] const std::string& home() const { return home_; }
  OwnerLocks& owner_locks() { return owner_locks_; }
  void set_busy_limit(std::chrono::milliseconds limit) { busy_.limit = limit; }

  /// Several statements without results or parameters.
  void execute(const std::string& script);
  /// A change that becomes part of the next transaction that writes, or one of its own before anything is read: whoever uses this
  /// connection finds it done. A process that ends before has not made it.
  void write_with_next(std::function<void()> change) {
    if (writing_) return change();
    write_delayed();
    delayed_ = std::move(change);
  }

  /// SQLite's complaint as the Error that this room promises. Only for use in a handler of SQLite::Exception.
  [[noreturn]] void fail(const SQLite::Exception& problem);

 private:
  friend class Query;
  friend class WriteTransaction;
  friend class ReadTransaction;
  void write_delayed();
  void require_transaction();
  std::unique_ptr<SQLite::Statement> take_statement(const std::string& sql);
  void give_back(const std::string& sql, std::unique_ptr<SQLite::Statement> statement);

  std::filesystem::path path_;
  std::string actor_;
  std::string home_;
  OwnerLocks owner_locks_{path_};
  BusyWait busy_;
  std::optional<SQLite::Database> database_;
  std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> statements_;  ///< prepared, idle
  std::function<void()> delayed_;
  bool writing_ = false;
};

using Parameter = std::variant<std::int64_t, std::string>;
using Parameters = std::vector<Parameter>;

/// A statement that was put together, with what is bound to ?1, ?2 ….
struct Selected {
  std::string sql;
  Parameters parameters;
};

template <typename Value>
inline constexpr bool is_optional = false;
template <typename Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

/// How a value is stored.
template <typename Value>
Parameter parameter_of(const Value& value) {
  if constexpr (std::is_same_v<Value, Instant>) {
    return static_cast<std::int64_t>(value.time_since_epoch().count());
  } else if constexpr (std::is_integral_v<Value>) {
    return static_cast<std::int64_t>(value);
  } else {
    return std::string(value);
  }
}

/// An edge of a period as it is stored.
struct PeriodEdge {
  Date day;
  std::optional<TimeOfDay> time;
};
std::optional<PeriodEdge> read_edge(std::string_view);

/// A prepared statement on loan from the connection. Values are bound from left to right; so are the columns of a row read. Both
/// are counted: a value that is missing or a row that is read in part is std::logic_error. A period is one value in three
/// columns: first_day, last_day, snapshot; the days are '' where there is none.
class Query {
 public:
  Query(Connection& connection, std::string sql);
  Query(Connection& connection, const Selected& selected);
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  template <typename... Values>
  Query& bind(const Values&... values) {
    (bind_value(values), ...);
    return *this;
  }
  /// The next row, if there is one; reading starts at its first column again.
  bool next();
  /// To the end; how many rows were changed.
  std::int64_t run();

  std::string text();
  std::int64_t integer();
  int small() { return static_cast<int>(integer()); }
  bool flag() { return integer() != 0; }
  Instant instant() { return Instant{std::chrono::seconds{integer()}}; }
  std::optional<std::int64_t> optional_integer();
  std::optional<Instant> optional_instant();
  std::optional<std::string> optional_text();
  std::optional<schedule::Period> optional_period();

 private:
  void bind_null();
  void bind_parameter(const Parameter& value);
  void bind_period(const std::optional<schedule::Period>& value);
  bool step();

  template <typename Value>
  void bind_value(const Value& value) {
    if constexpr (std::is_same_v<Value, std::nullopt_t>) {
      bind_null();
    } else if constexpr (std::is_same_v<Value, schedule::Period> || std::is_same_v<Value, std::optional<schedule::Period>>) {
      bind_period(value);
    } else if constexpr (is_optional<Value>) {
      value ? bind_value(*value) : bind_null();
    } else {
      bind_parameter(parameter_of(value));
    }
  }

  Connection& connection_;
  std::string sql_;
  std::unique_ptr<SQLite::Statement> statement_;
  int bound_ = 0;
  int column_ = 0;
};

/// '' is stored as NULL.
inline std::optional<std::string> null_if_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional<std::string>(text);
}

/// BEGIN IMMEDIATE: the write lock is taken before anything is read, so nothing that was read can change before commit(). Without
/// commit() nothing happened. Within another one it is a part of that, and durable with it.
class WriteTransaction {
 public:
  explicit WriteTransaction(Connection& connection);
  ~WriteTransaction();
  WriteTransaction(const WriteTransaction&) = delete;
  WriteTransaction& operator=(const WriteTransaction&) = delete;
  void commit();

 private:
  Connection& connection_;
  std::function<void()> delayed_;  ///< what was made a part of it
  std::optional<SQLite::Transaction> transaction_;
  std::optional<SQLite::Savepoint> part_;
};

/// Everything that is read while it lives is of one moment.
class ReadTransaction {
 public:
  explicit ReadTransaction(Connection& connection);

 private:
  std::optional<SQLite::Transaction> transaction_;
};

}  // namespace reportctl::store
