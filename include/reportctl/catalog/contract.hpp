// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "reportctl/catalog/report.hpp"
#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

/// A table, or a view, that the compiled-in reports read: what a source must have (reportctl-source.1).
struct ContractTable {
  std::string_view family;
  std::string_view name;
  std::vector<std::string_view> columns;
};
/// By family, as people would create them.
std::span<const ContractTable> source_contract();

/// The tables of the contract that a report names anywhere in its queries and choices, each with the columns named there.
std::vector<ContractTable> tables_of(const Report&);

/// Statements that give the first and the last rows of those tables, typed as the contract has them: the columns are called
/// `table.column`, so that whatever refuses a value names it.
std::vector<rows::Query> contract_samples(const Report&, const rows::SourceForms&);
/// The oldest and the newest values of a column of instants.
std::vector<rows::Query> instant_samples(const rows::InstantColumn&, const rows::SourceForms&);

}  // namespace reportctl::catalog
