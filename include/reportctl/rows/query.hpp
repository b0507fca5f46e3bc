// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "reportctl/rows/cell.hpp"
#include "reportctl/rows/dialect.hpp"

namespace reportctl::rows {

/// A value for a named parameter (`:account`). Lists are bound as one value (JSON array in SQLite, array in PostgreSQL), so any
/// length works.
struct Bind {
  std::string name;  ///< without the colon
  std::variant<std::monostate, std::int64_t, std::string, std::vector<std::string>> value;
};

/// A statement for one kind of source: text without a single spliced value, what to bind, and the columns it must give, in order.
struct Query {
  std::string sql;
  std::vector<Bind> binds;
  Columns columns;
};

}  // namespace reportctl::rows
