// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/catalog/report.hpp"
#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

using Value = decltype(rows::Bind::value);

/// What is bound for a parameter: of its type, or NULL. Error(invalid) where it is not of its type.
Value parameter_value(const Parameter& parameter, const std::vector<std::string>& given);
/// The type as which a bind is written, so that it compares by its type and not as text; empty: as it stands. Ids have the type
/// of the column they meet.
std::string_view cast_of(const Report& report, std::string_view name, const rows::DialectRules& rules);
/// Ids may be integers in the source; what a person writes is text.
std::string predicate(const Parameter& parameter, const std::string& expression, const std::string& bind);
/// Of text that is a whole number as a database writes it.
std::optional<std::int64_t> whole_id(const Value& value);

}  // namespace reportctl::catalog
