// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

namespace reportctl::cli {

/// The whole program. Returns the exit code (the table is in reportctl-exit-codes.7); never throws.
int run(int argc, char** argv);

}  // namespace reportctl::cli
