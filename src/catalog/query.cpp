// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/query.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "sql_macros.hpp"
#include "sql_scan.hpp"

namespace reportctl::catalog {
namespace {

using Value = decltype(rows::Bind::value);

Value parameter_value(const Parameter& parameter, const std::vector<std::string>& given) {
  if (given.empty()) return std::monostate{};
  if (parameter.type == ParameterType::id_list) return given;
  const std::string& text = given.front();
  if (parameter.type == ParameterType::boolean) return std::int64_t{text == "true" ? 1 : 0};
  if (parameter.type != ParameterType::integer) return text;
  const auto number = parse_integer(text);
  if (!number)
    throw Error(ErrorKind::invalid, fmt::format("parameter {}: \"{}\" is not a whole number", parameter.name, visible(text)));
  return std::int64_t{*number};
}

/// How a parameter is written in SQL, so that it compares by its type and not as text. SQLite's dates are text.
std::string typed_bind(const Parameter& parameter, rows::Dialect dialect) {
  const bool postgresql = dialect == rows::Dialect::postgresql;
  switch (parameter.type) {
    case ParameterType::decimal:
      return fmt::format("CAST(:{} AS numeric)", parameter.name);
    case ParameterType::integer:
      if (postgresql) return fmt::format("CAST(:{} AS bigint)", parameter.name);
      break;
    case ParameterType::boolean:
      if (postgresql) return fmt::format("CAST(:{} AS boolean)", parameter.name);
      break;
    case ParameterType::date:
      if (postgresql) return fmt::format("CAST(:{} AS date)", parameter.name);
      break;
    default:
      break;
  }
  return ":" + parameter.name;
}

/// Ids may be integers in the source; what a person writes is text.
std::string predicate(const Parameter& parameter, const std::string& expression, rows::Dialect dialect) {
  const std::string bind = typed_bind(parameter, dialect);
  switch (parameter.type) {
    case ParameterType::id_list:
      return dialect == rows::Dialect::sqlite
                 ? fmt::format("CAST(({}) AS TEXT) IN (SELECT value FROM json_each({}))", expression, bind)
                 : fmt::format("CAST(({}) AS text) = ANY({})", expression, bind);
    case ParameterType::id:
    case ParameterType::enumeration:
    case ParameterType::text:
      return fmt::format("CAST(({}) AS text) = {}", expression, bind);
    case ParameterType::integer:
    case ParameterType::decimal:
    case ParameterType::boolean:
    case ParameterType::date:
      break;
  }
  return fmt::format("({}) = {}", expression, bind);
}

/// Expands one text and remembers which names it uses.
class Builder {
 public:
  Builder(const Report& report, const QueryInputs& inputs, rows::Dialect dialect)
      : report_(report), inputs_(inputs), dialect_(dialect) {}

  rows::Query build(std::string_view text) {
    rows::Query query;
    query.sql = expand(text);
    for (const std::string& name : used_) query.binds.push_back({name, value_of(name)});
    return query;
  }

 private:
  [[nodiscard]] std::vector<std::string> given(const Parameter& parameter) const {
    const auto found = inputs_.parameters.find(parameter.name);
    if (found != inputs_.parameters.end() && !found->second.empty()) return found->second;
    if (parameter.fallback) return {*parameter.fallback};
    return {};
  }

  [[nodiscard]] Value value_of(const std::string& name) const {
    const schedule::Scope& scope = inputs_.scope;
    const auto site = [&](schedule::ScopeKind kind) { return scope.kind == kind ? Value(scope.site) : Value(std::monostate{}); };
    if (name == "account") return inputs_.account_key;
    if (name == "depot") return site(schedule::ScopeKind::depot);
    if (name == "workspace") return site(schedule::ScopeKind::workspace);
    if (name == "from") return format_utc(inputs_.window.from);
    if (name == "to") return format_utc(inputs_.window.to);
    if (name == "timezone") return inputs_.timezone;
    const Parameter& parameter = *report_.parameter(name);
    return parameter_value(parameter, given(parameter));
  }

