// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <functional>

namespace reportctl::store {

/// Is told often how far long work has come: so many rows of so many. May be empty, and then nothing is counted beforehand.
using RowsDone = std::function<void(std::int64_t done, std::int64_t of)>;

}  // namespace reportctl::store
