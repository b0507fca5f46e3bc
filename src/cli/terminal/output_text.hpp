// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <limits>
#include <string>
#include <string_view>

#include "reportctl/cli/output.hpp"

namespace reportctl::cli {

enum class Paint { none, color };
inline constexpr const char* kReset = "\033[0m";
const char* escape_of(Tone);

inline constexpr std::size_t kColumnGap = 2;
inline constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

/// As a terminal may get it.
std::string shown(const std::string& text);

/// Aligned by display width. Where a line would have more than `available` columns, ids are shortened, long texts stand below
/// their rows, columns that may be cut are cut, and those that may be dropped are dropped, in this order.
std::string table_text(const Listing&, std::size_t available, Paint);
std::string sheet_text(const Sheet&, std::size_t available, Paint);
std::string csv_text(const Listing&);
std::string csv_text(const Sheet&);
/// RFC 4180: quoted where needed.
std::string csv_field(std::string_view);

}  // namespace reportctl::cli
