// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <vector>

#include "reportctl/cli/session.hpp"
#include "reportctl/run/sites.hpp"

namespace CLI {
class App;
}

namespace reportctl::cli {

/// The account itself and its depots and workspaces, as far as its source keeps any and the actor may see them.
std::vector<run::Site> visible_sites(Session&, const access::Account&);

void bind_catalog_scopes(CLI::App& command, Session&);

}  // namespace reportctl::cli
