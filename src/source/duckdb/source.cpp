// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <variant>

#include "bound_values.hpp"
#include "duckdb/rows.hpp"
#include "duckdb/words.hpp"
#include "numbered_sql.hpp"
#include "random_rows.hpp"
#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"
#include "url.hpp"

namespace reportctl::source {
namespace {

constexpr const char* kTables =
    "SELECT table_name AS name, column_name AS part FROM information_schema.columns"
    " WHERE table_schema NOT IN ('information_schema', 'pg_catalog') AND table_catalog NOT IN ('system', 'temp')"
    " ORDER BY table_name, ordinal_position";

/// A prepared statement, and what it was made of.
class DuckdbStatement {
 public:
  DuckdbStatement(DuckdbDatabase& database, const std::string& sql) : database_(database) {
    const DuckdbApi& api = database.api();
    const idx_t count = api.extract_statements(database.connection(), sql.c_str(), &extracted_);
    if (count == 0) {
      const char* const error = api.extract_statements_error(extracted_);
      const std::string words = error == nullptr ? "" : error;
      release();
      if (words.empty()) database.fail("the query is not a SELECT", kMayOnlyRead);
      database.fail_with(words.c_str());
    }
    if (count > 1) {
      release();
      database.fail("the query holds more than one statement", "a report is one SELECT");
    }
    if (api.prepare_extracted_statement(database.connection(), extracted_, 0, &prepared_) == duckdb_success) return;
    const char* const error = api.prepare_error(prepared_);
    const std::string words = error == nullptr ? "" : error;
    release();
    database.fail_with(words.c_str());
  }
  ~DuckdbStatement() { release(); }
  DuckdbStatement(const DuckdbStatement&) = delete;
  DuckdbStatement& operator=(const DuckdbStatement&) = delete;
  [[nodiscard]] duckdb_prepared_statement get() const { return prepared_; }

 private:
  void release() noexcept {
    if (prepared_ != nullptr) database_.api().destroy_prepare(&prepared_);
    if (extracted_ != nullptr) database_.api().destroy_extracted(&extracted_);
  }
  DuckdbDatabase& database_;
  duckdb_extracted_statements extracted_ = nullptr;
  duckdb_prepared_statement prepared_ = nullptr;
};

/// Binds the value of one parameter.
struct Binder {
  const DuckdbApi& api;
  duckdb_prepared_statement statement;
  idx_t number;
  duckdb_state operator()(std::monostate) const { return api.bind_null(statement, number); }
  duckdb_state operator()(std::int64_t value) const { return api.bind_int64(statement, number, value); }
  duckdb_state operator()(const std::string& value) const {
    return api.bind_varchar_length(statement, number, value.data(), value.size());
  }
  duckdb_state operator()(const std::vector<std::string>& values) const {
    duckdb_logical_type type = api.create_logical_type(duckdb_varchar);
    std::vector<duckdb_value> texts;
    texts.reserve(values.size() + 1);  // an empty list needs an address, too
    for (const std::string& value : values) texts.push_back(api.create_varchar_length(value.data(), value.size()));
    duckdb_value list = api.create_list_value(type, texts.data(), texts.size());
    const duckdb_state done = list == nullptr ? duckdb_error : api.bind_value(statement, number, list);
    if (list != nullptr) api.destroy_value(&list);
    for (duckdb_value& text : texts) api.destroy_value(&text);
    api.destroy_logical_type(&type);
    return done;
  }
};

class DuckdbSource final : public Source {
 public:
  explicit DuckdbSource(DuckdbSettings settings) : settings_(std::move(settings)) { std::ignore = connect(); }

  [[nodiscard]] const rows::SourceForms& forms() const override { return settings_.forms; }

  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    auto database = connect();
    if (!streaming_.expired()) database->fail("a query is still open", "close its rows first");
    const NumberedSql sql = numbered(*database, query);
    const auto statement = ready(*database, sql);
    for (std::size_t i = 0; i < sql.names.size(); ++i) bind(*database, *statement, i + 1, query, sql.names[i]);
    auto rows = std::make_unique<DuckdbRows>(database, running(*database, *statement), query.columns);
    streaming_ = database;
    return rows;
  }

  void prepare(const rows::Query& query) override {
    const auto database = connect();
    const NumberedSql sql = numbered(*database, query);
    for (const std::string& name : sql.names) required_value(*database, query, name);
    check_columns(*database, *ready(*database, sql), query);
  }

  Described describe(const rows::Query& query) override {
    const auto database = connect();
    const NumberedSql sql = numbered(*database, query);
    for (const std::string& name : sql.names) required_value(*database, query, name);
    const auto statement = ready(*database, sql);
    rows::Columns columns;
    for (const std::string& name : names_of(*database, *statement)) {
      const duckdb_type type = database->api().prepared_statement_column_type(statement->get(), columns.size());
      columns.push_back(likely_column(name, foreign_type(type)));
    }
    return {std::move(columns)};
  }

