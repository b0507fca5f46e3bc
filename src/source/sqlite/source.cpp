// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "columns.hpp"
#include "random_rows.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"
#include "sqlite/rows.hpp"
#include "url.hpp"

namespace reportctl::source {
namespace {

std::string as_identifier(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::vector<std::string> column_names(sqlite3_stmt* statement) {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement); ++i) names.emplace_back(sqlite3_column_name(statement, i));
  return names;
}

bool is_day(sqlite3_value* value) {
  if (value == nullptr || sqlite3_value_type(value) != SQLITE_TEXT) return false;
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return text != nullptr && parse_date(text).has_value();
}

/// By the value of the first row, or by what the table declares.
rows::Column likely_column(std::string name, sqlite3_value* value, const char* declared) {
  const int storage = value == nullptr ? SQLITE_NULL : sqlite3_value_type(value);
  const std::string words = declared == nullptr ? std::string() : to_lower(declared);
  const auto has = [&](std::string_view part) { return words.find(part) != std::string::npos; };
  rows::Column column{.name = std::move(name), .label = {}};
  if (has("bool")) {
    column.type = rows::ColumnType::boolean;
  } else if ((words == "date" && storage == SQLITE_NULL) || is_day(value)) {
    column.type = rows::ColumnType::date;
  } else if (storage == SQLITE_INTEGER || (storage == SQLITE_NULL && has("int"))) {
    column.type = rows::ColumnType::integer;
  } else if (storage == SQLITE_FLOAT || (storage == SQLITE_NULL && (has("real") || has("doub") || has("dec") || has("num")))) {
    column.type = rows::ColumnType::decimal;
    column.scale = 2;
  }
  return column;
}

class SqliteSource final : public Source {
 public:
  explicit SqliteSource(SqliteSettings settings) : settings_(std::move(settings)) { std::ignore = connect(); }

  [[nodiscard]] const rows::SourceForms& forms() const override { return settings_.forms; }

  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    const auto database = connect();
    if (!streaming_.expired()) database->fail("a query is still open", "close its rows first");
    database->begin_snapshot();
    look_at(*database, query);
    auto rows = std::make_unique<SqliteRows>(database, ready(*database, query), query.columns);
    streaming_ = database;
    return rows;
  }

  void prepare(const rows::Query& query) override { ready(*connect(), query); }

  Described describe(const rows::Query& query) override {
    const auto database = connect();
    const Statement statement = database->prepare(query);
    database->bind(statement.get(), query);
    const int code = sqlite3_step(statement.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) database->fail(code);
    rows::Columns columns;
    for (const auto& name : column_names(statement.get())) {
      const int at = static_cast<int>(columns.size());
      columns.push_back(likely_column(name, code == SQLITE_ROW ? sqlite3_column_value(statement.get(), at) : nullptr,
                                      reinterpret_cast<const char*>(sqlite3_column_decltype(statement.get(), at))));
    }
    return {std::move(columns), code == SQLITE_ROW};
  }

  std::string random_page(const std::string& table) override {
    constexpr int kPlaces = 4;
    if (settings_.forms.views.contains(to_lower(table))) return page_of_view(table);
    const auto database = connect();
    std::int64_t least = 0;
    std::int64_t most = -1;
    try {
      const Statement ends =
          database->prepare_own(fmt::format("SELECT (SELECT min(rowid) FROM {0}), (SELECT max(rowid) FROM {0})", table));
      if (sqlite3_step(ends.get()) == SQLITE_ROW && sqlite3_column_type(ends.get(), 0) == SQLITE_INTEGER) {
        least = sqlite3_column_int64(ends.get(), 0);
        most = sqlite3_column_int64(ends.get(), 1);
      }
    } catch (const Error& error) {  // a view, or a table without row numbers
      if (error.kind() != ErrorKind::source) throw;
    }
    if (most < least || least < 0) return page_of_view(table);
    std::string page;
    for (int i = 0; i < kPlaces; ++i)
      page += fmt::format("{}SELECT * FROM (SELECT * FROM {} WHERE rowid >= {} LIMIT {})", page.empty() ? "(" : " UNION ALL ",
                          table, least + any_below(most - least + 1), kRowsOfPage / kPlaces);
    return page + ")";
  }

