// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/database.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <thread>
#include <variant>

#include "json_array.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"
#include "sqlite/sql.hpp"

namespace reportctl::source {
namespace {

/// Built-in functions that can neither touch the world nor the connection, nor make two runs differ (random, changes,
/// last_insert_rowid).
constexpr std::string_view kFunctions =
    " "
    "-> ->> abs acos acosh asin asinh atan atan2 atanh avg bm25 ceil ceiling char coalesce concat concat_ws cos "
    "cosh count cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp "
    "first_value floor format glob group_concat hex highlight ifnull iif instr json json_array json_array_length "
    "json_error_position json_extract json_group_array json_group_object json_insert json_object json_patch "
    "json_quote json_remove json_replace json_set json_type json_valid julianday lag last_value lead length like "
    "likelihood likely ln log log10 log2 lower ltrim match max min mod nth_value ntile nullif octet_length "
    "percent_rank pi pow power printf quote radians rank replace round row_number rtrim sign sin sinh snippet "
    "soundex sqrt strftime string_agg substr substring subtype sum tan tanh time timediff total trim trunc typeof "
    "unhex unicode unixepoch unlikely upper zeroblob ";

bool is_harmless(std::string_view function) { return kFunctions.find(fmt::format(" {} ", function)) != std::string_view::npos; }

struct Limit {
  int id;
  int value;
};
constexpr std::array kLimits = {
    Limit{SQLITE_LIMIT_LENGTH, 64 << 20},      Limit{SQLITE_LIMIT_SQL_LENGTH, 1 << 20},  Limit{SQLITE_LIMIT_COLUMN, 2000},
    Limit{SQLITE_LIMIT_EXPR_DEPTH, 1000},      Limit{SQLITE_LIMIT_COMPOUND_SELECT, 200}, Limit{SQLITE_LIMIT_ATTACHED, 0},
    Limit{SQLITE_LIMIT_VARIABLE_NUMBER, 1000}, Limit{SQLITE_LIMIT_TRIGGER_DEPTH, 1},     Limit{SQLITE_LIMIT_WORKER_THREADS, 0}};

constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's virtual machine: some tenths of a millisecond
constexpr auto kLongestLock = std::chrono::seconds{5};

struct BindValue {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
  int operator()(const std::string& value) const {
    return sqlite3_bind_text64(statement, index, value.data(), value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  }
  int operator()(const std::vector<std::string>& value) const { return (*this)(json_array(value)); }
};

/// SQLite 3.38 to at least 3.40.1 (Debian 12) takes its own JSON functions for unsafe in a view when the schema is not trusted:
/// the flag that says "innocuous" has the inverse meaning in its table of built-in functions.
bool untrusted_views_may_use_json() {
  static const bool kMay = [] {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(":memory:", &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_MEMORY, nullptr);
    const std::unique_ptr<sqlite3, CloseConnection> connection(raw);
    if (code != SQLITE_OK) return false;
    sqlite3_db_config(raw, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    return sqlite3_exec(raw, "CREATE VIEW v AS SELECT json('1') AS j; SELECT j FROM v", nullptr, nullptr, nullptr) == SQLITE_OK;
  }();
  return kMay;
}

/// While it lives, statements are our own.
class OwnStatement {
 public:
  explicit OwnStatement(bool& flag) : flag_(flag) { flag_ = true; }
  ~OwnStatement() { flag_ = false; }
  OwnStatement(const OwnStatement&) = delete;
  OwnStatement& operator=(const OwnStatement&) = delete;

 private:
  bool& flag_;
};

}  // namespace

SqliteDatabase::SqliteDatabase(SqliteSettings settings) : settings_(std::move(settings)) {
  std::error_code error;
  const auto status = std::filesystem::status(settings_.file, error);
  if (status.type() == std::filesystem::file_type::not_found)
    fail(fmt::format("{} does not exist", settings_.file.string()), "correct the url of the source, or create the database");
  if (status.type() != std::filesystem::file_type::regular)
    fail(error ? fmt::format("{} cannot be reached: {}", settings_.file.string(), error.message())
               : fmt::format("{} is not a file", settings_.file.string()),
         "correct the url of the source");
  mark_ = FileMark::of(settings_.file);
  sqlite3* connection = nullptr;
  // Without a mutex: a source is not for sharing between threads.
  const int code =
      sqlite3_open_v2(ReaderFiles::uri(settings_.file).c_str(), &connection,
                      SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, ReaderFiles::vfs());
  connection_.reset(connection);
  if (code != SQLITE_OK) fail(code);
  start_deadline();
  harden();
}

void SqliteDatabase::harden() {
  sqlite3* const connection = connection_.get();
  for (const int off :
       {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, SQLITE_DBCONFIG_ENABLE_TRIGGER, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER,
        // A name in double quotes that no column has would be text: a renamed column's sum is 0.
        SQLITE_DBCONFIG_DQS_DML, SQLITE_DBCONFIG_DQS_DDL})
    sqlite3_db_config(connection, off, 0, nullptr);
  // Where it has to stay on, the authorizer still judges the functions of views, and SQLite itself the truly dangerous ones.
  if (untrusted_views_may_use_json()) sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  for (const Limit& limit : kLimits) sqlite3_limit(connection, limit.id, limit.value);
  sqlite3_busy_handler(connection, on_busy, this);
  sqlite3_progress_handler(connection, kStepsBetweenLooks, on_progress, this);
  if (const int code = functions_.add_to(connection); code != SQLITE_OK) fail(code);
  if (const int code = numbers_.add_to(connection); code != SQLITE_OK) fail(code);
  sqlite3_set_authorizer(connection, authorize, this);
  // The second is what first reads the file: a text file, a locked or an encrypted one is told here. The last makes SQLite
  // declare its JSON tables, which the authorizer would see as writes to the schema.
  for (const char* sql : {"PRAGMA query_only = ON", "SELECT count(*) FROM sqlite_schema",
                          "SELECT count(*) FROM json_each('[]'), json_tree('[]')"}) {
    const Statement statement = prepare_own(sql);
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW) code = sqlite3_step(statement.get());
    if (code != SQLITE_DONE) fail(code);
  }
}

void SqliteDatabase::start_deadline() {
  silence_.begin();
  deadline_ = settings_.timeout.count() > 0 ? Clock::now() + settings_.timeout : Clock::time_point::max();
}

Statement SqliteDatabase::prepare_one(const std::string& sql) {
  if (sql.find('\0') != std::string::npos) fail("the query has a NUL character");
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), sql.c_str(), static_cast<int>(sql.size() + 1), 0, &raw, &rest);
  Statement statement(raw);
  if (code != SQLITE_OK) fail(code);
  if (!statement) fail("the query is empty");
  while (*rest != '\0') {  // comments and lone semicolons may follow, a second statement may not
    sqlite3_stmt* next = nullptr;
    const char* const from = rest;
    const int next_code = sqlite3_prepare_v3(connection_.get(), from, -1, 0, &next, &rest);
    const Statement second(next);
    if (next_code != SQLITE_OK || second) fail("the query is more than one statement");
    if (rest == from) break;
  }
  return statement;
}

