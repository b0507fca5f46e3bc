// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "reportctl/rows/query.hpp"
#include "sql_scan.hpp"

namespace reportctl::catalog {

/// An expression of a query that stands for an instant, and how its source keeps it.
struct NamedInstant {
  rows::InstantForm form;
  std::string name;                               ///< for messages: `orders.placed_at`, or as it is written
  bool column = false;                            ///< a column as it stands: an index may serve it
  std::vector<rows::InstantColumn> columns = {};  ///< what it is made of
};

/// Which tables a query reads, and under which names.
class SqlTables {
 public:
  explicit SqlTables(const SqlPieces&);
  /// Error(invalid) where the expression's columns are kept in different ways.
  [[nodiscard]] NamedInstant named(std::span<const SqlToken> expression, const rows::SourceForms&) const;
  [[nodiscard]] NamedInstant named(const SqlPieces& expression, const rows::SourceForms&) const;
  [[nodiscard]] std::set<std::string> names() const;  ///< of tables, in lower case

 private:
  /// Tables by name, in lower case, and as they are written.
  using Tables = std::map<std::string, std::string>;
  void read(const std::vector<SqlToken>&);
  /// Those that a name stands for, as an alias or as itself.
  [[nodiscard]] const Tables& behind(const std::string& name) const;

  std::map<std::string, Tables> by_name_;  ///< by alias, in lower case
  Tables all_;
};

/// What a text compares with the bound that follows it, or the one before it.
struct Comparison {
  std::span<const SqlToken> expression;
  std::string op;  ///< with the expression on its left; `between` where the bound is the first of two
};
/// `… x.at >=`
std::optional<Comparison> comparison_before(std::span<const SqlToken>);
/// `<= x.at …`
std::optional<Comparison> comparison_behind(std::span<const SqlToken>);
/// A sign that makes its neighbour a part of a longer expression: `+`, `||`, `::`, …
bool continues_expression(const SqlToken&);

}  // namespace reportctl::catalog
