// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reportctl/schedule/fields.hpp"

namespace reportctl::schedule {

/// The further reports of a schedule as a field: {PLACE: [KEY=VALUE]}, and in JSON as files have them:
/// `[{"report": "stock", "params": {"site": ["n"]}, "columns": ["sku"], "sheet": "Stock"}]`.
FieldText also_text(const std::vector<Also>&);
std::vector<Also> read_also(const FieldText&);
nlohmann::ordered_json also_json(const Parameters&);
FieldText read_also_json(const nlohmann::ordered_json&);

}  // namespace reportctl::schedule
