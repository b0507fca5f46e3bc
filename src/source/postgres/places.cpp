// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/places.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/resolve.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {

PostgresPlaces postgres_places(const ServerUrl& url, std::chrono::seconds limit) {
  const auto hosts = url.list("host"), addresses = url.list("hostaddr"), ports = url.list("port");
  PostgresPlaces found;
  for (std::size_t i = 0; i < std::max(hosts.size(), addresses.size()); ++i) {
    const auto at = [&](const std::vector<std::string>& values) {
      return i < values.size() ? values[i] : values.size() == 1 ? values[0] : "";
    };
    const std::string host = i < hosts.size() ? hosts[i] : "";
    const std::string address = i < addresses.size() ? addresses[i] : "";
    std::vector<std::string> known{address};
    if (address.empty() && !host.empty() && !host.starts_with('/') && !host.starts_with('@')) {
      const auto resolved = addresses_of(host, limit);
      if (!resolved) {
        found.silent = fmt::format("no answer to the question for the address of {} in {} s", visible(host), limit.count());
        continue;
      }
      if (!resolved->empty()) known = *resolved;  // of a name without any, libpq says so
    }
    for (const std::string& one : known) {
      PostgresPlace place;
      if (!host.empty()) place.push_back({"host", host});
      if (!one.empty()) place.push_back({"hostaddr", one});
      if (const std::string port = at(ports); !port.empty()) place.push_back({"port", port});
      found.places.push_back(std::move(place));
    }
  }
  return found;
}

}  // namespace reportctl::source
