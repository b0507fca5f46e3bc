// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "connection.hpp"

namespace reportctl::store {

/// While it lives, tables may be emptied and made anew: a row takes nothing along that points at it, and what a transaction has
/// changed need not fit into memory. Made and ended outside of transactions. What changes the first page comes first, as the
/// schema and the list of free pages do: see journal.cpp.
class WholeTables {
 public:
  explicit WholeTables(Connection& connection);
  ~WholeTables();
  WholeTables(const WholeTables&) = delete;
  WholeTables& operator=(const WholeTables&) = delete;
  /// Error(state) where a row points at one that does not exist.
  void require_whole() const;

 private:
  Connection& connection_;
};

}  // namespace reportctl::store
