// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/cli/session.hpp"
#include "reportctl/store/exports.hpp"

namespace reportctl::cli {

schedule::Scope scope_of(const store::Export&);

/// By id or the beginning of one, for this action. Who is no system admin is told the same, Error(not_permitted), of an export of
/// another account or site as of one that does not exist.
store::Export allowed_export(Session&, const std::string& id, access::Action action);
/// Newest first, at most filter.limit of those that the actor may see.
std::vector<store::Export> visible_exports(Session&, store::ExportFilter filter);

}  // namespace reportctl::cli
