// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "sql_scan.hpp"

namespace reportctl::catalog {

/// A table whose rows a query may show to every account.
struct UnfencedTable {
  std::size_t offset = 0;
  bool is_nested = false;  ///< of a SELECT outside of FROM and WITH
  std::string instead_of;  ///< a WITH query that this dialect takes for another name than the table's; empty: none
};

/// The first one; nullopt: there is none.
///
/// A SELECT that reads tables is fenced when one of these stands in its WHERE, or in the ON of an inner join, as a condition of
/// its own or joined to others by AND: `column = :account` either way round, `:account = 'constant'`, `column IN (:account)`,
/// EXISTS or IN or = with a fenced SELECT; or when it reads a fenced subquery or WITH query otherwise than through an outer join.
/// Every arm of a UNION is looked at, what FROM and WITH read, and every SELECT in another place: there it is enough that a
/// column is compared by = with one of a SELECT around it, as a join would, or that the SELECT stands behind `column IN`.
/// Whether tables are joined by their keys is not looked at. A function in FROM counts as a table, unless :account is one of its
/// arguments or it is known to read none.
std::optional<UnfencedTable> unfenced_table(const SqlPieces&, rows::Dialect);

}  // namespace reportctl::catalog
