// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_atoms.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using Kind = SqlToken::Kind;
using Atoms = std::span<const SqlAtom>;

bool is_word(Atoms atoms, std::size_t i, std::string_view word) {
  return i < atoms.size() && atoms[i].token.kind == Kind::word && lower(atoms[i].token) == word;
}
bool is_sign_at(Atoms atoms, std::size_t i, std::string_view sign) { return i < atoms.size() && is_sign(atoms[i].token, sign); }
bool is_operand_name(const SqlAtom& atom) { return is_name(atom.token) && !is_keyword(atom.token); }

/// Or a macro.
bool is_constant(const SqlAtom& atom) { return atom.token.kind == Kind::literal || atom.token.kind == Kind::number; }

bool is_operator(Atoms atoms, std::size_t i) {
  constexpr std::array<std::string_view, 8> kOperators{"<", ">", "<=", ">=", "=", "==", "<>", "!="};
  return i < atoms.size() && atoms[i].token.kind == Kind::sign &&
         std::find(kOperators.begin(), kOperators.end(), atoms[i].token.text) != kOperators.end();
}

/// It makes its neighbour a part of a longer expression: `+`, `||`, `::`, COLLATE, …
bool continues_expression(Atoms atoms, std::size_t i) {
  if (i >= atoms.size()) return false;
  const SqlToken& token = atoms[i].token;
  if (token.kind == Kind::word) return lower(token) == "collate" || lower(token) == "at";
  return token.kind == Kind::sign && (token.text == "::" || token.text.find_first_of("+-*/%|&~.^#@[") != std::string_view::npos ||
                                      token.text == "<<" || token.text == ">>");
}

std::string with_sides_changed(std::string_view op) {
  std::string turned(op);
  for (char& c : turned) c = c == '<' ? '>' : c == '>' ? '<' : c;
  return op == "<>" ? std::string(op) : turned;
}

/// Where the group begins that ends with the atom at `last`: `(` of `)`, CASE of END; `last` + 1 when nothing does.
std::size_t group_begin(Atoms atoms, std::size_t last) {
  int depth = 0;
  for (std::size_t i = last + 1; i-- > 0;) {
    if (is_sign_at(atoms, i, ")") || is_word(atoms, i, "end")) ++depth;
    if ((is_sign_at(atoms, i, "(") || is_word(atoms, i, "case")) && --depth == 0) return i;
  }
  return last + 1;
}
/// One behind the group that begins there; `begin` when it never ends.
std::size_t group_end(Atoms atoms, std::size_t begin) {
  int depth = 0;
  for (std::size_t i = begin; i < atoms.size(); ++i) {
    if (is_sign_at(atoms, i, "(") || is_word(atoms, i, "case")) ++depth;
    if ((is_sign_at(atoms, i, ")") || is_word(atoms, i, "end")) && --depth == 0) return i + 1;
  }
  return begin;
}

/// Where the operand that ends before `end` begins; `end` itself where none does.
std::size_t operand_begin(Atoms atoms, std::size_t end) {
  std::size_t at = end;
  for (;;) {
    if (at == 0) return end;
    const std::size_t last = at - 1;
    if (is_sign_at(atoms, last, ")") || is_word(atoms, last, "end")) {
      at = group_begin(atoms, last);
      if (at > last) return end;
      if (is_sign_at(atoms, at, "(") && at > 0 && is_operand_name(atoms[at - 1])) --at;
    } else if (is_operand_name(atoms[last]) || is_constant(atoms[last])) {
      --at;
    } else {
      return end;
    }
    while (at > 1 && is_sign_at(atoms, at - 1, ".") && is_name(atoms[at - 2].token)) at -= 2;
    if (at == 0 || !is_sign_at(atoms, at - 1, "::")) return at;
    --at;
  }
}

