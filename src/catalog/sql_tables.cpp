// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using Kind = SqlToken::Kind;

bool is_sign(const SqlToken& token, std::string_view sign) { return token.kind == Kind::sign && token.text == sign; }
bool is_name(const SqlToken& token) { return token.kind == Kind::word || token.kind == Kind::quoted_name; }
std::string lower(const SqlToken& token) { return to_lower(token.text); }

/// Words that follow a table and are no alias, or stand before a parenthesis and are no function.
bool is_keyword(const SqlToken& token) {
  static const std::set<std::string, std::less<>> kWords{
      "and",     "as",    "between", "by",     "case",   "cross",  "distinct", "else",    "end",       "except",  "fetch",
      "for",     "from",  "full",    "group",  "having", "in",     "inner",    "is",      "join",      "left",    "limit",
      "like",    "not",   "null",    "offset", "on",     "or",     "order",    "outer",   "over",      "right",   "select",
      "then",    "union", "using",   "when",   "where",  "window", "with",     "natural", "intersect", "indexed", "tablesample",
      "lateral", "only",  "filter",  "asc",    "desc",   "exists", "any",      "all"};
  return token.kind == Kind::word && kWords.contains(lower(token));
}

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

std::string shown(std::span<const SqlToken> tokens) {
  constexpr std::size_t kMost = 60;
  std::string text = written(tokens);
  if (text.size() > kMost) text = text.substr(0, kMost) + "...";
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

std::string with_sides_changed(const std::string& op) {
  std::string turned = op;
  for (char& c : turned) c = c == '<' ? '>' : c == '>' ? '<' : c;
  return op == "<>" ? op : turned;
}

bool is_operator(std::string_view op) {
  constexpr std::array<std::string_view, 8> kOperators{"<", ">", "<=", ">=", "=", "==", "<>", "!="};
  return std::find(kOperators.begin(), kOperators.end(), op) != kOperators.end();
}
bool is_operator_sign(const SqlToken& token) {
  return token.kind == Kind::sign && token.text.find_first_not_of("<>=!") == std::string_view::npos;
}

/// Where the operand that ends before `end` begins; `end` itself where none does.
std::size_t operand_begin(std::span<const SqlToken> tokens, std::size_t end) {
  std::size_t at = end;
  for (;;) {
    if (at == 0) return end;
    const SqlToken& last = tokens[at - 1];
    if (is_sign(last, ")")) {
      int depth = 0;
      for (; at > 0; --at) {
        if (is_sign(tokens[at - 1], ")")) ++depth;
        if (is_sign(tokens[at - 1], "(") && --depth == 0) break;
      }
      if (at == 0) return end;
      --at;
      if (at > 0 && is_name(tokens[at - 1]) && !is_keyword(tokens[at - 1])) --at;
    } else if (is_name(last) && !is_keyword(last)) {
      --at;
    } else {
      return end;
    }
    while (at > 1 && is_sign(tokens[at - 1], ".") && is_name(tokens[at - 2])) at -= 2;
    if (at == 0 || !is_sign(tokens[at - 1], "::")) return at;
    --at;
  }
}

/// Where the operand that begins with the first token ends; 0 where none does.
std::size_t operand_end(std::span<const SqlToken> tokens) {
  std::size_t at = 0;
  if (at < tokens.size() && is_name(tokens[at]) && !is_keyword(tokens[at])) {
    ++at;
    while (at + 1 < tokens.size() && is_sign(tokens[at], ".") && is_name(tokens[at + 1])) at += 2;
  }
  if (at < tokens.size() && is_sign(tokens[at], "(")) {
    int depth = 0;
    for (; at < tokens.size(); ++at) {
      if (is_sign(tokens[at], "(")) ++depth;
      if (is_sign(tokens[at], ")") && --depth == 0) return at + 1;
    }
    return 0;
  }
  return at;
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

NamedInstant SqlTables::named(std::span<const SqlToken> expression, const rows::SourceForms& forms) const {
  NamedInstant named{forms.usual, expression.empty() ? std::string("a value") : shown(expression), is_one_reference(expression)};
  std::vector<rows::InstantForm> kept;
  const auto add = [&](const rows::InstantForm& form) {
    if (std::find(kept.begin(), kept.end(), form) == kept.end()) kept.push_back(form);
  };
  const bool query_within =
      std::any_of(expression.begin(), expression.end(), [](const SqlToken& token) { return to_lower(token.text) == "select"; });
  if (query_within) {  // whose columns are not what it gives
    named.form = forms.common();
    return named;
  }
  for (const Reference& reference : references(expression)) {
    const bool alone = reference.qualifier.empty();
    const Tables& tables = alone ? all_ : behind(reference.qualifier);
    for (const auto& [table, as_written] : tables) {
      if (alone && tables.size() > 1 && !forms.declared.contains(table + "." + reference.name)) continue;
      add(forms.form_of(table, reference.name));
      named.columns.push_back(
          {as_written, reference.written, forms.form_of(table, reference.name), table + "." + reference.name});
    }
    if (tables.size() == 1 && named.column) named.name = named.columns.back().name;
  }
  if (kept.size() > 1)
    throw Error(ErrorKind::invalid,
                fmt::format("{} mixes values that the source keeps as {} and as {}", named.name, kept[0].str(), kept[1].str()),
                "write {{instant(…)}} around each of them");
  if (!kept.empty()) named.form = kept.front();
  return named;
}

NamedInstant SqlTables::named(const SqlPieces& expression, const rows::SourceForms& forms) const {
  if (expression.size() == 1 && expression.front().kind == SqlPiece::Kind::text) return named(expression.front().tokens, forms);
  std::vector<SqlToken> tokens;
  for (const SqlPiece& piece : expression)  // what a macro gives has no columns
    if (piece.kind == SqlPiece::Kind::text) tokens.insert(tokens.end(), piece.tokens.begin(), piece.tokens.end());
  return named(tokens, forms);
}

bool continues_expression(const SqlToken& token) {
  return token.kind == Kind::sign && (token.text == "::" || token.text.find_first_of("+-*/%|&~.^#@") != std::string_view::npos);
}

std::optional<Comparison> comparison_before(std::span<const SqlToken> tokens) {
  std::size_t end = tokens.size();
  std::string op;
  while (end > 0 && is_operator_sign(tokens[end - 1])) op.insert(0, tokens[--end].text);
  if (op.empty() && end > 0 && tokens[end - 1].kind == Kind::word && lower(tokens[end - 1]) == "between") {
    op = "between";
    --end;
  } else if (!is_operator(op)) {
    return std::nullopt;
  }
  const std::size_t begin = operand_begin(tokens, end);
  if (begin == end || (begin > 0 && continues_expression(tokens[begin - 1]))) return std::nullopt;
  return Comparison{tokens.subspan(begin, end - begin), op};
}

std::optional<Comparison> comparison_behind(std::span<const SqlToken> tokens) {
  std::size_t begin = 0;
  std::string op;
  while (begin < tokens.size() && is_operator_sign(tokens[begin])) op += tokens[begin++].text;
  if (!is_operator(op)) return std::nullopt;
  const auto operand = tokens.subspan(begin);
  const std::size_t size = operand_end(operand);
  if (size == 0 || (size < operand.size() && continues_expression(operand[size]))) return std::nullopt;
  return Comparison{operand.subspan(0, size), with_sides_changed(op)};
}

}  // namespace reportctl::catalog
