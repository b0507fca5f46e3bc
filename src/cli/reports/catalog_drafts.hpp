// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/cli/session.hpp"

namespace CLI {
class App;
}

namespace reportctl::cli {

/// `catalog new` and `catalog try`: from a query to a report.
void bind_catalog_drafts(CLI::App& command, Session&);

}  // namespace reportctl::cli