/// One behind the operand that begins there; `begin` where none does.
std::size_t operand_end(Atoms atoms, std::size_t begin) {
  std::size_t at = begin;
  if (at < atoms.size() && is_constant(atoms[at])) return at + 1;
  if (is_word(atoms, at, "case")) return group_end(atoms, at);
  if (at < atoms.size() && is_operand_name(atoms[at])) {
    ++at;
    while (at + 1 < atoms.size() && is_sign_at(atoms, at, ".") && is_name(atoms[at + 1].token)) at += 2;
  }
  if (!is_sign_at(atoms, at, "(")) return at;
  const std::size_t end = group_end(atoms, at);
  return end == at ? begin : end;
}

/// The parenthesis in which the atom stands; size() outside of any.
std::size_t enclosing(Atoms atoms, std::size_t i) {
  int depth = 0;
  while (i-- > 0) {
    if (is_sign_at(atoms, i, ")")) ++depth;
    if (is_sign_at(atoms, i, "(") && --depth < 0) return i;
  }
  return atoms.size();
}

/// The AND before the atom is the second half of a BETWEEN.
bool closes_between(Atoms atoms, std::size_t i) {
  int depth = 0;
  if (i == 0 || !is_word(atoms, i - 1, "and")) return false;
  for (--i; i-- > 0;) {
    if (is_sign_at(atoms, i, ")") || is_word(atoms, i, "end")) ++depth;
    if ((is_sign_at(atoms, i, "(") || is_word(atoms, i, "case")) && --depth < 0) return false;
    if (depth > 0) continue;
    for (const std::string_view word : {"and", "or", "where", "when", "on", "having", "select"})
      if (is_word(atoms, i, word)) return false;
    if (is_word(atoms, i, "between")) return true;
  }
  return false;
}

}  // namespace

SqlAtoms atoms_of(const SqlPieces& pieces) {
  SqlAtoms atoms;
  std::string_view gap;
  for (const SqlPiece& piece : pieces) {
    if (piece.kind != SqlPiece::Kind::text) {
      const Kind kind = piece.kind == SqlPiece::Kind::bind ? Kind::bind : Kind::literal;
      atoms.all.push_back({{kind, piece.text}, &piece, gap, piece.text});
      gap = {};
      continue;
    }
    std::size_t behind = 0;
    for (const SqlToken& token : piece.tokens) {
      const auto at = static_cast<std::size_t>(token.text.data() - piece.text.data());
      atoms.all.push_back({token, nullptr, piece.text.substr(behind, at - behind), token.text});
      behind = at + token.text.size();
    }
    gap = piece.text.substr(behind);
  }
  atoms.tail = gap;
  return atoms;
}

bool is_sign(const SqlToken& token, std::string_view sign) { return token.kind == Kind::sign && token.text == sign; }
bool is_name(const SqlToken& token) { return token.kind == Kind::word || token.kind == Kind::quoted_name; }
std::string lower(const SqlToken& token) { return to_lower(token.text); }

bool is_keyword(const SqlToken& token) {
  static const std::set<std::string, std::less<>> kWords{
      "and",     "as",    "between", "by",     "case",   "cross",  "distinct", "else",    "end",       "except",  "fetch",
      "for",     "from",  "full",    "group",  "having", "in",     "inner",    "is",      "join",      "left",    "limit",
      "like",    "not",   "null",    "offset", "on",     "or",     "order",    "outer",   "over",      "right",   "select",
      "then",    "union", "using",   "when",   "where",  "window", "with",     "natural", "intersect", "indexed", "tablesample",
      "lateral", "only",  "filter",  "asc",    "desc",   "exists", "any",      "all",     "glob",      "collate"};
  return token.kind == Kind::word && kWords.contains(lower(token));
}

