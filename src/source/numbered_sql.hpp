// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reportctl/rows/dialect.hpp"

namespace reportctl::source {

/// A statement in the spelling that PostgreSQL and DuckDB have for parameters.
struct NumberedSql {
  std::string text;                ///< `$1`, `$2`, … for `:name`; the same name is the same number
  std::vector<std::string> names;  ///< by number
  bool has_anonymous = false;      ///< a `$1` was written there already
  bool adds_up = false;            ///< `checked` differs from `text`
  bool reads = false;              ///< starts like a query: SELECT, WITH, VALUES, TABLE or a parenthesis
  /// The same statement, but the server refuses it where what sum() or avg() gets is a binary number; the sum is named in a
  /// comment behind kAddsUp, where the server says that it failed. DuckDB refuses it when it runs (rows::kRefusedSum). It costs
  /// nothing.
  std::string checked;
  /// PostgreSQL: the statement with a check of the same kind around what it calculates with, for the server to parse and never to
  /// run: everything at once, then one by one, each wherever it stands.
  std::vector<std::string> calculating;
};
inline constexpr std::string_view kAddsUp = "pg_catalog.scale(/*";
inline constexpr std::string_view kCalculates = "pg_catalog.scale(/* ";

/// Never throws on bad input: the server's parser has the last word.
NumberedSql number_parameters(std::string_view sql, rows::Dialect = rows::Dialect::postgresql);

/// `{"a","b"}`: an array's text form, every element quoted.
std::string array_literal(const std::vector<std::string>& values);

}  // namespace reportctl::source
