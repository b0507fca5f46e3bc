// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::validation {

/// Broken rules, all of them, as an error (exit code 7, or that of `kind`): people see `what` and one rule a line, --json has
/// them in `violations`.
struct Refusal : Error {
  Refusal(const std::string& what, Violations broken, ErrorKind kind = ErrorKind::invalid)
      : Error(kind, what + "\n" + describe(broken)), violations(std::move(broken)) {}
  Violations violations;
};

}  // namespace reportctl::validation