std::optional<Comparison> comparison_at(std::span<const SqlAtom> atoms, std::size_t bind) {
  std::size_t sign = bind;
  if (bind > 0 && (is_operator(atoms, bind - 1) || is_word(atoms, bind - 1, "between") || is_word(atoms, bind - 1, "in")))
    sign = bind - 1;
  if (bind > 0 && !atoms[bind].is_bind()) {
    if (is_word(atoms, bind - 1, "is")) sign = bind - 1;
    if (bind > 1 && is_word(atoms, bind - 1, "not") && is_word(atoms, bind - 2, "is")) sign = bind - 2;
  }
  if (sign < bind) {
    const std::size_t begin = operand_begin(atoms, sign);
    const bool longer = begin > 0 && continues_expression(atoms, begin - 1);
    if (begin == sign || longer || continues_expression(atoms, bind + 1)) return std::nullopt;
    return Comparison{begin, sign, sign, lower(atoms[sign].token)};
  }
  if (!is_operator(atoms, bind + 1) || (bind > 0 && continues_expression(atoms, bind - 1))) return std::nullopt;
  const std::size_t end = operand_end(atoms, bind + 2);
  if (end == bind + 2 || continues_expression(atoms, end)) return std::nullopt;
  return Comparison{bind + 2, end, bind + 1, with_sides_changed(atoms[bind + 1].token.text)};
}

std::optional<std::size_t> upper_half(std::span<const SqlAtom> atoms, const Comparison& lower, std::size_t bind) {
  const auto is_word_of = [&](std::size_t i, std::initializer_list<std::string_view> words) {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return is_word(atoms, i, word); });
  };
  const std::size_t begin = std::min(lower.begin, bind);
  const std::size_t end = std::max(lower.end, bind + 1);
  const std::size_t second = end + 1 + lower.end - lower.begin + 1;
  const auto upper = lower.op == ">=" && is_word(atoms, end, "and") && second < atoms.size() && atoms[second].is_bind()
                         ? comparison_at(atoms, second)
                         : std::nullopt;
  if (!upper || upper->op != "<" || upper->begin != end + 1) return std::nullopt;
  const bool same = std::equal(atoms.begin() + lower.begin, atoms.begin() + lower.end, atoms.begin() + upper->begin,
                               [](const SqlAtom& a, const SqlAtom& b) { return !a.piece && !b.piece && a.written == b.written; });
  const bool starts = begin == 0 || is_sign_at(atoms, begin - 1, "(") ||
                      (is_word_of(begin - 1, {"where", "and", "or", "on", "when", "having"}) && !closes_between(atoms, begin));
  const bool ends = second + 1 == atoms.size() || is_sign_at(atoms, second + 1, ")") ||
                    is_word_of(second + 1, {"and", "or", "group", "order", "having", "limit", "then", "union"});
  return same && starts && ends ? std::optional(second) : std::nullopt;
}

bool is_listed(std::span<const SqlAtom> atoms, std::size_t bind) {
  const std::size_t open = enclosing(atoms, bind);
  const bool alone = bind > 0 && (bind - 1 == open || is_sign_at(atoms, bind - 1, ",")) &&
                     (is_sign_at(atoms, bind + 1, ",") || is_sign_at(atoms, bind + 1, ")"));
  return open < atoms.size() && open > 0 && is_word(atoms, open - 1, "in") && alone;
}

bool is_compared(std::span<const SqlAtom> atoms, std::size_t bind) {
  const auto compares = [&](std::size_t i) {
    for (const std::string_view word : {"like", "ilike", "glob", "between", "in", "is"})
      if (is_word(atoms, i, word)) return true;
    return is_operator(atoms, i);
  };
  if ((bind > 0 && compares(bind - 1)) || compares(bind + 1) || closes_between(atoms, bind) || is_listed(atoms, bind))
    return true;
  if (bind > 1 && is_word(atoms, bind - 1, "from") && is_word(atoms, bind - 2, "distinct")) return true;
  // `x >= (:from)`, `(x, y) > (:from, 0)`
  const std::size_t open = enclosing(atoms, bind);
  if (open >= atoms.size() || (open > 0 && is_operand_name(atoms[open - 1]))) return false;
  for (std::size_t i = open; i < bind; ++i)
    if (is_word(atoms, i, "select") || is_word(atoms, i, "case")) return false;
  return (open > 0 && compares(open - 1)) || compares(group_end(atoms, open));
}

}  // namespace reportctl::catalog
