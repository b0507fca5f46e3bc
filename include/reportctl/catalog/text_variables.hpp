// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/catalog/report.hpp"

namespace reportctl::catalog {

/// As modules write it, without spaces: `count`, `total(amount)`, `ratio(replies,sent)`.
std::string figure_name(const Aggregate&, const rows::Columns&);

/// When a text is filled.
enum class TextMoment {
  before_rows,  ///< titles, names of files, Reply-To
  after_rows,   ///< subjects and introductions, which may name figures too
};
/// What the texts of this report may name. A shape whose parameter is not known (yet) is any of the module's.
std::vector<std::string> text_variables(const Report&, const schedule::Parameters&, Surface, TextMoment);

}  // namespace reportctl::catalog
