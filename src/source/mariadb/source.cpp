// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <variant>

#include "bound_values.hpp"
#include "columns.hpp"
#include "mariadb/keys.hpp"
#include "mariadb/rows.hpp"
#include "mariadb/sql.hpp"
#include "random_rows.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr const char* kMariadbTables =
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = DATABASE()"
    " ORDER BY CAST(table_name AS BINARY), ordinal_position";

/// What is wrong with a column that a query takes for instants of a form; empty: nothing. An expression is of no column, and in
/// UTC.
std::optional<FoundInstant> other_than(const rows::InstantForm& form, const MariadbField& field) {
  const ForeignType type = field.foreign;
  const FoundInstant found{std::string(type_words(type)), {}};
  const bool number = type == ForeignType::integer || type == ForeignType::decimal || type == ForeignType::real;
  if (form.facts().units > 0) return number ? std::nullopt : std::optional(found);
  const bool is_column = field.type == MYSQL_TYPE_TIMESTAMP || type == ForeignType::timestamp;
  if (form.kind == rows::InstantKind::timestamptz && type == ForeignType::timestamp)
    return FoundInstant{found.words, "timestamp UTC"};
  if (form.kind == rows::InstantKind::timestamp && is_column && type == ForeignType::instant)
    return FoundInstant{found.words, "timestamptz"};
  if (type == ForeignType::date) return FoundInstant{found.words, "day"};
  if (number) return FoundInstant{found.words, "epoch"};
  return type == ForeignType::instant || type == ForeignType::timestamp || type == ForeignType::any ? std::nullopt
                                                                                                    : std::optional(found);
}

class MariadbSource final : public Source {
 public:
  explicit MariadbSource(ServerSettings settings) : connection_(std::make_shared<MariadbConnection>(std::move(settings))) {}

  [[nodiscard]] const rows::SourceForms& forms() const override { return connection_->settings().forms; }

  std::unique_ptr<rows::RowStream> open(const rows::Query& query) override {
    connection_->begin();
    try {
      const RewrittenSql sql = written(query);
      MariadbConnection::Values values;
      for (const std::string& name : sql.names) values.push_back(required_value(*connection_, query, name));
      look_at(query);
      std::vector<MariadbField> fields = described(sql, query.columns);
      connection_->execute(values);
      return std::make_unique<MariadbRows>(connection_, std::move(fields), query.columns);
    } catch (...) {
      connection_->end();
      throw;
    }
  }

  void prepare(const rows::Query& query) override {
    const Operation operation(*connection_);
    const RewrittenSql sql = written(query);
    for (const std::string& name : sql.names) required_value(*connection_, query, name);
    look_at(query);
    const auto fields = described(sql, query.columns);
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (const auto problem = type_problem(query.columns[i], fields[i].foreign, forms())) connection_->fail(*problem);
  }

  Described describe(const rows::Query& query) override {
    const Operation operation(*connection_);
    const RewrittenSql sql = written(query);
    for (const std::string& name : sql.names) required_value(*connection_, query, name);
    rows::Columns columns;
    for (const MariadbField& field : connection_->prepare(sql.text))
      columns.push_back(likely_column(field.name, field.is_flag ? ForeignType::boolean : field.foreign));
    return {std::move(columns)};
  }

  std::vector<TableInfo> tables() override {
    const Operation operation(*connection_);
    return tables_of(connection_->run(kMariadbTables));
  }

  std::vector<std::string> warnings() override {
    const Operation operation(*connection_);
    std::vector<std::string> found;
    if (!connection_->run("SELECT 1 FROM information_schema.user_privileges WHERE privilege_type IN ('FILE', 'SUPER') LIMIT 1")
             .empty())
      found.emplace_back(kMayTouchFiles);
    for (std::string& warning : key_warnings(*connection_)) found.push_back(std::move(warning));
    return found;
  }

  std::vector<std::string> problems() override {
    const Operation operation(*connection_);
    return key_problems(*connection_);
  }

  std::string random_page(const std::string& table) override { return page_of_view(table); }

 private:
  static constexpr const char* kMayTouchFiles =
      "the login has the privilege FILE or SUPER, so its queries could read and write the server's files; use a login that may "
      "only "
      "SELECT what the reports read";
  RewrittenSql written(const rows::Query& query) {
    require_no_nul(*connection_, query);
    RewrittenSql sql = mariadb_sql(query.sql, [&](std::string_view name) {
      const BoundValue* const value = bound_value(query, name);
      return value != nullptr && std::holds_alternative<std::string>(*value);
    });
    if (!sql.problem.empty()) connection_->fail(sql.problem, sql.hint);
    return sql;
  }

  /// A zone that the server does not know makes null of every time, and a DATETIME is of a zone that only a declaration tells.
  void look_at(const rows::Query& query) {
    const BoundValue* const value = bound_value(query, "timezone");
    const auto* const zone = value == nullptr ? nullptr : std::get_if<std::string>(value);
    if (zone != nullptr) require_zone(*zone);
    for (const rows::InstantColumn& column : query.instants) {
      if (std::find(seen_.begin(), seen_.end(), column) != seen_.end()) continue;
      if (!column.form.zone.empty()) require_zone(column.form.zone);
      check_type(query, column);
      seen_.push_back(column);
    }
  }

  void check_type(const rows::Query& query, const rows::InstantColumn& column) {
    std::vector<MariadbField> fields;
    try {
      const auto sql = mariadb_sql(fmt::format("{}SELECT {} FROM {}", query.views, column.column, column.table),
                                   [](std::string_view) { return false; });
      fields = connection_->prepare(sql.text);
    } catch (const Error& error) {  // the query itself tells it better
      if (error.kind() != ErrorKind::source) throw;
    }
    if (fields.empty()) return;
    const auto found = other_than(column.form, fields[0]);
    if (!found) return;
    connection_->fail(instant_problem(connection_->settings().name, column.name, *found, column.form));
  }

  void require_zone(const std::string& zone) {
    if (zones_.contains(zone)) return;
    if (!connection_->knows_zone(zone))
      connection_->fail(fmt::format("the server does not know the time zone {}", visible(zone)),
                        "load its time zone tables again: mysql_tzinfo_to_sql /usr/share/zoneinfo | mariadb -u root mysql");
    zones_.insert(zone);
  }

  /// Has the server parse the statement; the columns that it promises.
  std::vector<MariadbField> described(const RewrittenSql& sql, const rows::Columns& wanted) {
    std::vector<MariadbField> fields = connection_->prepare(sql.text);
    std::vector<std::string> names;
    for (const MariadbField& field : fields) names.push_back(field.name);
    if (const auto problem = column_problem(names, wanted)) connection_->fail(*problem);
    return fields;
  }

  std::shared_ptr<MariadbConnection> connection_;
  std::vector<rows::InstantColumn> seen_;
  std::set<std::string> zones_;
};

}  // namespace

const Engine kMariadbEngine{AtServer<parse_mariadb_url, MariadbSource>::url_problem, keeps_typed_instants,
                            AtServer<parse_mariadb_url, MariadbSource>::open};

}  // namespace reportctl::source
