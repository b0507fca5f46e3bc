// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/query.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "bind_sql.hpp"
#include "boolean_sql.hpp"
#include "instant_sql.hpp"
#include "money_sql.hpp"
#include "query_binds.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/contract.hpp"
#include "source_views.hpp"
#include "sql_macros.hpp"
#include "sql_scan.hpp"
#include "sql_tables.hpp"

namespace reportctl::catalog {
namespace {

/// Expands one text and remembers which names it uses.
class Builder {
 public:
  Builder(const Report& report, const QueryInputs& inputs, const rows::SourceForms& forms)
      : report_(report),
        inputs_(inputs),
        rules_(rules_of(forms.dialect)),
        forms_(forms),
        binds_(report, inputs, rules_),
        instants_(forms, inputs.timezone,
                  [this](const std::string& name, Value value) { return binds_.add(name, std::move(value)); }) {}

  rows::Query build(std::string_view text) {
    rows::Query query;
    query.sql = expand(text);
    query.instants = std::move(seen_);
    query.booleans = std::move(booleans_);
    query.compared = std::move(compared_);
    query.scoped = std::move(scoped_);
    query.binds = binds_.used();
    add_source_views(query, tables_->names(), inputs_.account_key, forms_);
    return query;
  }

 private:
  /// The bind as SQL. `tested`: IS follows.
  std::string use(std::string_view name, bool tested = false) {
    const auto bound = binds_.bound_of(name);
    return bound ? instants_.bound(*bound) : binds_.use(name, tested);
  }

  std::string expand(std::string_view text) {
    const SqlScan scan = scan_sql(text, rules_.dialect);
    if (!scan.problems.empty())
      throw Error(ErrorKind::invalid,
                  fmt::format("report {}: the query cannot be read: {}", report_.id, scan.problems.front().message));
    if (tables_) return expand(scan.pieces);  // a filter, which speaks of the tables of its query
    tables_.emplace(scan.pieces);
    return expand(scan.pieces);
  }

  std::string expand(const SqlPieces& pieces) {
    const SqlAtoms atoms = atoms_of(pieces);
    const std::string_view gap = atoms.all.empty() ? std::string_view() : atoms.all.front().gap;
    return std::string(gap) + expand(atoms.all) + std::string(atoms.tail);
  }

  using Atoms = std::span<const SqlAtom>;
  std::string expand(Atoms atoms) {
    Written out{{}, std::vector<std::size_t>(atoms.size(), std::string::npos)};
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      const SqlAtom& atom = atoms[i];
      if (i > 0) out.sql += atom.gap;
      out.begins[i] = out.sql.size();
      if (atom.is_macro())
        out.sql += atom.piece->text == kFilters ? filters() : macro(*atom.piece);
      else if (!atom.is_bind())
        out.sql += constant_seen(atoms, i);
      else if (!compare(atoms, i, out) && !compare_id(atoms, i, out))
        out.sql += use(parameter_seen(atoms, i), i + 1 < atoms.size() && lower(atoms[i + 1].token) == "is");
    }
    return out.sql;
  }

  /// What was written so far, and where each atom begins in it.
  struct Written {
    std::string sql;
    std::vector<std::size_t> begins;
    /// Takes back everything from an atom on, up to another one.
    std::string take(std::size_t from, std::size_t to) {
      std::string taken(trim(std::string_view(sql).substr(begins[from], begins[to] - begins[from])));
      sql.resize(begins[from]);
      return taken;
    }
  };

  /// The operand of a comparison as SQL, and `i` at the last atom that is written with it. nullopt: it is not to be had.
  std::optional<std::string> operand(const Comparison& found, Atoms atoms, std::size_t& i, Written& out) {
    if (!found.is_behind()) {
      if (out.begins[found.begin] > out.begins[found.sign]) return std::nullopt;
      return out.take(found.begin, found.sign);
    }
    i = found.end - 1;
    return expand(atoms.subspan(found.begin, found.end - found.begin));
  }

  /// `x.at >= :from`, `:from <= x.at`, `x.at BETWEEN :from AND :to` and `x.at >= :from AND x.at < :to`: compares as the source
  /// keeps x.at. False where the bind is not compared so. `i` becomes the last atom of the comparison.
  bool compare(Atoms atoms, std::size_t& i, Written& out) {
    const auto bound = binds_.bound_of(atoms[i].written);
    const auto found = bound ? comparison_at(atoms, i) : std::nullopt;
    if (!found) return false;
    std::optional<Bound> last;
    if (found->op == "between") {
      const bool closed = i + 2 < atoms.size() && lower(atoms[i + 1].token) == "and" && atoms[i + 2].is_bind();
      if (closed) last = binds_.bound_of(atoms[i + 2].written);
      if (!last) return false;
    }
    const bool closed = last.has_value();
    const auto half = upper_half(atoms, *found, i);
    if (half) last = binds_.bound_of(atoms[*half].written);
    const auto sql = operand(*found, atoms, i, out);
    if (!sql) return false;
    const InstantSql instant = instant_of(atoms.subspan(found->begin, found->end - found->begin), *sql, std::nullopt);
    out.sql += last ? instants_.in_period(instant, *bound, *last, closed) : instants_.compared(instant, found->op, *bound);
    if (last) i = closed ? i + 2 : *half;
    return true;
  }

