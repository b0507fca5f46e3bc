// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/catalog/catalog.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::catalog {

/// What is known of a report of which there is only a query yet.
struct Draft {
  std::string id;
  std::string query;  ///< one SELECT; a `;` at its end is taken away
  bool single_tenant = false;
  rows::Columns columns = {};  ///< empty: not known yet
  bool by_values = true;       ///< false: no row told what calculated columns hold
};

/// The text of a module for it, whose scope and window are those that the query uses. It holds as far as the query does.
std::string draft_module(const Draft&);

/// The same as a report, with a column in place of those that are not known: enough to ask the source for them. Error(invalid)
/// with every problem of the query by the lines of its own file, which `file` names.
Report report_of_draft(const Draft&, const std::string& file);

}  // namespace reportctl::catalog
