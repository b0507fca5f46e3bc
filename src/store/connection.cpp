// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "connection.hpp"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <thread>
#include <utility>

#include "journal.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/lock_holder.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/moment.hpp"

namespace reportctl::store {
namespace {

extern "C" int reportctl_store_busy(void* context, int attempt) {
  auto& wait = *static_cast<BusyWait*>(context);
  const auto now = std::chrono::steady_clock::now();
  if (attempt == 0) wait.since = now;
  if (now - wait.since >= wait.limit) return 0;
  std::this_thread::sleep_for(std::chrono::microseconds(200 + wait.jitter() % 800));
  return 1;
}

// PERSIST + FULL, as strace shows it for every transaction (SQLite 3.40.1): the old pages are written to the journal, journal
// fdatasync, the page count is written to the journal's header, journal fdatasync, the new pages are written, database
// fdatasync, 28 zero bytes over the journal's header, journal fdatasync. The last one is the commit made durable: a power cut
// cannot bring the old pages back. (DELETE ends with an unlink that nothing syncs.) The journal is never unlinked, so its
// directory is synced once, when it is made: see state_vfs().
constexpr const char* kSettings =
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA mmap_size = 0;"
    "PRAGMA cache_size = -32000;"  // kilobytes, used only by what touches so many pages: pruning and checking a large state
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_spill = OFF;"  // a journal that has to be rolled back has the first page then: see journal.cpp
    "PRAGMA foreign_keys = ON;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 4194304;";

/// The errno of the last call that failed on the database or its journal. sqlite3_system_errno() alone is often 0: the roll-back
/// overwrites it.
int last_errno(sqlite3* handle) {
  if (const int error = sqlite3_system_errno(handle); error != 0) return error;
  int error = 0;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
  if (error != 0) return error;
  sqlite3_file* journal = nullptr;
  sqlite3_file_control(handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, static_cast<void*>(&journal));
  if (journal != nullptr && journal->pMethods != nullptr)
    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &error);
  return error;
}

Error busy_error(const std::filesystem::path& path, std::chrono::milliseconds waited) {
  const auto name = visible(path.string());
  const auto holder = lock_holder(path);
  const auto who =
      holder ? fmt::format("process {} ({}){}", holder->pid, visible(holder->name), holder->stopped ? ", which is stopped," : "")
             : std::string("another process");
  auto hint = fmt::format("run the command again; if it stays so, `fuser {}` names the process", name);
  if (holder) hint = fmt::format("run the command again; if it stays so, look at process {}", holder->pid);
  if (holder && holder->stopped)
    hint =
        fmt::format("kill -CONT {0} lets it go on; kill -KILL {0} ends it, and the next run-due takes up its work", holder->pid);
  return Error(
      ErrorKind::busy,
      fmt::format("state file {}: busy: {} kept it locked for {} s", name, who, std::chrono::duration<double>(waited).count()),
      std::move(hint));
}

/// The promises at a power cut rest on the rollback journal; what replicates a file as Litestream does needs the other mode.
Error wal_error(const std::filesystem::path& path) {
  const auto holder = lock_holder(path);
  const auto who = holder ? fmt::format("process {} ({})", holder->pid, visible(holder->name)) : std::string("another program");
  return Error(ErrorKind::state,
               fmt::format("state file {}: {} has switched it to WAL mode and keeps it open", visible(path.string()), who),
               "stop that program (Litestream works so); for copies, `reportctl state backup`");
}

}  // namespace

Connection::Connection(std::filesystem::path path, std::chrono::milliseconds busy_limit) : path_(std::move(path)) {
  busy_.limit = busy_limit;
  busy_.jitter.seed(static_cast<unsigned>(::getpid()));
  try {
    database_.emplace(std::filesystem::absolute(path_).string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, 0, state_vfs());
    sqlite3* handle = database_->getHandle();
    sqlite3_busy_handler(handle, reportctl_store_busy, &busy_);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    database_->exec(kSettings);
    const std::string mode = database_->execAndGet("PRAGMA journal_mode = PERSIST").getString();
    if (mode != "persist") {
      throw Error(ErrorKind::state,
                  fmt::format("state file {}: journal mode is {} and cannot be changed", visible(path_.string()), mode),
                  "another program has it open; close that and try again");
    }
  } catch (const SQLite::Exception& problem) {
    if (problem.getErrorCode() == SQLITE_BUSY && is_in_wal_mode(path_)) throw wal_error(path_);
    fail(problem);
  }
}

