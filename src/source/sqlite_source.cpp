// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite_source.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"
#include "sqlite_rows.hpp"

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

class SqliteSource final : public Source {
 public:
  explicit SqliteSource(SqliteSettings settings) : database_(std::make_shared<SqliteDatabase>(std::move(settings))) {}

  [[nodiscard]] rows::Dialect dialect() const override { return rows::Dialect::sqlite; }

  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    database_->start_deadline();
    database_->begin_snapshot();
    try {
      return std::make_unique<SqliteRows>(database_, ready(query), query.columns);
    } catch (...) {
      database_->end_snapshot();
      throw;
    }
  }

  void prepare(const rows::Query& query) override {
    database_->start_deadline();
    ready(query);
  }

  std::vector<TableInfo> tables() override {
    database_->start_deadline();
    std::vector<TableInfo> tables;
    const Statement names = database_->prepare_own(
        "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY "
        "name");
    int code = SQLITE_ROW;
    while ((code = sqlite3_step(names.get())) == SQLITE_ROW) {
      const auto* name = reinterpret_cast<const char*>(sqlite3_column_text(names.get(), 0));
      if (name != nullptr) tables.push_back({name, columns_of(name)});
    }
    if (code != SQLITE_DONE) database_->fail(code);
    return tables;
  }

 private:
  /// The query, prepared and bound, with the columns that it promises.
  Statement ready(const rows::Query& query) {
    Statement statement = database_->prepare(query.sql);
    check_columns(column_names(statement.get()), query.columns);
    database_->bind(statement.get(), query);
    return statement;
  }

  void check_columns(const std::vector<std::string>& given, const rows::Columns& wanted) {
    if (given.size() != wanted.size())
      database_->fail(fmt::format("the query gives {} columns, the report has {}", given.size(), wanted.size()));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (given[i] != wanted[i].name)
        database_->fail(fmt::format("column {} of the query is {}, the report has {}", i + 1, visible(given[i]), wanted[i].name),
                        "name it with AS, in the order of the report's columns");
      const int currency = wanted[i].currency_column;
      if (wanted[i].type == rows::ColumnType::money &&
          (currency < 0 || currency >= static_cast<int>(wanted.size()) ||
           wanted[static_cast<std::size_t>(currency)].type != rows::ColumnType::text))
        database_->fail(fmt::format("column {} is money without a text column for its currency", wanted[i].name));
    }
  }

  /// None for a view that does not hold any more: it is as good as absent, and no reason to hide the others.
  std::vector<std::string> columns_of(const std::string& table) {
    try {
      return column_names(database_->prepare_own("SELECT * FROM " + as_identifier(table)).get());
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::source) throw;
      return {};
    }
  }

  std::shared_ptr<SqliteDatabase> database_;
};

}  // namespace

std::unique_ptr<Source> open_sqlite(SqliteSettings settings) { return std::make_unique<SqliteSource>(std::move(settings)); }

}  // namespace reportctl::source
