// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "columns.hpp"

namespace reportctl::source {

/// What the server says of a failure: `Code: 60. DB::Exception: Unknown table … (UNKNOWN_TABLE)`.
struct ClickhouseError {
  int code = 0;  ///< 0: it is no answer of ClickHouse
  std::string words = {};
};
ClickhouseError clickhouse_error(std::string_view answer);
bool is_clickhouse_timeout(const ClickhouseError&);
/// What it means to an operator. The server's own words are passed on only where they speak about the schema, the rights or the
/// server, because elsewhere they may quote a value or the query.
Problem clickhouse_problem(std::string_view source, const ClickhouseError&);

}  // namespace reportctl::source
