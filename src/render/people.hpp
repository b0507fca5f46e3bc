// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>

#include "reportctl/base/zone.hpp"
#include "reportctl/render/summary.hpp"

namespace reportctl::render {

/// `1,234,567.50` from 123456750 at scale 2.
std::string grouped(__int128 number, std::size_t scale);

/// An amount with its currency: `1,234.50 EUR`, `1:02:05`.
std::string for_people(rows::ColumnType, const Amount&, const Zone&);

}  // namespace reportctl::render
