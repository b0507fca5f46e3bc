// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/account_move.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <vector>

#include "audit_chain.hpp"
#include "changes.hpp"
#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {

namespace fs = std::filesystem;

namespace {

constexpr const char* kMoved = "moved:";          ///< and the account: a fact here while it is away
constexpr const char* kHolds = "move:account";    ///< facts of the file
constexpr const char* kFrom = "move:from";        ///< instance
constexpr const char* kNumber = "move:number";    ///< the account's first, second … move
constexpr const char* kSealed = "move:ended_at";  ///< the account was let go where it was
constexpr const char* kTaken = "move:taken_at";   ///< received somewhere
constexpr const char* kMoves = "moves:";          ///< and the account: the number of the last move that is known here

/// The tables in an order in which every row finds what it points at. `{0}` is the database that is read, ?1 the account.
struct MovedTable {
  const char* name;
  const char* rows;
  bool shared = false;  ///< may be there already: by another account, or for everybody
};
constexpr std::array kTables{
    MovedTable{"calendars", R"sql(name IN (SELECT calendar FROM {0}.accounts WHERE id = ?1
      UNION SELECT definition ->> '$.calendar' FROM {0}.schedules WHERE account = ?1))sql",
               true},
    MovedTable{"images", R"sql(sha256 IN (SELECT brand_logo FROM {0}.accounts WHERE id = ?1))sql", true},
    MovedTable{"accounts", R"sql(id = ?1)sql"},
    MovedTable{"members", R"sql(account = ?1)sql"},
    MovedTable{"schedules", R"sql(account = ?1)sql"},
    MovedTable{"runs", R"sql(account = ?1)sql"},
    MovedTable{"run_mails", R"sql(run IN (SELECT number FROM {0}.runs WHERE account = ?1))sql"},
    MovedTable{"run_files", R"sql(run IN (SELECT number FROM {0}.runs WHERE account = ?1))sql"},
    MovedTable{"notifications", R"sql(account = ?1)sql"},
    MovedTable{"deliveries", R"sql(run_id IN (SELECT id FROM {0}.runs WHERE account = ?1))sql"},
    MovedTable{"exports", R"sql(account = ?1)sql"},
    MovedTable{"webhooks", R"sql(account = ?1)sql"},
    MovedTable{"webhook_deliveries", R"sql(account = ?1)sql"},
    MovedTable{"run_totals", R"sql(account = ?1)sql"},
    MovedTable{"told_once", R"sql(account = ?1)sql"},
    MovedTable{"watch", R"sql(schedule_id IN (SELECT id FROM {0}.schedules WHERE account = ?1))sql"},
    // Whoever is not to be written to by anybody here is not written to by this account there.
    MovedTable{"suppressions", R"sql(account = ?1 OR schedule_id IN (SELECT id FROM {0}.schedules WHERE account = ?1)
      OR (account IS NULL AND schedule_id IS NULL))sql",
               true},
};

/// The other file as a second database of the connection.
class Attached {
 public:
  Attached(Connection& connection, const fs::path& file) : connection_(connection) {
    Query(connection, R"sql(ATTACH ? AS moved)sql").bind(fs::absolute(file).string()).run();
    connection.execute("PRAGMA moved.synchronous = FULL");
  }
  ~Attached() {
    try {
      connection_.execute("DETACH moved");
    } catch (const Error&) {  // the connection ends with the command
    }
  }
  Attached(const Attached&) = delete;
  Attached& operator=(const Attached&) = delete;

 private:
  Connection& connection_;
};

std::int64_t number_in(Connection& connection, const std::string& sql) {
  Query query(connection, sql);
  return query.next() ? query.integer() : 0;
}

struct Way {
  const char* from;
  const char* to;
};

/// Does it name runs by their numbers?
bool has_run_numbers(std::string_view table) { return table == "run_mails" || table == "run_files"; }

/// Numbers go on behind those that are there: what is newer stays newer.
void copy_rows(Connection& connection, const MovedTable& table, const Way& way, std::string_view account, std::int64_t behind) {
  std::vector<std::string> columns, values;
  Query named(connection, R"sql(SELECT name FROM pragma_table_info(?))sql");
  named.bind(table.name);
  while (named.next()) {
    const auto name = named.text();
    const std::string_view of = table.name;
    columns.push_back('"' + name + '"');
    if (name == "number" || (has_run_numbers(of) && name == "run")) {
      values.push_back(columns.back() + " + ?2");
    } else if (of == "suppressions" && name == "account") {
      values.emplace_back("iif(schedule_id IS NULL, ?1, account)");
    } else {
      values.push_back(columns.back());
    }
  }
  Query copy(connection, fmt::format(R"sql(INSERT {} INTO {}.{} ({}) SELECT {} FROM {}.{} WHERE ({}) AND ?2 >= 0 ORDER BY 1)sql",
                                     table.shared ? "OR IGNORE" : "", way.to, table.name, join(columns, ", "), join(values, ", "),
                                     way.from, table.name, fmt::format(fmt::runtime(table.rows), way.from)));
  copy.bind(account, behind).run();
}