void Connection::execute(const std::string& script) {
  write_delayed();
  try {
    database_->exec(script);
  } catch (const SQLite::Exception& problem) {
    fail(problem);
  }
}

void Connection::fail(const SQLite::Exception& problem) {
  const std::string name = "state file " + visible(path_.string());
  const std::string directory = visible(std::filesystem::absolute(path_).parent_path().string());
  const auto error = [&](std::string_view what, std::string hint, ErrorKind kind = ErrorKind::state) {
    return Error(kind, name + ": " + std::string(what), std::move(hint));
  };
  const int system_errno = database_ ? last_errno(database_->getHandle()) : 0;
  const std::string said = system_errno != 0 ? std::strerror(system_errno) : "";
  const auto or_limit = [&](std::string hint) {
    return limit_hint(system_errno).empty() ? std::move(hint) : limit_hint(system_errno);
  };
  switch (problem.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      throw busy_error(path_, busy_.limit);
    case SQLITE_READONLY:
    case SQLITE_PERM:
      throw error(
          "read-only: it, or its directory, cannot be written",
          fmt::format(
              "run as its owner, or give that user write access to {} and the file; a read-only file system must be remounted",
              directory));
    case SQLITE_FULL:
      throw error("no space left to write", limit_hint(ENOSPC));
    case SQLITE_CANTOPEN:
      throw error(fmt::format("cannot be opened{}{}", said.empty() ? "" : ": ", said),
                  or_limit(fmt::format("check that {} exists and that this user may read and write it", directory)));
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
      throw error(fmt::format("damaged, or not a state file of reportctl ({})", problem.what()),
                  "reportctl-state(1) says how to restore a backup; `sqlite3 FILE .recover` may save what is newer");
    case SQLITE_IOERR:
      if (!limit_hint(system_errno).empty()) throw error(said, limit_hint(system_errno));
      throw error(fmt::format("input/output error ({}{}{})", problem.what(), said.empty() ? "" : ": ", said),
                  "look at the kernel log for the disk, then run `reportctl state check`");
    case SQLITE_TOOBIG:
      throw Error(ErrorKind::invalid, name + ": a value is too large to be stored");
    case SQLITE_CONSTRAINT:
      throw Error(ErrorKind::conflict,
                  fmt::format("{}: the change breaks a rule of the state ({})", name, visible(problem.what())));
    default:
      throw error(visible(problem.what()), "run `reportctl state check`");
  }
}

std::unique_ptr<SQLite::Statement> Connection::take_statement(const std::string& sql) {
  if (const auto found = statements_.find(sql); found != statements_.end() && found->second) return std::move(found->second);
  return std::make_unique<SQLite::Statement>(*database_, sql);
}

void Connection::give_back(const std::string& sql, std::unique_ptr<SQLite::Statement> statement) {
  statement->tryReset();
  statements_[sql] = std::move(statement);
}

/// Some errors (the disk is full) make SQLite roll back everything at once.
void Connection::require_transaction() {
  if (sqlite3_get_autocommit(database_->getHandle()) != 0)
    throw Error(ErrorKind::state, fmt::format("state file {}: the transaction was rolled back", visible(path_.string())));
}

void Connection::write_delayed() {
  if (writing_ || !delayed_) return;
  WriteTransaction(*this).commit();
}

Query::Query(Connection& connection, std::string sql) : connection_(connection), sql_(std::move(sql)) {
  connection_.write_delayed();
  try {
    statement_ = connection_.take_statement(sql_);
  } catch (const SQLite::Exception& problem) {
    connection_.fail(problem);
  }
}

Query::Query(Connection& connection, const Selected& selected) : Query(connection, selected.sql) {
  for (const auto& parameter : selected.parameters) bind_parameter(parameter);
}

Query::~Query() { connection_.give_back(sql_, std::move(statement_)); }

void Query::bind_null() {
  try {
    statement_->bind(++bound_);
  } catch (const SQLite::Exception& problem) {
    connection_.fail(problem);
  }
}

void Query::bind_parameter(const Parameter& value) {
  try {
    std::visit([&](const auto& plain) { statement_->bind(++bound_, plain); }, value);
  } catch (const SQLite::Exception& problem) {
    connection_.fail(problem);
  }
}

