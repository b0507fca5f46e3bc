// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>

namespace reportctl::render {

/// `1,234,567.50` from 123456750 at scale 2.
std::string grouped(__int128 number, std::size_t scale);

}  // namespace reportctl::render
