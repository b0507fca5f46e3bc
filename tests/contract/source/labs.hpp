// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "lab.hpp"

namespace reportctl::testing {

std::unique_ptr<SourceLab> make_sqlite_lab();
/// nullptr where PostgreSQL is not installed.
std::unique_ptr<SourceLab> make_postgres_lab();
/// nullptr where DuckDB's library cannot be had.
std::unique_ptr<SourceLab> make_duckdb_lab();
/// nullptr where MariaDB is not installed.
std::unique_ptr<SourceLab> make_mariadb_lab();
/// nullptr where ClickHouse's engine cannot be had.
std::unique_ptr<SourceLab> make_clickhouse_lab();

}  // namespace reportctl::testing
