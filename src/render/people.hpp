// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>

#include "reportctl/base/for_people.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/render/summary.hpp"

namespace reportctl::render {

/// An amount with its currency: `1,234.50 EUR`, `1:02:05`.
std::string amount_text(rows::ColumnType, const Amount&, const Zone&);

}  // namespace reportctl::render