void SqliteDatabase::declare_indexes() {
  if (indexes_declared_) return;
  indexes_declared_ = true;
  const Statement found = prepare_own(
      "SELECT format('SELECT * FROM \"%w\" LIMIT 0', name) FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL "
      "TABLE%'");
  while (sqlite3_step(found.get()) == SQLITE_ROW) {
    const OwnStatement own(own_statement_);
    const auto* sql = reinterpret_cast<const char*>(sqlite3_column_text(found.get(), 0));
    sqlite3_stmt* raw = nullptr;
    if (sql != nullptr) sqlite3_prepare_v2(connection_.get(), sql, -1, &raw, nullptr);
    const Statement ignored(raw);  // one that does not work is named when a query needs it
  }
}

Statement SqliteDatabase::prepare(const rows::Query& query) {
  declare_indexes();
  Statement statement = prepare_one(query.sql);  // as it is written first: SQLite's messages speak of that
  if (const std::string checked = with_checked_numbers(query.sql, query.binds); checked != query.sql)
    statement = prepare_one(checked);
  if (sqlite3_stmt_readonly(statement.get()) == 0) fail("the query would write");
  if (sqlite3_column_count(statement.get()) == 0 || sqlite3_stmt_isexplain(statement.get()) != 0)
    fail("the query is not a SELECT");
  return statement;
}

Statement SqliteDatabase::prepare_own(const std::string& sql) {
  const OwnStatement own(own_statement_);
  return prepare_one(sql);
}

void SqliteDatabase::glance(const std::string& sql) {
  constexpr int kLooks = 3;
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql.c_str(), -1, 0, &raw, nullptr) != SQLITE_OK) return;
  const Statement statement(raw);
  looks_left_ = kLooks;
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(statement.get());
  looks_left_.reset();
  throw_if_stopped();
  if (functions_.problem() || !numbers_.hint().empty()) fail(code);
}

void SqliteDatabase::bind(sqlite3_stmt* statement, const rows::Query& query) {
  const int count = sqlite3_bind_parameter_count(statement);
  for (int index = 1; index <= count; ++index) {
    const char* const written = sqlite3_bind_parameter_name(statement, index);
    if (written == nullptr || *written == '?') fail("the query has a parameter without a name", "write :name instead of ?");
    const std::string_view name(written + 1);
    const auto found =
        std::find_if(query.binds.begin(), query.binds.end(), [&](const rows::Bind& bind) { return bind.name == name; });
    if (found == query.binds.end()) fail(fmt::format("the query asks for {}, which nothing gives", written));
    if (const int code = std::visit(BindValue{statement, index}, found->value); code != SQLITE_OK) fail(code);
  }
}

