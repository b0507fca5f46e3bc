// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_tables.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using Kind = SqlToken::Kind;

std::string bare_name(const SqlToken& token) {
  std::string_view text = token.text;
  if (token.kind == Kind::quoted_name && text.size() >= 2) text = text.substr(1, text.size() - 2);
  return to_lower(text);
}

/// Binds and macros as literals, the arguments of macros in parentheses behind them.
void flatten(const SqlPieces& pieces, std::vector<SqlToken>& tokens) {
  for (const SqlPiece& piece : pieces) {
    if (piece.kind == SqlPiece::Kind::text) {
      tokens.insert(tokens.end(), piece.tokens.begin(), piece.tokens.end());
      continue;
    }
    tokens.push_back({Kind::literal, piece.text});
    for (const SqlPieces& argument : piece.arguments) {
      tokens.push_back({Kind::sign, "("});
      flatten(argument, tokens);
      tokens.push_back({Kind::sign, ")"});
    }
  }
}

std::string written(std::span<const SqlToken> tokens) {
  return {tokens.front().text.data(), tokens.back().text.data() + tokens.back().text.size()};
}

std::string shown(std::span<const SqlAtom> atoms) {
  constexpr std::size_t kMost = 60;
  std::string text;
  for (const SqlAtom& atom : atoms) {
    if (!text.empty()) text += atom.gap.empty() ? "" : " ";
    text += atom.is_macro() ? fmt::format("{{{{{}}}}}", atom.written) : (atom.is_bind() ? ":" : "") + std::string(atom.written);
  }
  if (text.size() > kMost) text = repair_utf8(text.substr(0, kMost)) + "...";
  return text;
}

/// `name` or `qualifier.name` within an expression.
struct Reference {
  std::string qualifier;
  std::string name;
  std::string written;  ///< the name, with its quotes
};
std::vector<Reference> references(std::span<const SqlToken> tokens) {
  std::vector<Reference> found;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!is_name(tokens[i]) || is_keyword(tokens[i])) continue;
    Reference reference{{}, bare_name(tokens[i]), std::string(tokens[i].text)};
    while (i + 2 < tokens.size() && is_sign(tokens[i + 1], ".") && is_name(tokens[i + 2])) {
      reference.qualifier = std::move(reference.name);
      reference.name = bare_name(tokens[i += 2]);
      reference.written = tokens[i].text;
    }
    const bool call = i + 1 < tokens.size() && is_sign(tokens[i + 1], "(");
    if (!call) found.push_back(std::move(reference));
  }
  return found;
}

bool is_one_reference(std::span<const SqlToken> tokens) {
  for (std::size_t i = 0; i < tokens.size(); ++i)
    if (i % 2 == 0 ? !is_name(tokens[i]) || is_keyword(tokens[i]) : !is_sign(tokens[i], ".")) return false;
  return tokens.size() % 2 == 1;
}

/// `name AS (SELECT …`: tables of the statement itself, which no source has.
std::set<std::string> own_tables(const std::vector<SqlToken>& tokens) {
  std::set<std::string> names;
  for (std::size_t i = 1; i + 2 < tokens.size(); ++i) {
    std::size_t open = i + 1;
    while (open + 1 < tokens.size() && (lower(tokens[open]) == "not" || lower(tokens[open]) == "materialized")) ++open;
    if (tokens[i].kind == Kind::word && lower(tokens[i]) == "as" && is_name(tokens[i - 1]) && is_sign(tokens[open], "("))
      names.insert(bare_name(tokens[i - 1]));
  }
  return names;
}

}  // namespace

SqlTables::SqlTables(const SqlPieces& pieces) {
  std::vector<SqlToken> tokens;
  flatten(pieces, tokens);
  read(tokens);
}

