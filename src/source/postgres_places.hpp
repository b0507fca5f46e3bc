// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <vector>

#include "url.hpp"

namespace reportctl::source {

/// One server to try, as libpq's parameters; without any: the one that libpq takes by itself.
using PostgresPlace = std::vector<PostgresParameter>;
/// Every host of the url with every address it has, so that a silent one costs no more than its own connect_timeout.
std::vector<PostgresPlace> postgres_places(const PostgresUrl&);

}  // namespace reportctl::source
