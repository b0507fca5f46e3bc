// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

#include "terminal/output_file.hpp"

namespace reportctl::cli {

class Session;

/// The exact bytes that were stored, their hash checked before and while they are written. `whose`: `run 3f2a…`. Errors as the
/// artifact room promises.
void write_stored(Session&, const Destination&, const std::string& sha256, const std::string& whose);

}  // namespace reportctl::cli
