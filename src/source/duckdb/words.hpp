// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "columns.hpp"
#include "duckdb/api.hpp"
#include "foreign_type.hpp"

namespace reportctl::source {

/// What DuckDB's error means to an operator. Its own words are passed on only where they speak about the schema, files or memory,
/// because elsewhere they may quote a value.
Problem duckdb_problem(std::string_view source, std::string_view error);

ForeignType foreign_type(duckdb_type);

}  // namespace reportctl::source
