// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "columns.hpp"

namespace reportctl::source {

/// Words of a server, printable and on one line.
std::string one_line(std::string_view words);

/// Why binary numbers are refused in sums and calculations.
constexpr std::string_view kInexact = "which is not exact";

/// A sum of binary numbers, `sum(x)`.
Problem binary_sum(std::string_view sum);
/// What {{whole(…)}} refuses: `value`, a number.
Problem not_whole(std::string_view value);
/// Of an error in which a query says itself what it refuses (rows::kRefused…); nullopt where it does not.
std::optional<Problem> refused_by_query(std::string_view source, std::string_view error);

}  // namespace reportctl::source
