// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "connection.hpp"
#include "reportctl/store/part_runs.hpp"
#include "reportctl/store/runs.hpp"

namespace reportctl::store {

PartCounts count_parts(Connection&, std::string_view run_id);
/// Of a part that is opened again: the end of its occurrence is decided again once all parts have ended.
void reopen_parent(Connection&, const Run& part);

}  // namespace reportctl::store