  std::string use(std::string_view name) {
    if (std::find(used_.begin(), used_.end(), name) == used_.end()) used_.emplace_back(name);
    const Parameter* parameter = report_.parameter(name);
    return parameter == nullptr ? fmt::format(":{}", name) : typed_bind(*parameter, dialect_);
  }

  std::string expand(std::string_view text) {
    const SqlScan scan = scan_sql(text, dialect_);
    if (!scan.problems.empty())
      throw Error(ErrorKind::invalid,
                  fmt::format("report {}: the query cannot be read: {}", report_.id, scan.problems.front().message));
    return expand(scan.pieces);
  }

  std::string expand(const SqlPieces& pieces) {
    std::string sql;
    for (const SqlPiece& piece : pieces) {
      if (piece.kind == SqlPiece::Kind::text)
        sql += piece.text;
      else if (piece.kind == SqlPiece::Kind::bind)
        sql += use(checked(piece.text));
      else
        sql += piece.text == kFilters ? filters() : macro(piece);
    }
    return sql;
  }

  std::string macro(const SqlPiece& piece) {
    if (macro_arity(piece.text) != piece.arguments.size())
      throw Error(ErrorKind::invalid, fmt::format("report {}: there is no macro {{{{{}}}}} with {} arguments", report_.id,
                                                  piece.text, piece.arguments.size()));
    std::vector<std::string> arguments;
    for (const SqlPieces& argument : piece.arguments) arguments.emplace_back(trim(expand(argument)));
    if (macro_uses_timezone(piece.text)) use("timezone");
    return expand_macro(piece.text, arguments, dialect_);
  }

  [[nodiscard]] std::string_view checked(std::string_view name) const {
    const auto& reserved = reserved_binds();
    if (std::find(reserved.begin(), reserved.end(), name) == reserved.end() && report_.parameter(name) == nullptr)
      throw Error(ErrorKind::invalid, fmt::format("report {}: the query uses :{}, which is no parameter", report_.id, name));
    return name;
  }

  std::string filters() {
    std::string sql;
    for (const Parameter& parameter : report_.parameters) {
      if (parameter.filter.empty() || given(parameter).empty()) continue;
      use(parameter.name);
      if (!sql.empty()) sql += " AND ";
      sql += predicate(parameter, expand(parameter.filter), dialect_);
    }
    if (sql.empty()) return dialect_ == rows::Dialect::sqlite ? "1=1" : "TRUE";
    return "(" + sql + ")";
  }

  const Report& report_;
  const QueryInputs& inputs_;
  rows::Dialect dialect_;
  std::vector<std::string> used_;
};

std::string_view dialect_name(rows::Dialect dialect) { return dialect == rows::Dialect::sqlite ? "sqlite" : "postgresql"; }

rows::Column text_column(std::string name, std::string label) {
  rows::Column column;
  column.name = std::move(name);
  column.label = std::move(label);
  return column;
}

}  // namespace

rows::Query build_query(const Report& report, const QueryInputs& inputs, rows::Dialect dialect) {
  const Shape& shape = report.shape(inputs.parameters);
  const auto own = shape.query_by_dialect.find(std::string(dialect_name(dialect)));
  const std::string& text = own == shape.query_by_dialect.end() ? shape.query : own->second;
  if (text.empty())
    throw Error(ErrorKind::invalid, fmt::format("report {} has no query for {} sources", report.id, dialect_name(dialect)));
  rows::Query query = Builder(report, inputs, dialect).build(text);
  query.columns = shape.columns;
  return query;
}

rows::Query build_choices_query(const Report& report, const Parameter& parameter, const QueryInputs& inputs,
                                rows::Dialect dialect) {
  if (parameter.choices.empty())
    throw Error(ErrorKind::invalid, fmt::format("report {}: parameter {} has no list of choices", report.id, parameter.name));
  rows::Query query = Builder(report, inputs, dialect).build(parameter.choices);
  query.columns = {text_column("id", "Id"), text_column("name", "Name")};
  return query;
}

}  // namespace reportctl::catalog
