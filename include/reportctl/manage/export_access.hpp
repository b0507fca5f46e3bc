// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/manage/viewer.hpp"
#include "reportctl/store/exports.hpp"

namespace reportctl::manage {

schedule::Scope scope_of(const store::Export&);

/// By id or the beginning of one, for this action. Who is no system admin is told the same, Error(not_permitted), of an export of
/// another account or site as of one that does not exist.
store::Export allowed_export(const Viewer&, const std::string& id, access::Action action);
/// Newest first, at most filter.limit of those that the actor may see.
std::vector<store::Export> visible_exports(const Viewer&, store::ExportFilter filter);

}  // namespace reportctl::manage