void SqliteDatabase::begin_snapshot() {
  const OwnStatement own(own_statement_);
  // BEGIN alone takes no lock; the first read does, and fixes what is seen.
  for (const char* sql : {"BEGIN", "SELECT 1 FROM sqlite_schema LIMIT 1"}) {
    const Statement statement = prepare_one(sql);
    const int code = sqlite3_step(statement.get());
    if (code != SQLITE_DONE && code != SQLITE_ROW) fail(code);
  }
}

bool SqliteDatabase::was_changed() const {
  return ReaderFiles::reads_unguarded(connection_.get()) && mark_.was_written(settings_.file);
}

void SqliteDatabase::check_unchanged() {
  if (was_changed()) fail_changed();
}

void SqliteDatabase::fail_changed() {
  fail(fmt::format("an application opened {} and wrote to it while it was read", settings_.file.string()),
       "run the report again; this cannot happen while the application has the database open from the beginning");
}

std::string SqliteDatabase::unreadable_file() const {
  for (const char* beside : {"", "-wal", "-shm", "-journal"}) {
    const std::string file = settings_.file.string() + beside;
    if (::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) != 0 && errno == EACCES) return file;
  }
  return {};
}

void SqliteDatabase::fail_unreadable(const std::string& file) {
  const std::string folder = settings_.file.parent_path().string();
  const std::string what = fmt::format("this user may not read {}", file);
  if (file == settings_.file.string())
    fail(what, "grant this user read permission on it, and on the way to it (x on its directories)");
  fail(what,
       fmt::format("the application creates that file with its own group and the mode of the database: give {0} a group that "
                   "both users are in (chgrp GROUP {0}; chmod g+s {0}), or a default ACL (setfacl -d -m u:USER:r {0})",
                   folder));
}

bool SqliteDatabase::past_deadline() const { return deadline_ != Clock::time_point::max() && Clock::now() >= deadline_; }

bool SqliteDatabase::must_end() {
  was_silent_ = was_silent_ || silence_.is_over();
  return was_silent_ || stop_requested() || past_deadline();
}

int SqliteDatabase::on_progress(void* self) {
  auto& database = *static_cast<SqliteDatabase*>(self);
  if (database.looks_left_ && (*database.looks_left_)-- <= 0) return 1;
  return database.must_end() ? 1 : 0;
}

int SqliteDatabase::on_busy(void* self, int calls) {
  constexpr auto kNap = std::chrono::milliseconds{5};
  if (calls >= kLongestLock / kNap || static_cast<SqliteDatabase*>(self)->must_end()) return 0;
  std::this_thread::sleep_for(kNap);
  return 1;
}

int SqliteDatabase::authorize(void* self, int action, const char* first, const char* second, const char*, const char*) {
  if (static_cast<SqliteDatabase*>(self)->own_statement_) return SQLITE_OK;
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_FUNCTION:
      return is_harmless(second) || SqliteFunctions::has(second) || SqliteNumbers::has(second) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:  // FTS5 asks whether its tables have changed
      return std::string_view(first) == "data_version" && second == nullptr ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

void SqliteDatabase::fail(int code) {
  const int primary = code & 0xFF;
  if ((primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY) && stop_requested()) throw_if_stopped();
  if (const auto& problem = functions_.problem()) fail(*problem);
  const std::string words = visible(repair_utf8(sqlite3_errmsg(connection_.get())));
  const std::string file = settings_.file.string();
  if ((primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) && was_changed()) fail_changed();
  if (primary == SQLITE_CANTOPEN || primary == SQLITE_READONLY)
    if (const std::string unreadable = unreadable_file(); !unreadable.empty()) fail_unreadable(unreadable);
  switch (primary) {
    case SQLITE_INTERRUPT:
      if (was_silent_ && !past_deadline()) fail(silence_.words(), Silence::kHint);
      settings_.fail_late();
    case SQLITE_BUSY:
      fail(fmt::format("{} is locked by another program", file), "try again; a program that writes for long keeps readers out");
    case SQLITE_NOTADB:
      fail(fmt::format("{} is not an SQLite database", file), "correct the url of the source");
    case SQLITE_CORRUPT:
      fail(fmt::format("{} is damaged: {}", file, words), "restore it from a backup");
    case SQLITE_CANTOPEN:
      fail(fmt::format("{} cannot be opened: {}", file, words), "check that this user may read it and the files beside it");
    case SQLITE_READONLY:
      fail(fmt::format("{} needs a recovery that a reader may not do: {}", file, words),
           "let the program that owns the database open it once");
    case SQLITE_AUTH:
      fail(fmt::format("the query does more than read: {}", words), "a report may only SELECT, with built-in functions");
    case SQLITE_TOOBIG:
      fail("a value is larger than 64 MB");
    case SQLITE_NOMEM:
      fail("out of memory");
    default:
      if (words.starts_with("no such column: "))
        fail(words, "names in double quotes are columns, in views as well; text is written in single quotes");
      fail(words, numbers_.hint());
  }
}

}  // namespace reportctl::source
