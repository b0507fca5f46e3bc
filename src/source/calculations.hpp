// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <vector>

#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::source {

/// Tokens of a statement that calculate: `a - b * 2` as a whole, or what round(), ceil(), floor(), trunc() and a cast to an
/// integer get. Left out is what a function of the server makes a moment of, or a number of a moment (to_timestamp, extract,
/// date_part).
struct Calculation {
  std::size_t first;
  std::size_t last;
};
std::vector<Calculation> calculations_in(const std::vector<rows::SqlToken>&);

}  // namespace reportctl::source
