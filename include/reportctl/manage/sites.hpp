// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <vector>

#include "reportctl/manage/viewer.hpp"
#include "reportctl/run/sites.hpp"

namespace reportctl::manage {

/// The account itself and its depots and workspaces, as far as its source keeps any and the actor may see them.
std::vector<run::Site> visible_sites(const Editor&, const access::Account&);

}  // namespace reportctl::manage
