// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>

#include "sql_scan.hpp"

namespace reportctl::catalog {

/// The first table whose rows a query may show to every account; nullopt: there is none.
///
/// A SELECT that reads tables is fenced when one of these stands in its WHERE, or in the ON of an inner join, as a condition of
/// its own or joined to others by AND: `column = :account` either way round, `:account = 'constant'`, `column IN (:account)`,
/// EXISTS or IN or = with a fenced SELECT; or when it reads a fenced subquery or WITH query otherwise than through an outer join.
/// Every arm of a UNION is looked at, and what FROM and WITH read; subqueries in other places are not, and neither is whether
/// tables are joined by their keys. A function in FROM counts as a table, unless :account is one of its arguments or it is known
/// to read none.
std::optional<std::size_t> unfenced_table(const SqlPieces&);

}  // namespace reportctl::catalog