  /// `x = :account`, `:account = x`, `x <> :account` and `x IN (…, :account)` with an id that may be text or a number.
  bool compare_id(Atoms atoms, std::size_t& i, Written& out) {
    const std::string name(atoms[i].written);
    const auto number = binds_.number_of(binds_.checked(name));
    if (!number) return false;
    if (is_listed(atoms, i)) {
      out.sql += binds_.both_of(name, *number);
      return true;
    }
    const auto found = comparison_at(atoms, i);
    const bool equal = found && (found->op == "=" || found->op == "==");
    if (!found || (!equal && found->op != "<>" && found->op != "!=")) return false;
    const auto sql = operand(*found, atoms, i, out);
    if (!sql) return false;
    out.sql += fmt::format("{} {} ({})", *sql, equal ? "IN" : "NOT IN", binds_.both_of(name, *number));
    return true;
  }

  /// A bind, and what some macros give, have the common form. `form`: declared on the spot.
  InstantSql instant_of(Atoms atoms, std::string sql, const std::optional<rows::InstantForm>& form) {
    InstantSql instant{std::move(sql), tables_->named(atoms, forms_), false};
    bool common = false;
    for (std::size_t i = 0; i < atoms.size(); ++i)
      common = common || (atoms[i].is_macro() && macro_takes(atoms[i].written) == MacroTakes::common_instants) ||
               (atoms[i].is_bind() && binds_.bound_of(atoms[i].written) && !is_compared(atoms, i));
    NamedInstant& named = instant.named;
    instant.typed = common && !named.refers && !form;
    if (common && !form && !named.columns.empty() && named.form != forms_.usual && named.form != forms_.common())
      throw Error(ErrorKind::invalid,
                  fmt::format("report {}: {} mixes values that the source keeps as {} with values of the period", report_.id,
                              named.name, named.form.str()),
                  "write {{instant(…)}} around each column");
    if (form) named.form = *form;
    if (form)
      for (rows::InstantColumn& column : named.columns) column.form = *form;
    see(named);
    return instant;
  }
  void see(const NamedInstant& named) {
    // MariaDB does not tell the types of expressions, so that its source has to look at their columns.
    if ((!named.column && forms_.dialect != rows::Dialect::mariadb) || named.form.kind == rows::InstantKind::day) return;
    for (const rows::InstantColumn& column : named.columns)
      if (std::find(seen_.begin(), seen_.end(), column) == seen_.end()) seen_.push_back(column);
  }

  std::string macro(const SqlPiece& piece) {
    const auto arity = macro_arity(piece.text);
    const bool with_form = arity && takes_form(piece.text) && piece.arguments.size() == *arity + 1;
    if (!with_form && arity != piece.arguments.size())
      throw Error(ErrorKind::invalid, fmt::format("report {}: there is no macro {{{{{}}}}} with {} arguments", report_.id,
                                                  piece.text, piece.arguments.size()));
    const std::string_view bind = macro_bind(piece.text);
    if (macro_takes(piece.text) == MacroTakes::table) return in_scope(piece.arguments[0]);
    if (is_site_macro(piece.text) && bind != schedule::scope_kind_name(inputs_.scope.kind)) return std::string(rules_.always);
    std::optional<rows::InstantForm> form;
    if (with_form) form = declared_form(piece);
    const MacroTakes takes = macro_takes(piece.text);
    std::vector<std::string> arguments;
    for (std::size_t i = 0; i < *arity; ++i) {
      if (takes == MacroTakes::expressions || takes == MacroTakes::column || takes == MacroTakes::amount ||
          takes == MacroTakes::boolean) {
        arguments.emplace_back(trim(expand(piece.arguments[i])));
        continue;
      }
      const InstantSql instant =
          instant_of(atoms_of(piece.arguments[i]).all, std::string(trim(expand(piece.arguments[i]))), form);
      if (instant.named.form.kind == rows::InstantKind::day && !instant.typed && takes != MacroTakes::period) {
        if (piece.text == "local_date") return instants_.checked(instant);
        throw Error(ErrorKind::invalid,
                    fmt::format("report {}: {} is kept as a day, and {{{{{}}}}} takes moments", report_.id, instant.named.name,
                                piece.text),
                    "a day has no time; compare it with the period, or take it by {{local_date}}");
      }
      arguments.push_back(takes == MacroTakes::period
                              ? instants_.in_period(instant, *binds_.bound_of("from"), *binds_.bound_of("to"), false)
                          : takes == MacroTakes::instants ? instants_.macro_argument(instant)
                                                          : instants_.common(instant));
    }
    if (takes == MacroTakes::boolean) return truth(piece.arguments[0], arguments[0]);
    if (piece.text == "means") return means(arguments[0], arguments[1]);
    if (takes == MacroTakes::amount) return money_sql(arguments[0], arguments[1], forms_);
    if (is_site_macro(piece.text)) return is_id_of(arguments[0], bind);
    return expand_macro(piece.text, arguments, bind.empty() ? std::string() : use(bind), rules_);
  }