void SqlTables::read(const std::vector<SqlToken>& tokens) {
  const std::set<std::string> own = own_tables(tokens);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != Kind::word || (lower(tokens[i]) != "from" && lower(tokens[i]) != "join")) continue;
    do {
      ++i;
      while (i < tokens.size() && (lower(tokens[i]) == "only" || lower(tokens[i]) == "lateral")) ++i;
      if (i >= tokens.size() || !is_name(tokens[i]) || is_keyword(tokens[i])) break;  // a subquery has no columns of its own
      const std::size_t first = i;
      while (i + 2 < tokens.size() && is_sign(tokens[i + 1], ".") && is_name(tokens[i + 2])) i += 2;
      const std::string table = bare_name(tokens[i]);
      const std::string as_written = written(std::span(tokens).subspan(first, i - first + 1));
      std::string alias = table;
      ++i;
      if (i < tokens.size() && tokens[i].kind == Kind::word && lower(tokens[i]) == "as") ++i;
      if (i < tokens.size() && is_name(tokens[i]) && !is_keyword(tokens[i])) alias = bare_name(tokens[i++]);
      if (own.contains(table)) own_aliases_.insert(alias);
      if (own.contains(table)) continue;
      by_name_[alias][table] = as_written;
      all_[table] = as_written;
    } while (i < tokens.size() && is_sign(tokens[i], ","));
    --i;
  }
}

std::set<std::string> SqlTables::names() const {
  std::set<std::string> names;
  for (const auto& [name, as_written] : all_) names.insert(name);
  return names;
}

const SqlTables::Tables& SqlTables::behind(const std::string& name) const {
  static const Tables kNone;
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? kNone : found->second;
}

NamedColumns SqlTables::columns(std::span<const SqlAtom> atoms, const IsDeclared& is_declared) const {
  std::vector<SqlToken> expression;
  for (const SqlAtom& atom : atoms) expression.push_back(atom.token);
  NamedColumns named;
  named.name = atoms.empty() ? std::string("a value") : shown(atoms);
  named.alone = is_one_reference(expression);
  named.query_within = std::any_of(expression.begin(), expression.end(),
                                   [](const SqlToken& token) { return token.kind == Kind::word && lower(token) == "select"; });
  for (const Reference& reference : references(expression)) {
    named.refers = true;
    const bool bare = reference.qualifier.empty();
    const Tables& tables = bare ? all_ : behind(reference.qualifier);
    if (bare ? !own_aliases_.empty() : own_aliases_.contains(reference.qualifier)) named.may_be_own = true;
    for (const auto& [table, as_written] : tables) {
      const std::string key = table + "." + reference.name;
      if (!bare || tables.size() == 1 || is_declared(key)) named.all.push_back({as_written, reference.written, key});
    }
    if (tables.size() == 1 && named.alone) named.name = named.all.back().key;
  }
  return named;
}

std::optional<rows::ScopedTable> SqlTables::table(std::span<const SqlAtom> atoms) const {
  if (atoms.size() != 1 || !is_name(atoms[0].token)) return std::nullopt;
  const std::string name = bare_name(atoms[0].token);
  const Tables& tables = behind(name);
  if (tables.size() != 1 || own_aliases_.contains(name)) return std::nullopt;
  return rows::ScopedTable{tables.begin()->second, tables.begin()->first};
}

NamedInstant SqlTables::named(std::span<const SqlAtom> atoms, const rows::SourceForms& forms) const {
  NamedColumns columns = this->columns(atoms, [&](const std::string& key) { return forms.declared.contains(key); });
  NamedInstant named{forms.usual, std::move(columns.name), columns.alone, {}, columns.refers};
  if (columns.query_within) {
    named.form = forms.common();
    return named;
  }
  std::vector<rows::InstantForm> kept;
  for (NamedColumn& column : columns.all) {
    const std::size_t point = column.key.find('.');
    const auto& form = forms.form_of(column.key.substr(0, point), column.key.substr(point + 1));
    if (std::find(kept.begin(), kept.end(), form) == kept.end()) kept.push_back(form);
    named.columns.push_back({std::move(column.table), std::move(column.column), form, std::move(column.key)});
  }
  if (kept.size() > 1)
    throw Error(ErrorKind::invalid,
                fmt::format("{} mixes values that the source keeps as {} and as {}", named.name, kept[0].str(), kept[1].str()),
                "write {{instant(…)}} around each of them");
  if (!kept.empty()) named.form = kept.front();
  return named;
}

}  // namespace reportctl::catalog
