// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql_scan.hpp"

namespace reportctl::catalog {

/// A token, a bind or a macro as a whole, in the order in which they stand.
struct SqlAtom {
  SqlToken token;            ///< of a macro: a literal
  const SqlPiece* piece;     ///< bind and macro; else null
  std::string_view gap;      ///< blanks and comments before it
  std::string_view written;  ///< as it is written
  [[nodiscard]] bool is_bind() const { return piece != nullptr && piece->kind == SqlPiece::Kind::bind; }
  [[nodiscard]] bool is_macro() const { return piece != nullptr && piece->kind == SqlPiece::Kind::macro; }
};
struct SqlAtoms {
  std::vector<SqlAtom> all;
  std::string_view tail;  ///< blanks and comments behind the last one
};
SqlAtoms atoms_of(const SqlPieces&);

bool is_sign(const SqlToken&, std::string_view sign);
bool is_name(const SqlToken&);
/// Words that follow a table and are no alias, or stand before a parenthesis and are no function.
bool is_keyword(const SqlToken&);
/// In lower case.
std::string lower(const SqlToken&);

/// What stands on the other side of a comparison with a bind.
struct Comparison {
  std::size_t begin;  ///< the operand's atoms
  std::size_t end;
  std::size_t sign;  ///< the atom of the operator
  std::string op;    ///< with the operand on its left; `between` where the bind is the first of two
  [[nodiscard]] bool is_behind() const { return begin > sign; }
};
/// `x.at >= :from`, `:from <= x.at`, `CASE … END BETWEEN :from AND :to`; `bind` may be another constant, or the parenthesis
/// behind IN. nullopt where the bind is a part of a longer expression, or stands in no comparison, or in one that is not
/// understood.
std::optional<Comparison> comparison_at(std::span<const SqlAtom>, std::size_t bind);
/// The bind of `AND x.at < :to` right behind `x.at >= :from`, with the same x.at, where the two are a condition of their own.
std::optional<std::size_t> upper_half(std::span<const SqlAtom>, const Comparison& lower, std::size_t bind);
/// A comparison has to do with the bind, whether comparison_at() understands it or not: an operator beside it, LIKE, IS, BETWEEN,
/// or a list behind IN.
bool is_compared(std::span<const SqlAtom>, std::size_t bind);
/// The bind is an element of the list behind IN.
bool is_listed(std::span<const SqlAtom>, std::size_t bind);

}  // namespace reportctl::catalog
