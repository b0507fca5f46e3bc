// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/cli/output.hpp"

namespace reportctl::cli {

enum class Paint { none, color };

/// Aligned by display width; columns that may shrink are cut so that a line has at most `available` columns.
std::string table_text(const Listing&, std::size_t available, Paint);
std::string sheet_text(const Sheet&, std::size_t available, Paint);
std::string csv_text(const Listing&);
std::string csv_text(const Sheet&);
/// RFC 4180: quoted where needed.
std::string csv_field(std::string_view);

}  // namespace reportctl::cli
