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

/// The type as which a bind is written, so that it compares by its type and not as text; empty: as it stands. Ids have the type
/// of the column they meet.
std::string_view cast_of(const Report& report, std::string_view name, const rows::DialectRules& rules) {
  const Parameter* parameter = report.parameter(name);
  if (parameter == nullptr) {
    if (name == "timezone") return rules.text_cast;
    return name == "from" || name == "to" ? rules.instant_cast.text : std::string_view();
  }
  switch (parameter->type) {
    case ParameterType::id_list:
      return rules.list_cast;
    case ParameterType::integer:
      return rules.integer_cast;
    case ParameterType::decimal:
      return rules.decimal_cast;
    case ParameterType::boolean:
      return rules.boolean_cast;
    case ParameterType::date:
      return rules.date_cast;
    case ParameterType::enumeration:
    case ParameterType::text:
      return rules.text_cast;
    case ParameterType::id:
      break;
  }
  return {};
}

/// Ids may be integers in the source; what a person writes is text.
std::string predicate(const Parameter& parameter, const std::string& expression, const std::string& bind) {
  switch (parameter.type) {
    case ParameterType::id:
    case ParameterType::enumeration:
    case ParameterType::text:
      return fmt::format("CAST(({}) AS text) = {}", expression, bind);
    default:
      return fmt::format("({}) = {}", expression, bind);
  }
}

/// `IS NULL`, `IS NOT NULL` and the like: what follows tells nothing about the type.
bool starts_with_is(std::string_view sql) {
  sql = trim(sql);
  return sql.size() > 2 && to_lower(sql.substr(0, 2)) == "is" && (sql[2] == ' ' || sql[2] == '\t' || sql[2] == '\n');
}

/// Expands one text and remembers which names it uses.
class Builder {
 public:
  Builder(const Report& report, const QueryInputs& inputs, rows::Dialect dialect)
      : report_(report), inputs_(inputs), rules_(rules_of(dialect)) {}

  rows::Query build(std::string_view text) {
    rows::Query query;
    query.sql = expand(text);
    for (const Use& use : used_) query.binds.push_back({use.bind, value_of(use.name)});
    return query;
  }

 private:
  [[nodiscard]] std::vector<std::string> given(const Parameter& parameter) const {
    std::vector<std::string> values;
    const auto found = inputs_.parameters.find(parameter.name);
    if (found != inputs_.parameters.end() && !found->second.empty())
      values = found->second;
    else if (parameter.fallback)
      values = {*parameter.fallback};
    if (means_all(parameter, values)) values.clear();
    return values;
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

  /// The bind as SQL. `next` is what follows it.
  std::string use(std::string_view name, std::string_view next = {}) {
    std::string_view cast = cast_of(report_, name, rules_);
    const bool again = std::any_of(used_.begin(), used_.end(), [&](const Use& use) { return use.name == name; });
    std::string bind(name);
    if (cast.empty() && rules_.types_from_use) {  // another place may want another type
      if (again) bind = further_bind(bind);
      if (starts_with_is(next)) cast = "text";
    }
    if (!again || bind != name) used_.push_back({bind, std::string(name)});
    return cast.empty() ? ":" + bind : fmt::format("CAST(:{} AS {})", bind, cast);
  }

  /// `depot_2`, `depot_3`, …: the first that is neither used nor a parameter.
  [[nodiscard]] std::string further_bind(const std::string& name) const {
    for (int number = 2;; ++number) {
      std::string bind = fmt::format("{}_{}", name, number);
      const bool used = std::any_of(used_.begin(), used_.end(), [&](const Use& use) { return use.bind == bind; });
      if (!used && report_.parameter(bind) == nullptr) return bind;
    }
  }

  std::string expand(std::string_view text) {
    const SqlScan scan = scan_sql(text, rules_.dialect);
    if (!scan.problems.empty())
      throw Error(ErrorKind::invalid,
                  fmt::format("report {}: the query cannot be read: {}", report_.id, scan.problems.front().message));
    return expand(scan.pieces);
  }

  std::string expand(const SqlPieces& pieces) {
    std::string sql;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const SqlPiece& piece = pieces[i];
      const bool text_follows = i + 1 < pieces.size() && pieces[i + 1].kind == SqlPiece::Kind::text;
      if (piece.kind == SqlPiece::Kind::text)
        sql += piece.text;
      else if (piece.kind == SqlPiece::Kind::bind)
        sql += use(checked(piece.text), text_follows ? pieces[i + 1].text : std::string_view());
      else
        sql += piece.text == kFilters ? filters() : macro(piece);
    }
    return sql;
  }

  std::string macro(const SqlPiece& piece) {
    if (macro_arity(piece.text) != piece.arguments.size())
      throw Error(ErrorKind::invalid, fmt::format("report {}: there is no macro {{{{{}}}}} with {} arguments", report_.id,
                                                  piece.text, piece.arguments.size()));
    const std::string_view bind = macro_bind(piece.text);
    if (is_site_macro(piece.text) && bind != schedule::scope_kind_name(inputs_.scope.kind)) return std::string(rules_.always);
    std::vector<std::string> arguments;
    for (const SqlPieces& argument : piece.arguments) arguments.emplace_back(trim(expand(argument)));
    return expand_macro(piece.text, arguments, bind.empty() ? std::string() : use(bind), rules_);
  }

  [[nodiscard]] std::string_view checked(std::string_view name) const {
    const auto& reserved = reserved_binds();
    if (std::find(reserved.begin(), reserved.end(), name) == reserved.end() && report_.parameter(name) == nullptr)
      throw Error(ErrorKind::invalid, fmt::format("report {}: the query uses :{}, which is not a parameter", report_.id, name));
    return name;
  }

  std::string filters() {
    std::string sql;
    for (const Parameter& parameter : report_.parameters) {
      if (parameter.filter.empty() || given(parameter).empty()) continue;
      const std::string bind = use(parameter.name);
      const std::string expression = expand(parameter.filter);
      if (!sql.empty()) sql += " AND ";
      sql += parameter.type == ParameterType::id_list ? fmt::format(fmt::runtime(rules_.in_list.text), expression, bind)
                                                      : predicate(parameter, expression, bind);
    }
    return sql.empty() ? std::string(rules_.always) : "(" + sql + ")";
  }

  /// A bind of the statement and the name whose value it has.
  struct Use {
    std::string bind;
    std::string name;
  };

  const Report& report_;
  const QueryInputs& inputs_;
  const rows::DialectRules& rules_;
  std::vector<Use> used_;
};

rows::Column text_column(std::string name, std::string label) {
  rows::Column column;
  column.name = std::move(name);
  column.label = std::move(label);
  return column;
}

}  // namespace

rows::Query build_query(const Report& report, const QueryInputs& inputs, rows::Dialect dialect) {
  const Shape& shape = report.shape(inputs.parameters);
  const std::string name(rules_of(dialect).name);
  const auto own = shape.query_by_dialect.find(name);
  const std::string& text = own == shape.query_by_dialect.end() ? shape.query : own->second;
  if (text.empty()) throw Error(ErrorKind::invalid, fmt::format("report {} has no query for {} sources", report.id, name));
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
