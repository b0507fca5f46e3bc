// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

namespace reportctl::source {

/// Why a statement is none for a report although its transaction is read-only and rolled back: it calls a function that acts
/// beyond it. Empty where it calls none that is known. What operators, views and the database's own functions call is not seen.
std::string forbidden_in(std::string_view sql);

}  // namespace reportctl::source
