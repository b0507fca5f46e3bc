// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sql_scan.hpp"

namespace reportctl::catalog {

/// A word of a query for rules that look at its grammar: no space, no comment, and a macro as a whole.
struct RuleToken {
  enum class Kind { word, quoted, constant, bind, macro, sign };
  Kind kind;
  std::string text;  ///< in lower case, but for quoted names
  std::size_t offset;
  std::string written = {};
};
using RuleTokens = std::vector<RuleToken>;

RuleTokens rule_tokens(const SqlPieces&);

}  // namespace reportctl::catalog
