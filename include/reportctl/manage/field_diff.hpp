// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::manage {

/// A field as it is written in an apply file: one value, or several for a list; none when it has its default.
struct FieldText {
  std::string name;
  std::vector<std::string> values;
};
using FieldTexts = std::vector<FieldText>;

FieldTexts fields_of(const schedule::Definition&);
FieldTexts fields_of(const access::Account&);
FieldTexts fields_of(const access::Member&);

/// What changes, one line a change, in the order of the fields of `after`:
///   ~ at: 06:00 → 07:00        one value became another
///   + to: ops@example.com      a value that was not there
///   - lookback: 7              a value that is gone
std::vector<std::string> diff(const FieldTexts& before, const FieldTexts& after);

}  // namespace reportctl::manage
