// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <string_view>

#include "sql_rewriter.hpp"

namespace reportctl::source {

/// Names of the parameters: one for each `?`. `is_text`: of a parameter by its name. Text is compared byte by byte, whatever the
/// collation of the column. Never throws on bad input: the server's parser has the last word.
RewrittenSql mariadb_sql(std::string_view sql, const std::function<bool(std::string_view name)>& is_text);

}  // namespace reportctl::source