  std::vector<TableInfo> tables() override {
    const rows::Query query{kTables,
                            {},
                            {{.name = "name", .label = "name", .type = rows::ColumnType::text},
                             {.name = "part", .label = "part", .type = rows::ColumnType::text}}};
    const auto rows = open(query);
    std::vector<TableInfo> tables;
    while (const rows::Row* row = rows->next()) {
      if (tables.empty() || tables.back().name != (*row)[0].text) tables.push_back({std::string((*row)[0].text), {}});
      tables.back().columns.emplace_back((*row)[1].text);
    }
    return tables;
  }

  std::string random_page(const std::string& table) override { return page_of_view(table); }

 private:
  [[nodiscard]] std::shared_ptr<DuckdbDatabase> connect() const { return std::make_shared<DuckdbDatabase>(settings_); }

  static NumberedSql numbered(DuckdbDatabase& database, const rows::Query& query) {
    require_no_nul(database, query);
    NumberedSql sql = number_parameters(query.sql, rows::Dialect::duckdb);
    if (sql.has_anonymous) database.fail("the query has a parameter without a name", "write :name instead of $1");
    if (!sql.reads) database.fail("the query is not a SELECT", kMayOnlyRead);
    return sql;
  }

  static void bind(DuckdbDatabase& database, const DuckdbStatement& statement, idx_t number, const rows::Query& query,
                   const std::string& name) {
    if (std::visit(Binder{database.api(), statement.get(), number}, required_value(database, query, name)) != duckdb_success)
      database.fail(fmt::format("the value of :{} cannot be given to DuckDB", name));
  }

  /// The statement, after a look at what it is.
  static std::unique_ptr<DuckdbStatement> ready(DuckdbDatabase& database, const NumberedSql& sql) {
    const DuckdbApi& api = database.api();
    auto statement = std::make_unique<DuckdbStatement>(database, sql.checked);
    if (api.prepared_statement_type(statement->get()) != kDuckdbSelect) database.fail("the query is not a SELECT", kMayOnlyRead);
    if (api.nparams(statement->get()) != sql.names.size())
      database.fail("the query has a parameter without a name", "write :name instead of ?");
    return statement;
  }

  static std::vector<std::string> names_of(DuckdbDatabase& database, const DuckdbStatement& statement) {
    const DuckdbApi& api = database.api();
    std::vector<std::string> names;
    for (idx_t i = 0; i < api.prepared_statement_column_count(statement.get()); ++i) {
      const char* const name = api.prepared_statement_column_name(statement.get(), i);
      names.emplace_back(name == nullptr ? "" : name);
      if (name != nullptr) api.free(const_cast<char*>(name));
    }
    return names;
  }

  /// What the statement promises; nothing, where a type depends on a value.
  void check_columns(DuckdbDatabase& database, const DuckdbStatement& statement, const rows::Query& query) {
    const auto type_of = [&](std::size_t i) { return database.api().prepared_statement_column_type(statement.get(), i); };
    const auto names = names_of(database, statement);
    if (names.size() == 1 && type_of(0) == duckdb_invalid) return;
    if (const auto problem = column_problem(names, query.columns)) database.fail(*problem);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (const auto problem = type_problem(query.columns[i], foreign_type(type_of(i)), settings_.forms)) database.fail(*problem);
  }

  static duckdb_result running(DuckdbDatabase& database, const DuckdbStatement& statement) {
    const DuckdbApi& api = database.api();
    duckdb_pending_result pending = nullptr;
    duckdb_result result{};
    std::string error;
    bool done = api.pending_prepared_streaming(statement.get(), &pending) == duckdb_success;
    if (!done && pending != nullptr) error = api.pending_error(pending);
    if (done && api.execute_pending(pending, &result) != duckdb_success) {
      const char* const words = api.result_error(&result);
      error = words != nullptr ? words : api.pending_error(pending);
      api.destroy_result(&result);
      done = false;
    }
    if (pending != nullptr) api.destroy_pending(&pending);
    if (!done) database.fail_with(error.c_str());
    return result;
  }

  DuckdbSettings settings_;
  std::weak_ptr<DuckdbDatabase> streaming_;
};

std::string problem_of_duckdb_url(std::string_view url) { return parse_duckdb_url(behind_scheme(url)).problem; }

std::unique_ptr<Source> open_duckdb(const SourceSettings& settings, EngineSettings common) {
  return std::make_unique<DuckdbSource>(
      DuckdbSettings{std::move(common), parse_duckdb_url(behind_scheme(settings.url)), settings.library});
}

}  // namespace

const Engine kDuckdbEngine{problem_of_duckdb_url, keeps_typed_instants, open_duckdb};

}  // namespace reportctl::source
