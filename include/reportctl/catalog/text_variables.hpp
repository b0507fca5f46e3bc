// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/catalog/report.hpp"

namespace reportctl::catalog {

/// When a text is filled.
enum class TextMoment {
  before_rows,  ///< titles, names of files, Reply-To
  after_rows,   ///< subjects and introductions, which may name figures too
};
/// What the texts of this report may name. A shape whose parameter is not known (yet) is any of the module's.
std::vector<std::string> text_variables(const Report&, const schedule::Parameters&, Surface, TextMoment);

}  // namespace reportctl::catalog
