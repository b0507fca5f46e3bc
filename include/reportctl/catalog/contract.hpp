// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <span>
#include <string>
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

/// Some rows of a table from places taken by chance, for FROM.
using PageOf = std::function<std::string(const std::string& table)>;
/// Statements that give the first rows of those tables, the last, some by chance, and the least and the greatest values of what
/// is no text, typed as the contract has them: the columns are called `table.column`, so that whatever refuses a value names it.
std::vector<rows::Query> contract_samples(const Report&, const rows::SourceForms&, const PageOf&);
/// The least and the greatest values of a column, and some by chance.
std::vector<rows::Query> samples_of(const rows::InstantColumn&, const rows::SourceForms&, const PageOf&);
std::vector<rows::Query> samples_of(const rows::BooleanColumn&, const rows::SourceForms&, const PageOf&);
std::vector<rows::Query> samples_of(const rows::ComparedColumn&, const rows::SourceForms&, const PageOf&);

}  // namespace reportctl::catalog
