// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/host.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <vector>

#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

bool is_bracketed_ipv6(const std::string& text) {
  in6_addr address{};
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         ::inet_pton(AF_INET6, text.substr(1, text.size() - 2).c_str(), &address) == 1;
}

}  // namespace

bool is_host_name(const std::string& text) {
  if (text.empty() || text.size() > 253) return false;
  const std::vector<std::string> labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
    const auto allowed = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !label.empty() && label.size() <= 63 && label.front() != '-' && label.back() != '-' &&
           std::all_of(label.begin(), label.end(), allowed);
  });
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || (is_ipv4(host) && host.starts_with("127."));
}

Authority parse_authority(std::string_view text) {
  Authority authority;
  if (text.find('@') != std::string_view::npos) {
    authority.problem = "it names a user";
    return authority;
  }
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const auto port = parse_integer(text.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) {
      authority.problem = "the port is not a number from 1 to 65535";
      return authority;
    }
    authority.port = static_cast<std::uint16_t>(*port);
    text = text.substr(0, colon);
  }
  authority.host = to_lower(text);
  if (!is_host_name(authority.host) && !is_bracketed_ipv6(authority.host))
    authority.problem = "the host is not a name or an address in ASCII";
  return authority;
}

}  // namespace reportctl