  std::string is_id_of(const std::string& column, std::string_view bind) {
    const auto number = binds_.number_of(bind);
    return number ? fmt::format("({}) IN ({})", column, binds_.both_of(bind, *number))
                  : fmt::format("({}) = {}", column, use(bind));
  }

  /// What joins say of the table's rows anyway, by the columns that the source declares.
  std::string in_scope(const SqlPieces& argument) {
    const auto table = tables_->table(atoms_of(argument).all);
    const auto declared = table ? forms_.scope_columns.find(table->name) : forms_.scope_columns.end();
    if (declared == forms_.scope_columns.end()) return std::string(rules_.always);
    std::string sql;
    for (const std::string_view column : scope_columns_of(table->name)) {
      const std::string_view bind = column.substr(0, column.find('_'));
      if (!declared->second.contains(column)) continue;
      if (bind != "account" && bind != schedule::scope_kind_name(inputs_.scope.kind)) continue;
      sql += (sql.empty() ? "(" : " AND ") + is_id_of(fmt::format("{}.{}", trim(expand(argument)), column), bind);
    }
    if (std::find(scoped_.begin(), scoped_.end(), *table) == scoped_.end()) scoped_.push_back(*table);
    return sql.empty() ? std::string(rules_.always) : sql + ")";
  }

  /// The atom as it is written. A column that is compared with it is remembered, where types are not told.
  std::string_view constant_seen(Atoms atoms, std::size_t i) {
    const SqlToken::Kind kind = atoms[i].token.kind;
    if (kind == SqlToken::Kind::literal || kind == SqlToken::Kind::number) see_compared(atoms, i, atoms[i].written);
    return atoms[i].written;
  }
  /// The same of a parameter that was given: a constant of its kind stands for it.
  std::string_view parameter_seen(Atoms atoms, std::size_t i) {
    const std::string_view name = binds_.checked(atoms[i].written);
    const Parameter* parameter = report_.parameter(name);
    const bool id = parameter != nullptr && (parameter->type == ParameterType::id || parameter->type == ParameterType::id_list);
    if (parameter == nullptr || id || binds_.given(*parameter).empty()) return name;
    const bool number = parameter->type == ParameterType::integer || parameter->type == ParameterType::decimal ||
                        parameter->type == ParameterType::boolean;
    see_compared(atoms, i, number ? "0" : "''");
    return name;
  }
  void see_compared(Atoms atoms, std::size_t i, std::string_view constant) {
    const auto found = rules_.untyped_ids ? comparison_at(atoms, is_listed(atoms, i) ? i - 1 : i) : std::nullopt;
    if (!found) return;
    const NamedColumns columns =
        tables_->columns(atoms.subspan(found->begin, found->end - found->begin), [](const std::string&) { return false; });
    if (!columns.alone || columns.may_be_own || columns.all.size() != 1) return;
    const NamedColumn& column = columns.all.front();
    rows::ComparedColumn seen{column.table, column.column, std::string(constant), column.key};
    if (std::find(compared_.begin(), compared_.end(), seen) == compared_.end()) compared_.push_back(std::move(seen));
  }

  std::string truth(const SqlPieces& argument, const std::string& sql) {
    const SqlAtoms atoms = atoms_of(argument);
    const NamedColumns columns =
        tables_->columns(atoms.all, [this](const std::string& key) { return forms_.booleans.contains(key); });
    rows::BooleanForm form = forms_.usual_boolean;
    if (!columns.query_within)
      for (const NamedColumn& column : columns.all) {
        const std::size_t point = column.key.find('.');
        const auto& own = forms_.boolean_of(column.key.substr(0, point), column.key.substr(point + 1));
        if (columns.alone || own != forms_.usual_boolean) form = own;
        const rows::BooleanColumn seen{column.table, column.column, own, column.key};
        if (columns.alone && std::find(booleans_.begin(), booleans_.end(), seen) == booleans_.end()) booleans_.push_back(seen);
      }
    return truth_sql(sql, columns.name, form, rules_.dialect);
  }

