// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

/// The macro that becomes the predicates of the given parameters; it has no arguments.
inline constexpr std::string_view kFilters = "filters";

/// The binds that every query has; no parameter may be called so.
const std::vector<std::string>& reserved_binds();

/// Macros that hide what dialects write differently, `filters` not among them.
const std::vector<std::string>& dialect_macros();
/// How many arguments it takes; nullopt for an unknown name. Behind those that are instants the form of all of them may follow.
std::optional<std::size_t> macro_arity(std::string_view name);
/// What the arguments are: instants in the common form of their source, instants as they are kept, the one that is compared with
/// the period, an amount and its currency, a boolean, a column alone, a table by its name or alias, or whatever there is.
enum class MacroTakes { common_instants, instants, period, amount, boolean, column, table, expressions };
MacroTakes macro_takes(std::string_view name);
bool takes_form(std::string_view macro);
/// Whether its expansion needs the bind.
bool macro_uses(std::string_view macro, std::string_view bind);
/// The bind that its expansion uses, e.g. `timezone`; empty for none and for an unknown name.
std::string_view macro_bind(std::string_view name);
/// `in_depot`, `in_workspace`: a condition that always holds where the scope is no such site.
bool is_site_macro(std::string_view name);
/// The SQL of a known macro with that many arguments. `bind`: how macro_bind() is written.
std::string expand_macro(std::string_view name, const std::vector<std::string>& arguments, std::string_view bind,
                         const rows::DialectRules&);

}  // namespace reportctl::catalog
