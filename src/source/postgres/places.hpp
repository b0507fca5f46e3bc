// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "url.hpp"

namespace reportctl::source {

/// One server to try, as libpq's parameters; without any: the one that libpq takes by itself.
using PostgresPlace = std::vector<UrlParameter>;
struct PostgresPlaces {
  std::vector<PostgresPlace> places;
  std::string silent;  ///< why a host is left out: its name was not resolved within the limit
};
/// Every host of the url with every address it has, so that a silent one costs no more than its own connect_timeout.
PostgresPlaces postgres_places(const ServerUrl&, std::chrono::seconds limit);

}  // namespace reportctl::source
