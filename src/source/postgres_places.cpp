// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres_places.hpp"

#include <netdb.h>

#include <algorithm>
#include <array>
#include <memory>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

/// The addresses of a host, as numbers; one empty text where it has none, which libpq then says.
std::vector<std::string> addresses_of(const std::string& host) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (::getaddrinfo(host.c_str(), nullptr, &wanted, &found) == 0) {
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, &::freeaddrinfo);
    for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
      std::array<char, NI_MAXHOST> text{};
      if (::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
        addresses.emplace_back(text.data());
    }
  }
  if (addresses.empty()) addresses.emplace_back();
  return addresses;
}

}  // namespace

std::vector<PostgresPlace> postgres_places(const PostgresUrl& url) {
  const auto list = [&](const char* keyword) {
    const std::string* const value = url.find(keyword);
    return value == nullptr ? std::vector<std::string>{std::string()} : split(*value, ',');
  };
  const auto hosts = list("host"), addresses = list("hostaddr"), ports = list("port");
  std::vector<PostgresPlace> places;
  for (std::size_t i = 0; i < std::max(hosts.size(), addresses.size()); ++i) {
    const auto at = [&](const std::vector<std::string>& values) {
      return i < values.size() ? values[i] : values.size() == 1 ? values[0] : "";
    };
    const std::string host = i < hosts.size() ? hosts[i] : "";
    const std::string address = i < addresses.size() ? addresses[i] : "";
    std::vector<std::string> known{address};
    if (address.empty() && !host.empty() && !host.starts_with('/') && !host.starts_with('@')) known = addresses_of(host);
    for (const std::string& one : known) {
      PostgresPlace place;
      if (!host.empty()) place.push_back({"host", host});
      if (!one.empty()) place.push_back({"hostaddr", one});
      if (const std::string port = at(ports); !port.empty()) place.push_back({"port", port});
      places.push_back(std::move(place));
    }
  }
  return places;
}

}  // namespace reportctl::source
