// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/cli/session.hpp"

namespace CLI {
class App;
}

namespace reportctl::cli {

void bind_catalog_scopes(CLI::App& command, Session&);

}  // namespace reportctl::cli
