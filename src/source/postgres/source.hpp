// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "postgres/connection.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::source {

/// Connects.
std::unique_ptr<Source> open_postgres(PostgresSettings);

}  // namespace reportctl::source
