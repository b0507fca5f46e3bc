// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/validation/violation.hpp"

namespace reportctl::validation {

/// How any of nlohmann's kinds of JSON takes one, and so a list of them: `[{"code": …, "field": …, "message": …, "hint": …}]`.
template <typename Json>
void to_json(Json& json, const Violation& violation) {
  json = {
      {"code", code_name(violation.code)}, {"field", violation.field}, {"message", violation.message}, {"hint", violation.hint}};
}

}  // namespace reportctl::validation
