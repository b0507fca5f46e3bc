// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/catalog/report.hpp"
#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

/// What a query is built from, all validated.
struct QueryInputs {
  std::string account_key;  ///< the account's id in the source (`:account`)
  schedule::Scope scope;    ///< `:depot`, `:workspace`, NULL when the scope is the account
  schedule::Window window;  ///< `:from`, `:to`
  std::string timezone;     ///< `:timezone`
  schedule::Parameters parameters;
};

/// The module's text with `{{filters}}` and the dialect macros expanded, and every value bound. No value ever becomes text.
rows::Query build_query(const Report&, const QueryInputs&, rows::Dialect);

/// The query of a parameter's choices: two text columns, id and name.
rows::Query build_choices_query(const Report&, const Parameter&, const QueryInputs&, rows::Dialect);

}  // namespace reportctl::catalog
