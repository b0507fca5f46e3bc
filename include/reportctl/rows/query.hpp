// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "reportctl/rows/cell.hpp"
#include "reportctl/rows/dialect.hpp"
#include "reportctl/rows/instant_form.hpp"

namespace reportctl::rows {

/// A value for a named parameter (`:account`). Lists are bound as one value (JSON array in SQLite, array in PostgreSQL), so any
/// length works.
struct Bind {
  std::string name;  ///< without the colon
  std::variant<std::monostate, std::int64_t, std::string, std::vector<std::string>> value;
};

/// A column whose values a query takes for instants.
struct InstantColumn {
  std::string table;   ///< as the query writes it: with its schema and its quotes
  std::string column;  ///< the same
  InstantForm form;
  std::string name = {};  ///< for messages and declarations: `orders.placed_at`
  bool operator==(const InstantColumn&) const = default;
};

/// A column that a query hands to {{truth(…)}}.
struct BooleanColumn {
  std::string table;  ///< as InstantColumn has them
  std::string column;
  BooleanForm form;
  std::string name = {};
  bool operator==(const BooleanColumn&) const = default;
};

/// A column that a query compares with a constant, where the source compares text with numbers without a word.
struct ComparedColumn {
  std::string table;  ///< as InstantColumn has them
  std::string column;
  std::string constant;  ///< as it is written
  std::string name = {};
  bool operator==(const ComparedColumn&) const = default;
};

/// A table whose declared columns of accounts and sites a query uses ({{in_scope(…)}}).
struct ScopedTable {
  std::string table;  ///< as InstantColumn has it
  std::string name;   ///< as the source contract has it
  bool operator==(const ScopedTable&) const = default;
};

/// A statement for one kind of source: text without a single spliced value, what to bind, and the columns it must give, in order.
struct Query {
  std::string sql;
  std::vector<Bind> binds;
  Columns columns;
  std::vector<InstantColumn> instants = {};   ///< what a source that has no types has to look at
  std::vector<BooleanColumn> booleans = {};   ///< for `source check`
  std::vector<ComparedColumn> compared = {};  ///< what an index may leave out
  std::vector<ScopedTable> scoped = {};       ///< for `source check`
  std::string views = {};  ///< `WITH … AS (…), … `: what `instants` and `compared` may need before their own SELECT
};

}  // namespace reportctl::rows
