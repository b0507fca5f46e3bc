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
  /// The tables that `name` stands for, as an alias or as itself.
  [[nodiscard]] const std::set<std::string>& tables(std::string_view name) const;
  [[nodiscard]] const std::set<std::string>& all() const { return all_; }

 private:
  void read(const std::vector<SqlToken>&);
  std::map<std::string, std::set<std::string>> by_name_;  ///< lower case
  std::set<std::string> all_;
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
