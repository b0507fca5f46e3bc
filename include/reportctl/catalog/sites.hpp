// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/rows/query.hpp"
#include "reportctl/schedule/schedule.hpp"

namespace reportctl::catalog {

/// The table or view of the source contract that holds the sites of a kind: `depots`, `workspaces`.
std::string_view sites_table(schedule::ScopeKind);

/// Where a source keeps the sites of its accounts, by the source contract: `depots` and `workspaces`. Three text columns: id,
/// name, timezone (empty where sites of that kind have none). `site` empty: all of the account, by id.
/// Precondition: the scope's kind is depot or workspace.
rows::Query build_sites_query(const std::string& account_key, const schedule::Scope&, const rows::SourceForms&);

}  // namespace reportctl::catalog
