// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reportctl/base/for_people.hpp"
#include "reportctl/base/language.hpp"
#include "reportctl/render/summary.hpp"

namespace reportctl::render {

/// An amount with its currency: `1,234.50 EUR`, `1:02:05`.
std::string amount_text(rows::ColumnType, const Amount&, const Locale&);

/// `Total EUR`; without a currency `Total`.
std::string total_word(const std::string& currency, const Language&);

/// `CSV or JSON`: those of the formats that keep every text whole; empty: none. A spreadsheet does up to 32,767 characters.
std::string whole_formats(const std::vector<std::string>& formats, bool is_spreadsheet_enough, const Language&);

}  // namespace reportctl::render
