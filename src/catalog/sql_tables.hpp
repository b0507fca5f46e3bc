// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "reportctl/rows/query.hpp"
#include "sql_atoms.hpp"

namespace reportctl::catalog {

/// A column that an expression of a query names.
struct NamedColumn {
  std::string table;   ///< as the query writes it
  std::string column;  ///< the same
  std::string key;     ///< `orders.placed_at`, as it would be declared
};
struct NamedColumns {
  std::string name;           ///< of the expression, for messages: `orders.placed_at`, or as it is written
  bool alone = false;         ///< the expression is one column as it stands
  bool refers = false;        ///< to columns of any kind, tables of the query itself included
  bool query_within = false;  ///< whose columns are not what it gives
  bool may_be_own = false;    ///< of a table of the query itself, with the same alias or none
  std::vector<NamedColumn> all;
};

/// An expression of a query that stands for an instant, and how its source keeps it.
struct NamedInstant {
  rows::InstantForm form;
  std::string name;                               ///< for messages: `orders.placed_at`, or as it is written
  bool column = false;                            ///< a column as it stands: an index may serve it
  std::vector<rows::InstantColumn> columns = {};  ///< what it is made of
  bool refers = false;                            ///< to columns of any kind, tables of the query itself included
};

/// Which tables a query reads, and under which names.
class SqlTables {
 public:
  explicit SqlTables(const SqlPieces&);
  /// Error(invalid) where the expression's columns are kept in different ways. What a macro gives has no columns.
  [[nodiscard]] NamedInstant named(std::span<const SqlAtom> expression, const rows::SourceForms&) const;
  /// A name without its table is a column of each table where the key is declared, or of the only one.
  using IsDeclared = std::function<bool(const std::string& key)>;
  [[nodiscard]] NamedColumns columns(std::span<const SqlAtom> expression, const IsDeclared&) const;
  /// Of an expression that is one name, and stands for one table of the source; nullopt of any other.
  [[nodiscard]] std::optional<rows::ScopedTable> table(std::span<const SqlAtom> expression) const;
  [[nodiscard]] std::set<std::string> names() const;  ///< of tables, in lower case

 private:
  /// Tables by name, in lower case, and as they are written.
  using Tables = std::map<std::string, std::string>;
  void read(const std::vector<SqlToken>&);
  /// Those that a name stands for, as an alias or as itself.
  [[nodiscard]] const Tables& behind(const std::string& name) const;

  std::map<std::string, Tables> by_name_;  ///< by alias, in lower case
  Tables all_;
  std::set<std::string> own_aliases_;  ///< of tables of the query itself
};

}  // namespace reportctl::catalog
