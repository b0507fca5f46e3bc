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
  std::string_view key = {};     ///< the column with the id of a row of `parent`,
  std::string_view parent = {};  ///< the table that says whose a row is; empty: it says so itself
};
/// By family, as people would create them.
std::span<const ContractTable> source_contract();

/// The tables of the contract that a report names anywhere in its queries and choices, each with the columns named there.
std::vector<ContractTable> tables_of(const Report&);

/// The columns of the scope that a table may have beside those of the contract, which its parents have; none for any other table.
std::vector<std::string_view> scope_columns_of(std::string_view table);
/// What is wrong with the names that a source declares; empty: nothing.
std::string scope_columns_problem(const rows::SourceForms&);

/// Some rows of a table from places taken by chance, for FROM.
using PageOf = std::function<std::string(const std::string& table)>;
/// Statements that give the first rows of those tables, the last, some by chance, and the least and the greatest values of what
/// is no text, typed as the contract has them: the columns are called `table.column`, so that whatever refuses a value names it.
std::vector<rows::Query> contract_samples(const Report&, const rows::SourceForms&, const PageOf&);
/// How many rows there are, and in how many of them each declared column is NULL or not what the parents say: columns are called
/// `charger_power.depot_id`. The first statement counts the whole table, the second some rows by chance.
std::vector<rows::Query> samples_of(const rows::ScopedTable&, const std::string& account_key, const rows::SourceForms&,
                                    const PageOf&);
/// The least and the greatest values of a column, and some by chance.
std::vector<rows::Query> samples_of(const rows::InstantColumn&, const rows::SourceForms&, const PageOf&);
std::vector<rows::Query> samples_of(const rows::BooleanColumn&, const rows::SourceForms&, const PageOf&);
std::vector<rows::Query> samples_of(const rows::ComparedColumn&, const rows::SourceForms&, const PageOf&);

}  // namespace reportctl::catalog
