// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

inline constexpr const char* kRest = "\x02";            ///< the rest of categories or series, whose name no value has
inline constexpr const char* kManyCurrencies = "\x01";  ///< those that are too many to be kept apart, and are never drawn

inline bool is_column(const rows::Columns& columns, int index) { return index >= 0 && index < static_cast<int>(columns.size()); }

}  // namespace reportctl::render