void copy_account(Connection& connection, const Way& way, std::string_view account) {
  std::int64_t behind_runs = 0;
  for (const auto& table : kTables) {
    const std::string_view name = table.name;
    std::int64_t behind = 0;
    if (Query(connection, R"sql(SELECT 1 FROM pragma_table_info(?) WHERE name = 'number')sql").bind(name).next())
      behind = number_in(connection, fmt::format(R"sql(SELECT ifnull(max(number), 0) FROM {}.{})sql", way.to, name));
    if (name == "runs") behind_runs = behind;
    copy_rows(connection, table, way, account, has_run_numbers(name) ? behind_runs : behind);
  }
}

void put_fact(Connection& connection, const char* database, const std::string& name, std::string_view value) {
  Query(connection, fmt::format(R"sql(INSERT OR REPLACE INTO {}.facts (name, value) VALUES (?, ?))sql", database))
      .bind(name, value)
      .run();
}

std::int64_t number_of(const std::optional<std::string>& fact) { return fact ? std::atoll(fact->c_str()) : 0; }

std::optional<std::string> away(Connection& connection, std::string_view account) {
  Query query(connection, R"sql(SELECT value FROM facts WHERE name = ?)sql");
  if (!query.bind(kMoved + std::string(account)).next()) return std::nullopt;
  return query.text();
}

/// Nothing that could still be mailed, told or made here, and there again.
void require_idle(Connection& connection, std::string_view account) {
  struct Work {
    const char* sql;
    const char* words;
    const char* hint;
  };
  constexpr std::array kWork{
      Work{R"sql(SELECT count(*) FROM runs INDEXED BY runs_unfinished WHERE finished_at IS NULL AND account = ?)sql",
           "unfinished runs", "wait for the next run-due: reportctl runs list --account {}"},
      Work{R"sql(SELECT count(*) FROM exports INDEXED BY exports_unfinished WHERE finished_at IS NULL AND account = ?)sql",
           "unfinished exports", "wait, or cancel them: reportctl export list --account {}"},
      Work{
          R"sql(SELECT count(*) FROM webhook_deliveries INDEXED BY webhook_deliveries_due WHERE due_at IS NOT NULL AND account = ?)sql",
          "webhook calls that wait", "wait for the next run-due, or remove the webhook: reportctl webhook list --account {}"},
      Work{R"sql(SELECT count(*) FROM deliveries d INDEXED BY deliveries_untold JOIN runs r ON r.id = d.run_id
           WHERE d.notification_id IS NOT NULL AND (d.state IN ('queued', 'handing_over') OR d.next_attempt_at IS NOT NULL)
           AND r.account = ?)sql",
           "notices that wait to be mailed", "wait for the next run-due: reportctl notifications list --account {}"}};
  for (const auto& work : kWork) {
    Query query(connection, work.sql);
    if (!query.bind(account).next()) continue;
    if (const auto count = query.integer(); count > 0)
      throw Error(ErrorKind::conflict, fmt::format("account \"{}\" is at work: {}: {}", visible(account), work.words, count),
                  fmt::format(fmt::runtime(work.hint), visible(account)));
  }
}

MovedRows rows_of(State& file) {
  const auto count = [&](const char* table) {
    return number_in(file.connection(), fmt::format(R"sql(SELECT count(*) FROM {})sql", table));
  };
  return {.schedules = count("schedules"), .runs = count("runs"), .deliveries = count("deliveries"), .exports = count("exports")};
}

MovedRows seal(const fs::path& file, Instant now) {
  MovedRows moved;
  {
    auto state = State::open(file, OpenMode::existing);
    state.set_fact(kSealed, format_utc(now));
    moved = rows_of(state);
  }
  std::error_code gone;
  fs::remove(fs::path(file.string() + "-journal"), gone);  // one file is to be carried
  return moved;
}

/// Did an earlier call get so far, and was then interrupted?
bool was_let_go(State& state, std::string_view account, const fs::path& file) {
  if (!moved_away(state, account) || !fs::exists(file)) return false;
  auto made = State::open(file, OpenMode::existing);
  return made.fact(kHolds) == account && made.fact(kFrom) == state.fact("instance") && !made.fact(kSealed);
}

}  // namespace

void require_account_here(Connection& connection, std::string_view account) {
  const auto where = away(connection, account);
  if (!where) return;
  throw Error(ErrorKind::conflict, fmt::format("account \"{}\" was moved away: {}", visible(account), visible(*where)),
              "work on it where that file was received; `reportctl account receive FILE` brings an account back");
}

