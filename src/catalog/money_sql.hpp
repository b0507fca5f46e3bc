// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/rows/instant_form.hpp"

namespace reportctl::catalog {

/// `{{money(amount, currency)}}`: an amount that is kept as a decimal, exactly as minor units of its currency. What has a
/// fraction of a minor unit ends the query.
std::string money_sql(const std::string& amount, const std::string& currency, const rows::SourceForms&);

}  // namespace reportctl::catalog
