// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reportctl {

/// An address of either family as 16 bytes: IPv4 as `::ffff:a.b.c.d`.
using AddressBytes = std::array<std::uint8_t, 16>;
/// Only the canonical forms: no octal, decimal or shortened IPv4, no zone.
std::optional<AddressBytes> parse_ip_address(std::string_view);
/// nullopt: no address of the internet's protocols.
std::optional<AddressBytes> address_of(const sockaddr&);

/// `10.0.0.0/8`, `fd00::/8`.
struct Network {
  AddressBytes address{};
  int bits = 128;  ///< of the 16 bytes
  /// A single address is a network too; bits beyond the prefix must be zero.
  static std::optional<Network> parse(std::string_view);
  [[nodiscard]] bool contains(const AddressBytes&) const;
  [[nodiscard]] std::string str() const;
};

/// Why an address is no place on the internet: `private`, `loopback`, `link-local`, `metadata`, …; nullptr when it is one. Looks
/// through IPv4 inside IPv6 (mapped, NAT64, 6to4).
const char* special_address(const AddressBytes&);
/// 127.0.0.0/8 and ::1: what is sent there does not leave this host.
bool is_loopback(const AddressBytes&);

}  // namespace reportctl