std::optional<std::string> moved_away(State& state, std::string_view account) { return away(state.connection(), account); }

MovedRows move_account(State& state, std::string_view account, const fs::path& file, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  if (was_let_go(state, account, file)) return seal(file, now);
  require_account_here(connection, account);
  require_idle(connection, account);
  if (fs::exists(file))
    throw Error(ErrorKind::conflict, fmt::format("{} exists already", visible(file.string())), "name a file that does not exist");
  static_cast<void>(State::open(file, OpenMode::create));
  {
    const Attached attached(connection, file);
    WriteTransaction transaction(connection);
    require_account_here(connection, account);
    require_idle(connection, account);
    copy_account(connection, {"main", "moved"}, account);
    put_fact(connection, "moved", kHolds, account);
    put_fact(connection, "moved", kFrom, state.fact("instance").value_or(""));
    const auto number = std::to_string(number_of(state.fact(kMoves + std::string(account))) + 1);
    put_fact(connection, "moved", kNumber, number);
    put_fact(connection, "main", kMoves + std::string(account), number);
    put_fact(connection, "main", kMoved + std::string(account),
             fmt::format("at {}, into {}", format_utc(now), fs::absolute(file).string()));
    Query(connection, R"sql(UPDATE schedules SET is_active = 0, revision = revision + 1 WHERE account = ?)sql")
        .bind(account)
        .run();
    append_events(connection, events, now);
    transaction.commit();
  }
  return seal(file, now);
}

namespace {

/// Files stay where they were made: what this installation stored before the account went is there, all else is not.
void keep_own_files(Connection& connection, std::string_view account, Instant now) {
  for (const char* const table : {"runs", "exports"})
    Query(connection, fmt::format(R"sql(
      UPDATE moved.{0} AS m SET file_pruned_at = nullif(coalesce(
        (SELECT ifnull(h.file_pruned_at, -1) FROM main.{0} h WHERE h.id = m.id), m.file_pruned_at, ?), -1)
      WHERE m.account = ? AND m.artifact_sha256 <> '')sql",
                                  table))
        .bind(now, account)
        .run();
}

}  // namespace

std::string moved_account(State& file) {
  const auto account = file.fact(kHolds);
  const auto name = visible(file.path().string());
  if (!account)
    throw Error(ErrorKind::invalid, fmt::format("{} holds no account that was moved", name),
                "name a file that `reportctl account move` wrote");
  if (!file.fact(kSealed))
    throw Error(ErrorKind::invalid, fmt::format("the move of account \"{}\" into {} did not end", visible(*account), name),
                fmt::format("repeat there: reportctl account move {} --to {}", visible(*account), name));
  return *account;
}

MovedRows receive_account(State& state, State& file, const AuditEvents& events, Instant now) {
  auto& connection = state.connection();
  const auto account = moved_account(file);
  const Attached attached(connection, file.path());
  WriteTransaction transaction(connection);
  const auto number = number_of(file.fact(kNumber));
  if (const auto taken = file.fact(kTaken))
    throw Error(ErrorKind::conflict, fmt::format("account \"{}\" was received from this file at {}", visible(account), *taken),
                "it is there now; move it from there");
  if (number < number_of(state.fact(kMoves + account)))
    throw Error(ErrorKind::conflict,
                fmt::format("account \"{}\" has been moved again since this file was made", visible(account)),
                "receive the file of its last move");
  keep_own_files(connection, account, now);
  if (away(connection, account)) {
    delete_account(connection, account);
  } else if (Query(connection, R"sql(SELECT 1 FROM accounts WHERE id = ?)sql").bind(account).next()) {
    throw Error(ErrorKind::conflict, fmt::format("account \"{}\" exists already", visible(account)),
                "one of the two has to go first; an account keeps its id for good");
  }
  const auto refuse_others = [&](const char* sql, const char* what, const char* hint) {
    Query query(connection, sql);
    if (query.next()) throw Error(ErrorKind::conflict, fmt::format("{} {} here", what, visible(query.text())), hint);
  };
  refuse_others(R"sql(SELECT m.id FROM moved.members m JOIN main.members h ON h.id = m.id)sql", "another account has the member",
                "remove the member from one of the two, and move the account again");
  refuse_others(R"sql(SELECT m.name FROM moved.calendars m JOIN main.calendars h ON h.name = m.name WHERE h.text <> m.text)sql",
                "other days stand in the calendar", "give one of the two another name: reportctl calendar show NAME");
  copy_account(connection, {"moved", "main"}, account);
  put_fact(connection, "main", kMoves + account, std::to_string(number));
  put_fact(connection, "moved", kTaken, format_utc(now));
  append_events(connection, events, now);
  transaction.commit();
  return rows_of(file);
}

}  // namespace reportctl::store
