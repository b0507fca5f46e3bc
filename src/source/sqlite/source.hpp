// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "reportctl/source/source.hpp"
#include "sqlite/database.hpp"

namespace reportctl::source {

std::unique_ptr<Source> open_sqlite(SqliteSettings);

}  // namespace reportctl::source
