// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/rows/instant_form.hpp"

namespace reportctl::catalog {

/// `{{truth(x)}}`: a boolean as its source keeps it, as a condition. What is not of the form ends the query; null stays null.
/// `name`: what people call it.
std::string truth_sql(const std::string& expression, const std::string& name, const rows::BooleanForm&, rows::Dialect);

}  // namespace reportctl::catalog
