// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reportctl {

/// A domain name in ASCII; IPv4 addresses look like one.
bool is_host_name(const std::string& text);
bool is_ipv4(const std::string& text);
/// `localhost`, 127.0.0.0/8 and [::1]: what is sent there does not leave this host. In lower case.
bool is_loopback(const std::string& host);

/// The part of a url between `//` and the path.
struct Authority {
  std::string host;  ///< lower case, IPv6 in brackets
  std::optional<std::uint16_t> port;
  std::string problem;  ///< why it is none; empty: it is one
};
/// `host`, `host:port` or `[v6]:port`; whatever names a user is refused.
Authority parse_authority(std::string_view text);

}  // namespace reportctl
