// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::catalog {

/// A stretch of a module's SQL. Literals, quoted names and comments are always plain text.
struct SqlPiece {
  enum class Kind { text, bind, macro };
  Kind kind = Kind::text;
  std::size_t offset = 0;                        ///< in the scanned text
  std::string_view text;                         ///< as written; of a bind or macro: its name
  std::vector<std::vector<SqlPiece>> arguments;  ///< macro
  std::vector<rows::SqlToken> tokens = {};       ///< text
};
using SqlPieces = std::vector<SqlPiece>;

using rows::SqlProblem;
using rows::SqlToken;

/// What a text means to one dialect. Views point into the scanned text.
struct SqlScan {
  SqlPieces pieces;
  std::string_view first_word;  ///< outside comments; empty when the text does not start with a word
  bool has_comment = false;
  std::vector<SqlProblem>
      problems;  ///< unfinished literals, unbalanced parentheses, `;`, parameters not written `:name`, broken macros
};

/// Never throws on bad input, and refuses what is too long.
SqlScan scan_sql(std::string_view text, rows::Dialect);

/// Every bind and macro, arguments included, in order of appearance.
std::vector<const SqlPiece*> marks(const SqlPieces&);

}  // namespace reportctl::catalog
