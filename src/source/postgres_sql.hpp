// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reportctl::source {

/// A statement in PostgreSQL's own spelling of parameters.
struct NumberedSql {
  std::string text;                ///< `$1`, `$2`, … for `:name`; the same name is the same number
  std::vector<std::string> names;  ///< by number
  bool has_anonymous = false;      ///< a `$1` was written there already
  bool adds_up = false;            ///< sum() or avg() is called somewhere
  bool reads = false;              ///< starts like a query: SELECT, WITH, VALUES, TABLE or a parenthesis
};

/// Follows PostgreSQL's lexical rules (standard_conforming_strings on) as far as it takes to tell code from literals, quoted
/// names and comments. Never throws on bad input: the server's parser has the last word.
NumberedSql number_parameters(std::string_view sql);

/// `{"a","b"}`: an array's text form, every element quoted.
std::string array_literal(const std::vector<std::string>& values);

}  // namespace reportctl::source
