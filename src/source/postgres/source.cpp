// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <variant>

#include "bound_values.hpp"
#include "columns.hpp"
#include "numbered_sql.hpp"
#include "postgres/forbidden.hpp"
#include "postgres/policies.hpp"
#include "postgres/rows.hpp"
#include "postgres/types.hpp"
#include "postgres/words.hpp"
#include "random_rows.hpp"
#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

/// A value in the text form in which the server reads any type; nullopt for NULL.
struct TextForm {
  std::optional<std::string> operator()(std::monostate) const { return std::nullopt; }
  std::optional<std::string> operator()(std::int64_t value) const { return std::to_string(value); }
  std::optional<std::string> operator()(const std::string& value) const { return value; }
  std::optional<std::string> operator()(const std::vector<std::string>& value) const { return array_literal(value); }
};

constexpr const char* kPostgresTables =
    "SELECT c.relname::text, a.attname::text FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_attribute a"
    " ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_catalog.pg_table_is_visible(c.oid)"
    " AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)"
    " ORDER BY c.relname::text COLLATE \"C\", a.attnum";

class PostgresSource final : public Source {
 public:
  explicit PostgresSource(ServerSettings settings) : connection_(std::make_shared<PostgresConnection>(std::move(settings))) {}

  [[nodiscard]] const rows::SourceForms& forms() const override { return connection_->settings().forms; }

  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    connection_->begin();
    try {
      const NumberedSql sql = numbered(query);
      std::vector<std::optional<std::string>> values;
      for (const std::string& name : sql.names) values.push_back(value_of(query, name));
      std::vector<Oid> types = described(sql, query.columns);
      std::vector<const char*> pointers;
      for (const auto& value : values) pointers.push_back(value ? value->c_str() : nullptr);
      connection_->execute(pointers);
      return std::make_unique<PostgresRows>(connection_, std::move(types), query.columns);
    } catch (...) {
      connection_->end();
      throw;
    }
  }

  void prepare(const rows::Query& query) override {
    const Operation operation(*connection_);
    const NumberedSql sql = numbered(query);
    for (const std::string& name : sql.names) value_of(query, name);
    const std::vector<Oid> types = described(sql, query.columns);
    for (std::size_t i = 0; i < types.size(); ++i)
      if (const auto problem = type_problem(query.columns[i], foreign_type(types[i]), forms())) connection_->fail(*problem);
    // The server looks at rights only when it makes ready to run. Every type takes NULL.
    connection_->run("EXPLAIN " + sql.text, std::vector<const char*>(sql.names.size(), nullptr));
  }

  Described describe(const rows::Query& query) override {
    const Operation operation(*connection_);
    const NumberedSql sql = numbered(query);
    for (const std::string& name : sql.names) value_of(query, name);
    const PqResult description = connection_->prepare(sql.text);
    rows::Columns columns;
    for (int i = 0; i < pq().PQnfields(description.get()); ++i)
      columns.push_back(likely_column(pq().PQfname(description.get(), i), foreign_type(pq().PQftype(description.get(), i))));
    return {std::move(columns)};
  }

  std::vector<TableInfo> tables() override {
    const Operation operation(*connection_);
    const PqResult result = connection_->run(kPostgresTables, {});
    std::vector<TableInfo> tables;
    for (int i = 0; i < pq().PQntuples(result.get()); ++i) {
      const std::string name = pq().PQgetvalue(result.get(), i, 0);
      if (tables.empty() || tables.back().name != name) tables.push_back({name, {}});
      if (pq().PQgetisnull(result.get(), i, 1) == 0) tables.back().columns.emplace_back(pq().PQgetvalue(result.get(), i, 1));
    }
    return tables;
  }

  std::vector<std::string> warnings() override {
    std::vector<std::string> found;
    if (connection_->is_superuser()) found.emplace_back(kSuperuser);
    if (const std::string hidden = hidden_rows(); !hidden.empty()) found.push_back(hidden);
    return found;
  }

  std::string random_page(const std::string& table) override {
    constexpr std::int64_t kPages = 16;
    if (forms().views.contains(to_lower(table))) return page_of_view(table);
    const Operation operation(*connection_);
    const PqResult size = connection_->run(
        "SELECT sum(pg_catalog.pg_relation_size(t.relid)) / 8192 FROM pg_catalog.pg_class c, pg_catalog.pg_partition_tree(c.oid) "
        "t"
        " WHERE c.oid = pg_catalog.to_regclass($1) AND c.relkind IN ('r', 'p', 'm')",
        {table.c_str()});
    if (pq().PQgetisnull(size.get(), 0, 0) != 0) return page_of_view(table);
    double pages = 0;
    const std::string_view written = pq().PQgetvalue(size.get(), 0, 0);
    std::from_chars(written.data(), written.data() + written.size(), pages);
    const std::string sample = pages <= kPages ? "" : fmt::format(" TABLESAMPLE SYSTEM ({})", 100.0 * kPages / pages);
    return fmt::format("(SELECT * FROM {}{} ORDER BY random() LIMIT {})", table, sample, kRowsOfPage);
  }

 private:
  static constexpr const char* kSuperuser =
      "the login is a superuser of PostgreSQL, so its queries could read and write the server's files; use a role that may only "
      "SELECT what the reports read";

  /// Which tables show this login only a part of their rows; empty: none.
  std::string hidden_rows() {
    constexpr std::int64_t kMost = 100'000;
    const Operation operation(*connection_);
    std::vector<std::string> words;
    try {
      for (const GuardedTable& table : guarded_tables(*connection_, kMost))
        words.push_back(fmt::format("{} shows {}{} of {} rows", table.name, table.shown == kMost ? "at least " : "", table.shown,
                                    table.about < 0 ? "an unknown number of" : fmt::format("about {}", table.about)));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::source) throw;
      words.emplace_back("a policy fails, or takes long");
    }
    if (words.empty()) return {};
    return "row-level security decides what this login sees, and what it hides looks like rows that do not exist: " +
           join(words, ", ");
  }

  NumberedSql numbered(const rows::Query& query) {
    require_no_nul(*connection_, query);
    NumberedSql sql = number_parameters(query.sql);
    if (sql.has_anonymous) connection_->fail("the query has a parameter without a name", "write :name instead of $1");
    if (!sql.reads) connection_->fail("the query is not a SELECT", kMayOnlyRead);
    if (const std::string problem = forbidden_in(query.sql); !problem.empty()) connection_->fail(problem, kMayOnlyRead);
    return sql;
  }

  std::optional<std::string> value_of(const rows::Query& query, const std::string& name) {
    return std::visit(TextForm(), required_value(*connection_, query, name));
  }

  /// Has the server parse the statement; the types of the columns that it promises.
  std::vector<Oid> described(const NumberedSql& sql, const rows::Columns& wanted) {
    const PqResult description = parsed(sql);
    const int count = pq().PQnfields(description.get());
    if (count == 0) connection_->fail("the query is not a SELECT", kMayOnlyRead);
    std::vector<std::string> names;
    std::vector<Oid> types;
    for (int i = 0; i < count; ++i) {
      names.emplace_back(pq().PQfname(description.get(), i));
      types.push_back(pq().PQftype(description.get(), i));
    }
    if (const auto problem = column_problem(names, wanted)) connection_->fail(*problem);
    return types;
  }

  PqResult parsed(const NumberedSql& sql) {
    // Without a check: a sum of intervals, or the server's own words about what was written.
    PqResult checked = sql.adds_up ? tried(sql.checked) : nullptr;
    if (checked && sql.calculating.empty()) return checked;
    if (!sql.calculating.empty() && !tried(sql.calculating.front()))
      for (std::size_t i = 1; i < sql.calculating.size(); ++i) tried(sql.calculating[i]);
    return connection_->prepare(checked ? sql.checked : sql.text);
  }

  /// Throws where the server refuses binary numbers; nothing where it refuses something else.
  PqResult tried(const std::string& checked) {
    try {
      return connection_->prepare(checked);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::source || std::string_view(error.what()).find(kInexact) != std::string_view::npos) throw;
    }
    connection_->end();
    connection_->begin();
    return nullptr;
  }

  std::shared_ptr<PostgresConnection> connection_;
};

}  // namespace

const Engine kPostgresEngine{AtServer<parse_postgres_url, PostgresSource>::url_problem, keeps_typed_instants,
                             AtServer<parse_postgres_url, PostgresSource>::open};

}  // namespace reportctl::source
