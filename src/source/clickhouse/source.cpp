// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "engine.hpp"

#include <fmt/format.h>

#include "bound_values.hpp"
#include "clickhouse/rows.hpp"
#include "clickhouse/sql.hpp"
#include "random_rows.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr const char* kClickhouseTables =
    "SELECT table, name FROM system.columns WHERE database = currentDatabase() ORDER BY table, position";
constexpr const char* kMayWrite =
    "the login may write: its profile has not readonly = 2, so that only what reportctl sends with each query keeps reports from "
    "it";

class ClickhouseSource final : public Source {
 public:
  explicit ClickhouseSource(ServerSettings settings) : connection_(std::make_shared<ClickhouseConnection>(std::move(settings))) {}

  [[nodiscard]] const rows::SourceForms& forms() const override { return connection_->settings().forms; }

  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    connection_->begin();
    try {
      const Statement statement = ready(query);
      connection_->execute(statement.sql, statement.parameters);
      return std::make_unique<ClickhouseRows>(connection_, query.columns);
    } catch (...) {
      connection_->end();
      throw;
    }
  }

  void prepare(const rows::Query& query) override {
    const Operation operation(*connection_);
    const Statement statement = ready(query);
    const auto described = promised(statement);
    std::vector<std::string> names;
    for (const auto& row : described) names.push_back(row[0]);
    if (const auto problem = column_problem(names, query.columns)) connection_->fail(*problem);
    for (std::size_t i = 0; i < described.size(); ++i)
      if (const auto problem = type_problem(query.columns[i], clickhouse_type(described[i][1]).foreign(), forms()))
        connection_->fail(*problem);
    connection_->run("EXPLAIN " + statement.sql, statement.parameters);  // looks at rights
  }

  Described describe(const rows::Query& query) override {
    const Operation operation(*connection_);
    rows::Columns columns;
    for (const auto& row : promised(ready(query))) columns.push_back(likely_column(row[0], clickhouse_type(row[1]).foreign()));
    return {std::move(columns)};
  }

  std::vector<TableInfo> tables() override {
    const Operation operation(*connection_);
    return tables_of(connection_->run(kClickhouseTables));
  }

  std::vector<std::string> warnings() override {
    const Operation operation(*connection_);
    const auto own = connection_->run("SELECT toString(getSetting('readonly'))", {}, ClickhouseConnection::Rights::of_login);
    return own.at(0).at(0) == "0" ? std::vector<std::string>{kMayWrite} : std::vector<std::string>{};
  }

  std::string random_page(const std::string& table) override { return page_of_view(table); }

 private:
  struct Statement {
    std::string sql;
    ClickhouseConnection::Parameters parameters;
  };

  Statement ready(const rows::Query& query) {
    require_no_nul(*connection_, query);
    const RewrittenSql sql = clickhouse_sql(query.sql, [&](std::string_view name) {
      const BoundValue* const value = bound_value(query, name);
      return std::string(clickhouse_parameter_type(value == nullptr ? BoundValue() : *value));
    });
    if (!sql.problem.empty()) connection_->fail(sql.problem, sql.hint);
    Statement statement{sql.text, {}};
    for (const std::string& name : sql.names)
      statement.parameters[name] = clickhouse_parameter(required_value(*connection_, query, name));
    return statement;
  }

  /// The names and types of the columns: the server parses the statement and looks for all that it names.
  std::vector<std::vector<std::string>> promised(const Statement& statement) {
    return connection_->run(fmt::format("DESCRIBE ({})", statement.sql), statement.parameters);
  }

  std::shared_ptr<ClickhouseConnection> connection_;
};

/// A DateTime is always a moment.
bool keeps_moments(const rows::InstantKindFacts& facts) {
  return keeps_typed_instants(facts) && facts.kind != rows::InstantKind::timestamp;
}

}  // namespace

const Engine kClickhouseEngine{AtServer<parse_clickhouse_url, ClickhouseSource>::url_problem, keeps_moments,
                               AtServer<parse_clickhouse_url, ClickhouseSource>::open};

}  // namespace reportctl::source
