// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "reportctl/catalog/catalog.hpp"
#include "reportctl/catalog/report.hpp"
#include "reportctl/cli/output.hpp"
#include "reportctl/run/preview.hpp"

namespace reportctl::cli {

// A report module in words: everything that `catalog show` says comes from the module.

std::string scope_words(const catalog::Report&);
/// `daily, weekly, monthly`.
std::string cadence_words(const catalog::Report&);
/// `the last 1 to 92 complete days (1 when not given)`.
std::string window_words(const catalog::Report&);
/// `summary or line-items`, or where the ids can be seen.
std::string value_words(const catalog::Report&, const catalog::Parameter&);
/// `decimal (3 digits), summed`.
std::string column_words(const rows::Column&);
std::vector<std::pair<std::string, Field>> sheet_lines(const catalog::Report&);
/// A run and a schedule that the module would accept, with names to be replaced.
std::vector<std::string> example_commands(const catalog::Report&);
nlohmann::ordered_json to_json(const catalog::Report&);
/// The first rows of a file.
Listing listing_of_rows(const run::FileHead&);
/// The same as the file begins; what could move a terminal's cursor is made visible there.
std::string csv_of_rows(const run::FileHead&);
/// Says on standard error what is wrong with the operator's modules, which must not hide. Gives the number of problems.
std::size_t warn_of_broken_modules(const catalog::Catalog&);

}  // namespace reportctl::cli
