// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

namespace reportctl::source {

/// What follows the colon of `duckdb:/srv/facts.duckdb?memory_limit=1GB` or `duckdb:?parquet=/srv/facts/*.parquet`.
struct DuckdbUrl {
  std::string path = {};     ///< of a database; empty: Parquet files
  std::string parquet = {};  ///< a glob whose first * is the name of a table
  std::string memory_limit = "160MB";
  std::string threads = {};  ///< empty: as many as there are processors
  std::string problem = {};  ///< why it is none
};
DuckdbUrl parse_duckdb_url(std::string_view rest);

}  // namespace reportctl::source
