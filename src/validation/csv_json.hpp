// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "reportctl/validation/validate.hpp"

namespace reportctl::validation {

/// The key `csv` of further configuration; what is wrong with it, or nothing.
std::string read_csv_request(const nlohmann::json& object, CsvRequest&);

}  // namespace reportctl::validation
