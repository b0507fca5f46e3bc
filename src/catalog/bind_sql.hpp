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
/// `IS NULL`, `IS NOT NULL` and the like: what follows tells nothing about the type.
bool starts_with_is(std::string_view sql);
/// What may follow a comparison with an id, so that the id is all of its right side: nothing, `)`, `,`, or a word such as AND.
bool ends_comparison(std::string_view sql);
/// Cuts a trailing `=` off; false: there is none.
bool cut_equals(std::string& sql);
/// Of text that is a whole number as a database writes it.
std::optional<std::int64_t> whole_id(const Value& value);

}  // namespace reportctl::catalog
