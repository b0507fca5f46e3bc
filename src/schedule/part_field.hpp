// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "reportctl/schedule/fields.hpp"

namespace reportctl::schedule {

/// The parts of a schedule as a field: the id of a list, or {KEY: [COLUMN=VALUE]}, and in JSON its id, or rows as files have
/// them:
/// `[{"key": "s01", "to": ["a@example.com"], "store": "s01"}]`.
FieldText parts_text(const PartList&);
PartList read_parts(const FieldText&);
nlohmann::ordered_json rows_json(const Parameters&);
FieldText read_rows(const nlohmann::ordered_json&);

}  // namespace reportctl::schedule
