// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>

namespace reportctl::yaml {

/// Nobody reads more, and a hostile file must not make gigabytes of them.
constexpr std::size_t kMostProblems = 100;

}  // namespace reportctl::yaml
