// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>

#include "clickhouse/connection.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::source {

std::unique_ptr<Source> open_clickhouse(ClickhouseSettings);

}  // namespace reportctl::source