  std::vector<TableInfo> tables() override {
    const auto database = connect();
    database->begin_snapshot();
    std::vector<TableInfo> tables;
    const Statement names = database->prepare_own(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY "
        "name");
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(names.get())) == SQLITE_ROW) {
      const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(names.get(), 0));
      if (name != nullptr) tables.push_back({name, columns_of(*database, name)});
    }
    if (code != SQLITE_DONE) database->fail(code);
    database->check_unchanged();
    return tables;
  }

 private:
  /// The query, prepared and bound, with the columns that it promises.
  static Statement ready(SqliteDatabase& database, const rows::Query& query) {
    Statement statement = database.prepare(query);
    if (const auto problem = column_problem(column_names(statement.get()), query.columns)) database.fail(*problem);
    database.bind(statement.get(), query);
    return statement;
  }

  /// The oldest and the newest values, and one of another type: what an index over text leaves out without a word are numbers,
  /// and the other way round. Once for each column as long as the source is open.
  void look_at(SqliteDatabase& database, const rows::Query& query) {
    for (const rows::InstantColumn& one : query.instants) {
      if (std::find(seen_.begin(), seen_.end(), one) != seen_.end()) continue;
      const auto& [table, column, form, name] = one;
      const std::string read =
          fmt::format("{}SELECT rc_instant({}, '{}', {})", query.views, column, form.str(), rows::sql_literal(name));
      const bool number = form.facts().units > 0 || form.kind == rows::InstantKind::julian_day;
      database.glance(fmt::format("{} FROM (SELECT {} FROM {} LIMIT 50)", read, column, table));
      database.glance(fmt::format("{} FROM (SELECT {} FROM {} ORDER BY rowid DESC LIMIT 50)", read, column, table));
      for (const char* other : number ? std::vector{">= ''"} : std::vector{"< ''", ">= ':'"})  // what sorts behind every digit
        database.glance(fmt::format("{} FROM {} WHERE {} {} LIMIT 1", read, table, column, other));
      seen_.push_back(one);
    }
    for (const rows::ComparedColumn& one : query.compared) {
      if (std::find(compared_.begin(), compared_.end(), one) != compared_.end()) continue;
      const auto& [table, column, constant, name] = one;
      database.glance(fmt::format("{0}SELECT rc_equals({2}, {4}, {2} = {3}, {3}) FROM {1} WHERE {2} {5} '' LIMIT 1", query.views,
                                  table, column, constant, rows::sql_literal(name), constant.starts_with('\'') ? "<" : ">="));
      compared_.push_back(one);
    }
  }

  /// None for a view that does not hold any more: it is as good as absent, and no reason to hide the others.
  static std::vector<std::string> columns_of(SqliteDatabase& database, const std::string& table) {
    try {
      return column_names(database.prepare_own("SELECT * FROM " + as_identifier(table)).get());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::source) throw;
      return {};
    }
  }

  [[nodiscard]] std::shared_ptr<SqliteDatabase> connect() const { return std::make_shared<SqliteDatabase>(settings_); }

  SqliteSettings settings_;
  std::vector<rows::InstantColumn> seen_;
  std::vector<rows::ComparedColumn> compared_;
  std::weak_ptr<SqliteDatabase> streaming_;
};

struct SqliteUrl {
  std::string path;
  std::string problem;
};
/// `sqlite:/srv/a%20b.db`, `sqlite:///srv/shop.db`, or a path relative to the working directory.
SqliteUrl parse_sqlite_url(std::string_view url) {
  const std::string_view rest = behind_scheme(url);
  if (rest.starts_with("//") && !rest.starts_with("///")) return {{}, "the url names a host, but SQLite is a local file"};
  if (const std::size_t query = rest.find('?');
      query != std::string_view::npos && rest.find('=', query) != std::string_view::npos)
    return {{}, "the url has parameters, and SQLite takes none (a ? in the name of the file is written %3F)"};
  const auto path = percent_decoded(rest);
  if (!path) return {{}, "the url has a % that is not followed by two hex digits (a % itself is %25)"};
  if (path->empty()) return {{}, "the url names no file"};
  return {*path, {}};
}

std::string problem_of_sqlite_url(std::string_view url) { return parse_sqlite_url(url).problem; }

bool keeps_sqlite_instants(const rows::InstantKindFacts& facts) { return facts.sqlite; }

std::unique_ptr<Source> open_sqlite(const SourceSettings& settings, EngineSettings common) {
  // Absolute, so that SQLite never takes it for one of its special names (`:memory:`, `file:…`).
  std::error_code error;
  const auto file = std::filesystem::absolute(parse_sqlite_url(settings.url).path, error);
  if (error)
    throw Error(ErrorKind::config, fmt::format("source {}: the working directory is unknown: {}", common.name, error.message()),
                "write the whole path, as in sqlite:/srv/shop/shop.db");
  return std::make_unique<SqliteSource>(SqliteSettings{std::move(common), file.lexically_normal()});
}

}  // namespace

const Engine kSqliteEngine{problem_of_sqlite_url, keeps_sqlite_instants, open_sqlite};

}  // namespace reportctl::source
