// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "duckdb/database.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::source {

std::unique_ptr<Source> open_duckdb(DuckdbSettings);

}  // namespace reportctl::source
