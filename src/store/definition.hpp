// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reportctl/schedule/schedule.hpp"

namespace reportctl::store {

/// What a person decided about a schedule, except what has a column of its own (name, account, report, active), as a JSON object:
/// the form in which a schedule keeps it and a run remembers it. Error(invalid) when a text is not UTF-8.
std::string definition_json(const schedule::Definition&);
/// Adds what definition_json() wrote. Error(state) when somebody else wrote it.
void read_definition(std::string_view json, schedule::Definition&);

/// Arrays of texts, and of scopes as [kind, site].
std::string texts_json(const std::vector<std::string>&);
std::vector<std::string> read_texts(std::string_view json);
std::string scopes_json(const std::vector<schedule::Scope>&);
std::vector<schedule::Scope> read_scopes(std::string_view json);

}  // namespace reportctl::store
