// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sql_rewriter.hpp"

namespace reportctl::source {

/// A statement as ClickHouse takes it: types, decimals, quotients, sums and averages as the other databases have them. A
/// parameter is `{name:TYPE}`; `type_of` gives its type. Names of the parameters: one for each place.
RewrittenSql clickhouse_sql(std::string_view sql, const std::function<std::string(std::string_view name)>& type_of);

}  // namespace reportctl::source
