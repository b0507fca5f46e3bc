// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/connection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "json_array.hpp"
#include "mariadb/words.hpp"
#include "refused_by_query.hpp"
#include "reportctl/base/resolve.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kEndingEarly{1000};  ///< what ending a statement early may take
constexpr std::chrono::seconds kLongestLimit{2'000'000};
constexpr std::uint64_t kRowsBetweenLooks = 1024;

/// Names in double quotes, || for texts, and a backslash that is a character, as the other databases have it; and warnings of
/// what they refuse.
constexpr const char* kMode =
    "ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_UNSIGNED_SUBTRACTION";

ForeignType foreign_type_of(const MYSQL_FIELD& field) {
  constexpr unsigned kBinary = 63;  ///< of the character sets: none
  switch (field.type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONGLONG:
    case MYSQL_TYPE_YEAR:
    case MYSQL_TYPE_BIT:
      return ForeignType::integer;
    case MYSQL_TYPE_FLOAT:
    case MYSQL_TYPE_DOUBLE:
      return ForeignType::real;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
      return ForeignType::decimal;
    case MYSQL_TYPE_DATE:
    case MYSQL_TYPE_NEWDATE:
      return ForeignType::date;
    case MYSQL_TYPE_TIMESTAMP:
    case MYSQL_TYPE_TIMESTAMP2:
      return ForeignType::instant;
    case MYSQL_TYPE_DATETIME:
    case MYSQL_TYPE_DATETIME2:
      // What is made of moments is of this type, too, and in UTC, as the session is.
      return field.org_table_length == 0 ? ForeignType::instant : ForeignType::timestamp;
    case MYSQL_TYPE_TIME:
    case MYSQL_TYPE_TIME2:
      return ForeignType::time_of_day;
    case MYSQL_TYPE_NULL:
      return ForeignType::any;
    case MYSQL_TYPE_GEOMETRY:
      return ForeignType::other;
    case MYSQL_TYPE_JSON:
      return ForeignType::text;
    default:
      // What is made with a parameter has no character set either, but is text.
      return field.charsetnr == kBinary && field.org_table_length > 0 ? ForeignType::binary : ForeignType::text;
  }
}

MariadbField described(const MYSQL_FIELD& field) {
  return {field.name, field.type, foreign_type_of(field), (field.flags & UNSIGNED_FLAG) != 0,
          field.length == 1 && (field.type == MYSQL_TYPE_TINY || field.type == MYSQL_TYPE_BIT)};
}

/// A value of a query for a parameter. The texts have to stay where they are until the statement is executed.
struct Placed {
  MYSQL_BIND& place;
  std::int64_t& number;
  std::string& text;
  void operator()(std::monostate) const { place.buffer_type = MYSQL_TYPE_NULL; }
  void operator()(std::int64_t value) const {
    number = value;
    place.buffer_type = MYSQL_TYPE_LONGLONG;
    place.buffer = &number;
  }
  void operator()(const std::string& value) const {
    text = value;
    place.buffer_type = MYSQL_TYPE_STRING;
    place.buffer = text.data();
    place.buffer_length = place.length_value = text.size();
    place.length = &place.length_value;
  }
  void operator()(const std::vector<std::string>& values) const { (*this)(json_array(values)); }
};

struct OutOfPatience {};

}  // namespace

MariadbConnection::MariadbConnection(ServerSettings settings) : ServerConnection(std::move(settings)), link_([this] { look(); }) {
  connect();
}

MariadbConnection::~MariadbConnection() { close_statement(); }

void MariadbConnection::connect() {
  const std::optional<Secret> password = read_secret(settings_.password);
  std::string words;
  std::string hint;
  for (const ServerPlace& place : settings_.url.places({"/run/mysqld/mysqld.sock", std::to_string(kMariadbPort)})) {
    MariadbError refused;
    if (!place.host.starts_with('/') && !addresses_of(place.host, connect_timeout())) {
      refused = {CR_UNKNOWN_HOST, fmt::format("no answer to the question for the address of {} in {} s", visible(place.host),
                                              connect_timeout().count())};
    } else {
      const auto outer = std::exchange(deadline_, std::min(deadline_, Clock::now() + connect_timeout()));
      try {
        refused = link_.connect(settings_.url, place, password);
        if (refused.code == 0) refused = join_others();
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::source) throw;
        refused = {CR_CONN_HOST_ERROR, "the server does not answer"};
      }
      deadline_ = outer;
    }
    if (refused.code == 0) {
      place_ = place;
      return set_up();
    }
    link_.close();
    words += (words.empty() ? "" : "; ") + one_line(refused.words);
    hint = refusal_hint(refused.code);
    // A server that has answered no has said what the others would say.
    if (is_answer(refused.code)) break;
  }
  fail(fmt::format("cannot connect: {}", words), hint);
}