/// An edge of a period: `2026-03-18`, or `2026-03-18 08:30` of one that is not whole days; 24:00 is the end of the day.
std::optional<PeriodEdge> read_edge(std::string_view text) {
  constexpr std::size_t kDay = 10;
  const auto day = parse_date(text.substr(0, kDay));
  if (!day || text.size() == kDay) return day ? std::optional(PeriodEdge{*day, {}}) : std::nullopt;
  const auto written = text.substr(kDay + 1);
  const auto time = written == "24:00" ? TimeOfDay{.hour = 24, .minute = 0} : parse_time_of_day(written);
  return time && text[kDay] == ' ' ? std::optional(PeriodEdge{*day, time}) : std::nullopt;
}

void Query::bind_period(const std::optional<schedule::Period>& value) {
  const auto edge = [&](Date day, TimeOfDay schedule::DayPart::*time) {
    return value->part ? format_date(day) + " " + format_time_of_day((*value->part).*time) : format_date(day);
  };
  bind_parameter(value ? edge(value->first, &schedule::DayPart::from) : std::string());
  bind_parameter(value ? edge(value->last, &schedule::DayPart::to) : std::string());
  bind_parameter(std::int64_t{value && value->snapshot ? 1 : 0});
}

bool Query::step() {
  if (bound_ != statement_->getBindParameterCount()) throw std::logic_error("values are not those of the statement: " + sql_);
  try {
    return statement_->executeStep();
  } catch (const SQLite::Exception& problem) {
    connection_.fail(problem);
  }
}

bool Query::next() {
  if (column_ != 0 && column_ != statement_->getColumnCount()) throw std::logic_error("a row is read in part: " + sql_);
  column_ = 0;
  return step();
}

std::int64_t Query::run() {
  while (step()) {
  }
  return connection_.database().getChanges();
}

std::string Query::text() { return statement_->getColumn(column_++).getString(); }
std::int64_t Query::integer() { return statement_->getColumn(column_++).getInt64(); }

std::optional<std::int64_t> Query::optional_integer() {
  if (statement_->getColumn(column_).isNull()) return ++column_, std::nullopt;
  return integer();
}

std::optional<Instant> Query::optional_instant() {
  const auto seconds = optional_integer();
  return seconds ? std::optional<Instant>(std::chrono::seconds{*seconds}) : std::nullopt;
}

std::optional<std::string> Query::optional_text() {
  if (statement_->getColumn(column_).isNull()) return ++column_, std::nullopt;
  return text();
}

std::optional<schedule::Period> Query::optional_period() {
  const auto first = read_edge(text());
  const auto last = read_edge(text());
  const bool snapshot = flag();
  if (!first || !last) return std::nullopt;
  schedule::Period period{.snapshot = snapshot, .first = first->day, .last = last->day};
  if (first->time && last->time) period.part = schedule::DayPart{*first->time, *last->time};
  return period;
}

WriteTransaction::WriteTransaction(Connection& connection) : connection_(connection) {
  try {
    if (connection_.writing_) {
      connection_.require_transaction();
      part_.emplace(connection_.database(), "part");
      return;
    }
    transaction_.emplace(connection_.database(), SQLite::TransactionBehavior::IMMEDIATE);
  } catch (const SQLite::Exception& problem) {
    connection_.fail(problem);
  }
  connection_.writing_ = true;
  if (const auto change = std::exchange(connection_.delayed_, nullptr)) {
    try {
      change();
    } catch (...) {
      connection_.writing_ = false;
      throw;
    }
    delayed_ = change;
  }
}

WriteTransaction::~WriteTransaction() {
  if (!transaction_) return;
  transaction_.reset();
  connection_.writing_ = false;
  connection_.delayed_ = std::move(delayed_);
}

void WriteTransaction::commit() {
  try {
    part_ ? part_->release() : transaction_->commit();
  } catch (const SQLite::Exception& problem) {
    connection_.fail(problem);
  }
  delayed_ = nullptr;
  if (!transaction_) return;
  transaction_.reset();
  connection_.writing_ = false;
}

ReadTransaction::ReadTransaction(Connection& connection) {
  connection.write_delayed();
  try {
    transaction_.emplace(connection.database(), SQLite::TransactionBehavior::DEFERRED);
  } catch (const SQLite::Exception& problem) {
    connection.fail(problem);
  }
}

Moment::Moment(State& state) : transaction_(std::make_unique<ReadTransaction>(state.connection())) {}
Moment::~Moment() = default;

Together::Together(State& state) : transaction_(std::make_unique<WriteTransaction>(state.connection())) {}
Together::~Together() = default;
void Together::commit() { transaction_->commit(); }

}  // namespace reportctl::store