  std::string means(const std::string& expression, const std::string& meaning) {
    const auto own = forms_.words.find(meaning);
    const auto& words = own != forms_.words.end() ? own->second : rows::usual_words().at(meaning);
    std::string bind = binds_.add("words_of_" + meaning, words);
    if (!rules_.list_cast.text.empty()) bind = fmt::format("CAST({} AS {})", bind, rules_.list_cast.text);
    return fmt::format(fmt::runtime(rules_.in_list.text), fmt::format("lower(CAST(({}) AS text))", expression), bind);
  }

  [[nodiscard]] rows::InstantForm declared_form(const SqlPiece& piece) const {
    const SqlPieces& argument = piece.arguments.back();
    auto form = rows::parse_instant_form(argument.empty() ? std::string_view() : argument.front().text);
    if (auto* found = std::get_if<rows::InstantForm>(&form)) return std::move(*found);
    throw Error(ErrorKind::invalid,
                fmt::format("report {}: {{{{{}}}}}: {}", report_.id, piece.text, std::get<std::string>(form)));
  }

  std::string filters() {
    std::string sql;
    for (const Parameter& parameter : report_.parameters) {
      if (parameter.filter.empty() || binds_.given(parameter).empty()) continue;
      const std::string bind = use(parameter.name);
      std::string expression = expand(parameter.filter);
      if (parameter.type == ParameterType::boolean)
        expression = truth(scan_sql(parameter.filter, rules_.dialect).pieces, expression);
      if (!sql.empty()) sql += " AND ";
      sql += parameter.type == ParameterType::id_list ? fmt::format(fmt::runtime(rules_.in_list.text), expression, bind)
                                                      : predicate(parameter, expression, bind);
    }
    return sql.empty() ? std::string(rules_.always) : "(" + sql + ")";
  }

  const Report& report_;
  const QueryInputs& inputs_;
  const rows::DialectRules& rules_;
  const rows::SourceForms& forms_;
  QueryBinds binds_;
  InstantWriter instants_;
  std::optional<SqlTables> tables_;
  std::vector<rows::InstantColumn> seen_;
  std::vector<rows::BooleanColumn> booleans_;
  std::vector<rows::ComparedColumn> compared_;
  std::vector<rows::ScopedTable> scoped_;
};

rows::Column text_column(std::string name, std::string label) {
  rows::Column column;
  column.name = std::move(name);
  column.label = std::move(label);
  return column;
}

}  // namespace

rows::Query build_query(const Report& report, const QueryInputs& inputs, const rows::SourceForms& forms) {
  if (report.single_tenant && !forms.single_tenant)
    throw Error(ErrorKind::config, fmt::format("report {} is for a database of one account", report.id),
                "say so of the source, if all of it belongs to one account: sources.NAME.tenant: single");
  const Shape& shape = report.shape(inputs.parameters);
  const auto& rules = rules_of(forms.dialect);
  const std::string name(rules.name);
  auto own = shape.query_by_dialect.find(name);
  if (own == shape.query_by_dialect.end()) own = shape.query_by_dialect.find(std::string(rules.kin));
  const std::string& text = own == shape.query_by_dialect.end() ? shape.query : own->second;
  if (text.empty()) throw Error(ErrorKind::invalid, fmt::format("report {} has no query for {} sources", report.id, name));
  rows::Query query = Builder(report, inputs, forms).build(text);
  query.columns = shape.columns;
  return query;
}

rows::Query build_ready_query(const Report& report, const QueryInputs& inputs, const rows::SourceForms& forms) {
  rows::Query query = Builder(report, inputs, forms).build(report.ready);
  query.columns = {text_column("data_until", "Data until")};
  query.columns.front().type = rows::ColumnType::timestamp;
  return query;
}

rows::Query build_choices_query(const Report& report, const Parameter& parameter, const QueryInputs& inputs,
                                const rows::SourceForms& forms) {
  if (parameter.choices.empty())
    throw Error(ErrorKind::invalid, fmt::format("report {}: parameter {} has no list of choices", report.id, parameter.name));
  rows::Query query = Builder(report, inputs, forms).build(parameter.choices);
  query.columns = {text_column("id", "Id"), text_column("name", "Name")};
  return query;
}

}  // namespace reportctl::catalog
