// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reportctl/catalog/report.hpp"

namespace reportctl::catalog {

/// A figure of these columns, as `summary` and conditions write it; or why it is none.
std::variant<Aggregate, std::string> parse_figure(std::string_view, const rows::Columns&);
/// The same of a shape: a ratio is shown as the shape's summary shows it.
std::variant<Aggregate, std::string> parse_figure(std::string_view, const Shape&);
/// As modules write it, without spaces: `count`, `total(amount)`, `ratio(replies,sent)`.
std::string figure_name(const Aggregate&, const rows::Columns&);
/// `count` and those of the shape's summary.
std::vector<std::string> figure_names(const Shape&);
/// What its values are.
rows::ColumnType figure_type(const Aggregate&, const rows::Columns&);

}  // namespace reportctl::catalog
