// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <set>
#include <string>

#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

/// Puts the views of a source before a statement that reads `tables`, and before `query.instants`: those that are read, and those
/// that they read themselves, first. `account_key`: `:account`, which the views of a source of one account may name.
/// Error(config) for a view that is no SELECT.
void add_source_views(rows::Query&, const std::set<std::string>& tables, const std::string& account_key,
                      const rows::SourceForms&);

}  // namespace reportctl::catalog
