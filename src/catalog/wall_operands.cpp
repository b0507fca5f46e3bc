// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "wall_operands.hpp"

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using TokenKind = RuleToken::Kind;

/// Signs that bind more tightly than `=` in every dialect.
constexpr std::string_view kTightSigns = " . || + - * / % :: -> ->> ";
constexpr std::string_view kNoColumn = " null true false as and or not case when then else end ";

}  // namespace

std::string unquoted(const RuleToken& token) {
  const std::string& written = token.written;
  const bool is_quoted = written.size() > 1 && std::string_view("\"`[").find(written.front()) != std::string_view::npos;
  return is_quoted ? written.substr(1, written.size() - 2) : written;
}

void Fence::join(const Fence& other) {
  if (other.state == State::fenced) state = State::fenced;
  if (other.state != State::correlated || (state != State::open && state != State::correlated)) return;
  depth = state == State::open ? other.depth : std::min(depth, other.depth);
  state = State::correlated;
}

std::string WallOperands::key(std::size_t i) const {
  std::string name = unquoted(tokens_[i]);
  switch (dialect_) {
    case rows::Dialect::sqlite:
    case rows::Dialect::duckdb:
      return to_lower(name);
    case rows::Dialect::postgresql:
      return name == tokens_[i].written ? to_lower(name) : name;
    case rows::Dialect::mariadb:
    case rows::Dialect::clickhouse:
      break;
  }
  return name;
}

bool WallOperands::begins_query(std::size_t i) const {
  if (is(i, "from")) return i < 2 || !is(i - 2, "trim");
  if (is(i, "table") || is(i, "pivot") || is(i, "unpivot")) return is_name(i + 1);
  return is(i, "select") || is(i, "with") || is(i, "values");
}

bool WallOperands::is_account(Span span) const {
  if (tokens_.is_enclosed(span)) return is_account(tokens_.inside(span.begin, span.end));
  if (is(span.begin, "cast") && tokens_.is_enclosed({span.begin + 1, span.end})) {
    const Span inner = tokens_.inside(span.begin + 1, span.end);
    return is_account({inner.begin, tokens_.find(inner, [&](std::size_t i) { return is(i, "as"); })});
  }
  if (span.begin >= span.end || !tokens_.is_bind(span.begin, "account")) return false;
  return span.begin + 1 == span.end || (is(span.begin + 1, "::") && is_operand({span.begin + 2, span.end}));
}

bool WallOperands::names_something(Span span) const {
  if (!is_operand(span)) return false;
  if (span.begin + 1 == span.end && tokens_[span.begin].kind == TokenKind::constant) return true;
  bool named = false;
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (tokens_.is_bind(i, "account")) return false;
    named = named || is_column(i);
  }
  return named;
}

int WallOperands::correlation(Span left, Span right, const Around& around) const {
  if (names_own(left, around)) return depth_of(right, around);
  return names_own(right, around) ? depth_of(left, around) : around.depth;
}

bool WallOperands::is_column(std::size_t i) const {
  const bool is_function = is(i + 1, "(") && tokens_[i].kind == TokenKind::word;
  return is_name(i) && !is_function && !is_one_of(kNoColumn, tokens_.word(i));
}

/// Names, constants, calls and parentheses, with one sign between each two: `a XOR b = :account` and `:account = a NOTNULL` are
/// other conditions than they seem.
bool WallOperands::is_operand(Span span) const {
  bool wanted = true;
  for (std::size_t i = span.begin; i < span.end; i = tokens_.next(i, span.end)) {
    const bool sign = tokens_[i].kind == TokenKind::sign;
    if (is(i, "(")) {
      if (!wanted && (!is_name(i - 1) || is_one_of(" any all some ", tokens_.word(i - 1)))) return false;
      wanted = false;
      continue;
    }
    if (sign ? wanted || !is_one_of(kTightSigns, tokens_[i].text) : !wanted) return false;
    wanted = sign;
  }
  return !wanted;
}

/// Of the outermost SELECT whose column stands in it.
int WallOperands::depth_of(Span span, const Around& around) const {
  int depth = around.depth;
  if (!is_operand(span)) return depth;
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (!is_name(i) || !is(i + 1, ".") || (i > 0 && is(i - 1, "."))) continue;
    if (const auto table = around.tables.find(key(i)); table != around.tables.end()) depth = std::min(depth, table->second);
  }
  return depth;
}

/// Columns of this SELECT, and of none around it or within it.
bool WallOperands::names_own(Span span, const Around& around) const {
  if (!is_operand(span) || depth_of(span, around) < around.depth) return false;
  for (std::size_t i = span.begin; i < span.end; i = is(i, "(") && begins_query(i + 1) ? tokens_.next(i, span.end) : i + 1)
    if (is_column(i)) return true;
  return false;
}

}  // namespace reportctl::catalog