// Of several machines. A node of Galera may be behind the others without a word, and, where it is set up so, answers even when it
// is cut off from them. Spider has the first and the last time of a group wrong where its servers calculate them (10.11), and can
// be set up to take a server that is down for one without rows.
MariadbError MariadbConnection::join_others() {
  of_several_.clear();
  for (const auto& row : run("SHOW VARIABLES WHERE Variable_name IN ('wsrep_on', 'spider_direct_aggregate')")) {
    if (row.at(0) == "spider_direct_aggregate") {
      of_several_ += ", spider_direct_aggregate = OFF, spider_error_read_mode = 0";
    } else if (row.at(1) == "ON") {
      const auto ready = run("SHOW STATUS LIKE 'wsrep_ready'");
      if (ready.empty() || ready[0].at(1) != "ON") return {kOutsideCluster, kOutsideClusterWords};
      of_several_ += ", wsrep_sync_wait = 1, wsrep_dirty_reads = OFF";
    }
  }
  return {};
}

void MariadbConnection::set_up() {
  const std::string_view version = mariadb_api().mysql_get_server_info(link_.get());
  is_mariadb_ = version.find("MariaDB") != std::string_view::npos;
  const std::int64_t limit = std::clamp<std::int64_t>(settings_.timeout.count(), 0, kLongestLimit.count());
  run(fmt::format("SET NAMES utf8mb4 COLLATE {}", is_mariadb_ ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin"));
  run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  // A recursion that is cut off without a word, and a division with four digits, are the server's defaults.
  run(fmt::format(
      "SET SESSION sql_mode = '{}', time_zone = '+00:00', sql_notes = 0, div_precision_increment = 16, group_concat_max_len = "
      "1048576, "
      "lock_wait_timeout = {}, net_write_timeout = {}, {}",
      kMode, std::max<std::int64_t>(1, limit == 0 ? kLongestLimit.count() : limit * 9 / 10), std::max<std::int64_t>(60, limit),
      is_mariadb_ ? fmt::format("max_recursive_iterations = 4294967295, max_statement_time = {}", limit)
                  : fmt::format("cte_max_recursion_depth = 4294967295, max_execution_time = {}", limit * 1000)));
  if (run("SELECT CONVERT_TZ('2026-07-01 12:00:00', '+00:00', 'Europe/Berlin')").at(0).at(0).empty())
    fail("the server's time zone tables are empty, so that it can convert no time",
         "load them once: mysql_tzinfo_to_sql /usr/share/zoneinfo | mariadb -u root mysql");
  if (!of_several_.empty()) run("SET SESSION " + of_several_.substr(2));  // last: from then on, every query waits
}

void MariadbConnection::start_transaction() {
  link_.run("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY");
  const MariadbError error = link_.error();
  if (error.code == ER_LOCK_WAIT_TIMEOUT) fail("the server is behind its cluster, and did not catch up in time", kUseOtherNode);
  if (error.code != 0) fail(error);
  run("SELECT 1 FROM (SELECT 1) AS forgotten");  // warnings stay until a statement reads a table
}

void MariadbConnection::end() noexcept {
  in_use_ = false;
  deadline_ = Clock::time_point::max();
  if (running_) {
    // Rows that nobody wants would all have to be read before anything else can be said.
    end_on_server();
    link_.cut();
  }
  close_statement();
  if (!link_.is_open()) return link_.close();
  try {
    deadline_ = Clock::now() + kEndingEarly;
    run("ROLLBACK");
  } catch (...) {
    link_.close();
  }
  deadline_ = Clock::time_point::max();
}

/// A connection that is closed ends no statement that is calculating.
void MariadbConnection::end_on_server() noexcept {
  if (!link_.is_open()) return;
  try {
    const auto until = Clock::now() + kEndingEarly;
    MariadbLink other([until] {
      if (Clock::now() >= until) throw OutOfPatience();
    });
    if (other.connect(settings_.url, place_, read_secret(settings_.password)).code != 0) return;
    other.run(fmt::format("KILL CONNECTION {}", mariadb_api().mysql_thread_id(link_.get())));
  } catch (...) {  // the server's own time limit is left
  }
}

void MariadbConnection::close_statement() noexcept {
  running_ = false;
  if (statement_ != nullptr) mariadb_api().mysql_stmt_close(std::exchange(statement_, nullptr));
}

std::vector<MariadbField> MariadbConnection::prepare(const std::string& sql) {
  const auto& api = mariadb_api();
  close_statement();
  statement_ = api.mysql_stmt_init(link_.get());
  if (statement_ == nullptr) fail("out of memory");
  int failed = 0;
  link_.drive([&] { return api.mysql_stmt_prepare_start(&failed, statement_, sql.data(), sql.size()); },
              [&](int ready) { return api.mysql_stmt_prepare_cont(&failed, statement_, ready); });
  if (failed != 0) fail(statement_error());
  const MariadbResult described_as(api.mysql_stmt_result_metadata(statement_));
  std::vector<MariadbField> fields;
  if (described_as == nullptr) return fields;
  const MYSQL_FIELD* const all = api.mysql_fetch_fields(described_as.get());
  for (unsigned i = 0; i < api.mysql_num_fields(described_as.get()); ++i) fields.push_back(described(all[i]));
  return fields;
}

void MariadbConnection::execute(const Values& values) {
  const auto& api = mariadb_api();
  if (api.mysql_stmt_param_count(statement_) != values.size())
    fail("the query has a parameter without a name", "write :name instead of ?");
  std::vector<MYSQL_BIND> places(values.size());
  std::vector<std::int64_t> numbers(values.size());
  std::vector<std::string> texts(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) std::visit(Placed{places[i], numbers[i], texts[i]}, values[i]);
  if (!values.empty() && api.mysql_stmt_bind_param(statement_, places.data()) != 0) fail(statement_error());
  int failed = 0;
  running_ = true;
  link_.drive([&] { return api.mysql_stmt_execute_start(&failed, statement_); },
              [&](int ready) { return api.mysql_stmt_execute_cont(&failed, statement_, ready); });
  if (failed == 0) return;
  running_ = false;
  fail(statement_error());
}

void MariadbConnection::bind(std::vector<MYSQL_BIND>& places) {
  if (mariadb_api().mysql_stmt_bind_result(statement_, places.data()) != 0) fail(statement_error());
}

bool MariadbConnection::fetch() {
  if (++fetched_ % kRowsBetweenLooks == 0) look();  // what the server has sent ahead is never waited for
  const auto& api = mariadb_api();
  int answer = 0;
  link_.drive([&] { return api.mysql_stmt_fetch_start(&answer, statement_); },
              [&](int ready) { return api.mysql_stmt_fetch_cont(&answer, statement_, ready); });
  silence_.row();
  if (answer == 0 || answer == MYSQL_DATA_TRUNCATED) return true;
  running_ = false;
  // What breaks off the rows is known to the connection alone: the statement has no error then.
  if (const MariadbError error = statement_error(); answer != MYSQL_NO_DATA || error.code != 0) fail(error);
  check_warnings();
  return false;
}

void MariadbConnection::fetch_column(MYSQL_BIND& place, unsigned column) {
  if (mariadb_api().mysql_stmt_fetch_column(statement_, &place, column, 0) != 0) fail(statement_error());
}

/// The server gives 0 or null for what it cannot read, and goes on. How often, the library knows only of rows that it keeps.
void MariadbConnection::check_warnings() {
  for (const auto& row : run("SHOW WARNINGS")) {
    const auto code = row.size() < 2 || row[0] == "Note" ? std::nullopt : parse_integer(row[1]);
    if (const auto problem = code ? warned_problem(static_cast<unsigned>(*code)) : std::nullopt) fail(*problem);
  }
}

MariadbLink::Texts MariadbConnection::run(const std::string& sql) {
  auto rows = link_.run(sql);
  if (const MariadbError error = link_.error(); error.code != 0) fail(error);
  return rows;
}

bool MariadbConnection::knows_zone(const std::string& zone) {
  prepare("SELECT CONVERT_TZ('2026-07-01 12:00:00', '+00:00', ?) IS NOT NULL");
  execute({zone});
  std::int64_t known = 0;
  std::vector<MYSQL_BIND> places(1);
  places[0].buffer_type = MYSQL_TYPE_LONGLONG;
  places[0].buffer = &known;
  bind(places);
  while (fetch()) {
  }
  return known != 0;
}

MariadbError MariadbConnection::statement_error() const {
  const auto& api = mariadb_api();
  const unsigned code = api.mysql_stmt_errno(statement_);
  return code == 0 ? link_.error() : MariadbError{code, api.mysql_stmt_error(statement_)};
}

void MariadbConnection::fail(const MariadbError& error) {
  throw_if_stopped();
  if (is_timeout(error.code) || (error.code == ER_QUERY_INTERRUPTED && past_timeout())) settings_.fail_late();
  if (error.code == 0 || is_lost(error.code)) {
    running_ = false;
    link_.cut();
    fail_lost(error.words);
  }
  fail(mariadb_problem(settings_.name, error));
}

}  // namespace reportctl::source
