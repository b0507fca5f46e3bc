// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sql_operands.hpp"

namespace reportctl::source {

/// A statement as a database with words of its own takes it.
struct RewrittenSql {
  std::string text;                ///< without comments: there are several ways to read one
  std::vector<std::string> names;  ///< of the parameters, in the order in which they stand
  std::string problem = {};        ///< why it is no query for a report; empty: it may be one
  std::string hint = {};

  /// Takes the statement, without comments and semicolons; `parameter`: what stands for one of that name.
  void write(const std::string& sql, rows::Dialect, const std::function<std::string(std::string_view name)>& parameter);
};

/// Refused wherever they stand: they write, wait, or reach for what a report must not have.
struct ForbiddenSql {
  std::string_view words;   ///< any of them, between blanks
  std::string_view behind;  ///< the word or sign that has to follow; empty: none has to
  const char* problem;
};

/// What other databases call a type, and what it is called behind CAST … AS here.
struct TypeNames {
  std::string_view words;  ///< any of them, between blanks
  const char* here;
  bool has_digits = false;  ///< a length or digits in parentheses may follow
};

/// Rewrites a statement for a database whose arithmetic, types or words differ. Never throws on bad input: the server's parser
/// has the last word.
class SqlRewriter : public SqlOperands {
 public:
  using SqlOperands::SqlOperands;

 protected:
  /// Why the statement is no query for a report, and a hint; empty where it may be one. `signs`: those that the database reads in
  /// a way of its own.
  [[nodiscard]] std::pair<std::string, std::string> reading_problem(std::span<const ForbiddenSql>, std::string_view signs) const;
  /// Of the parentheses of a CAST. `decimal`: a decimal without digits.
  void name_type(std::size_t open, std::size_t close, std::span<const TypeNames>, const char* decimal);
  /// Whether an operand of arithmetic is a decimal or a binary number for sure.
  [[nodiscard]] bool has_fraction(std::size_t first, std::size_t last) const;
  /// Of an argument that is a CAST to an exact type, or a number.
  [[nodiscard]] bool is_exact(std::size_t first, std::size_t last) const;

 private:
  [[nodiscard]] bool call_has_fraction(std::size_t open, std::size_t close) const;
};

}  // namespace reportctl::source
