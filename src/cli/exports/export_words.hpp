// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "reportctl/cli/output.hpp"
#include "reportctl/store/exports.hpp"

namespace reportctl::cli {

/// The shape of the man page.
nlohmann::ordered_json to_json(const store::Export&);
/// `export 3f2a… of shop: sales completed`, or why it did not.
std::string ending_of(const store::Export&);
/// What was asked for, for people: `Format`, `Window`, `Filters`, `Fields`, `CSV`; those that were given.
std::vector<std::pair<std::string, std::string>> request_lines(const store::Export&);
/// `processing, interrupted`, with its colour.
Field state_field(const store::Export&);

}  // namespace reportctl::cli
