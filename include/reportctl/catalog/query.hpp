// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>

#include "reportctl/catalog/report.hpp"
#include "reportctl/rows/instant_form.hpp"
#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

/// What a query is built from, all validated.
struct QueryInputs {
  std::string account_key;                        ///< the account's id in the source (`:account`)
  schedule::Scope scope;                          ///< `:depot`, `:workspace`, NULL when the scope is the account
  schedule::Window window;                        ///< `:from`, `:to`
  std::optional<schedule::Window> previous = {};  ///< `:previous_from`, `:previous_to`; nullopt: NULL, since there is none
  std::string timezone;                           ///< `:timezone`
  schedule::Parameters parameters;
};

/// The module's text with `{{filters}}` and the dialect macros expanded, and every value bound. No value ever becomes text.
/// Error(invalid) where columns that are kept in different ways are used as one.
rows::Query build_query(const Report&, const QueryInputs&, const rows::SourceForms&);

/// The query of a parameter's choices: two text columns, id and name.
rows::Query build_choices_query(const Report&, const Parameter&, const QueryInputs&, const rows::SourceForms&);

/// The query of the module's `ready`: one column, data_until.
rows::Query build_ready_query(const Report&, const QueryInputs&, const rows::SourceForms&);

}  // namespace reportctl::catalog
