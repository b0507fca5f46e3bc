// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include <algorithm>
#include <span>

#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

struct SpecialRange {
  const char* network;
  const char* name;
};

// The IANA special-purpose registries (RFC 6890 and its updates), and where clouds keep what a machine may know of itself.
constexpr SpecialRange kSpecial4[] = {
    {"0.0.0.0/8", "unspecified"},        {"10.0.0.0/8", "private"},         {"100.100.100.200/32", "metadata"},
    {"100.64.0.0/10", "shared"},         {"127.0.0.0/8", "loopback"},       {"168.63.129.16/32", "metadata"},
    {"169.254.169.254/32", "metadata"},  {"169.254.0.0/16", "link-local"},  {"172.16.0.0/12", "private"},
    {"192.0.0.0/24", "reserved"},        {"192.0.2.0/24", "documentation"}, {"192.88.99.0/24", "reserved"},
    {"192.168.0.0/16", "private"},       {"198.18.0.0/15", "benchmarking"}, {"198.51.100.0/24", "documentation"},
    {"203.0.113.0/24", "documentation"}, {"224.0.0.0/4", "multicast"},      {"240.0.0.0/4", "reserved"},
};
constexpr SpecialRange kSpecial6[] = {
    {"::/128", "unspecified"},      {"::1/128", "loopback"},     {"fd00:ec2::254/128", "metadata"},
    {"fc00::/7", "private"},        {"fe80::/10", "link-local"}, {"fec0::/10", "private"},
    {"ff00::/8", "multicast"},      {"2001::/23", "reserved"},   {"2001:db8::/32", "documentation"},
    {"3fff::/20", "documentation"},
};

AddressBytes mapped(const std::uint8_t* four) {
  AddressBytes bytes{};
  bytes[10] = bytes[11] = 0xff;
  std::copy_n(four, 4, bytes.begin() + 12);
  return bytes;
}

bool is_ipv4_bytes(const AddressBytes& bytes) {
  return std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t byte) { return byte == 0; }) && bytes[10] == 0xff &&
         bytes[11] == 0xff;
}

const char* found_in(std::span<const SpecialRange> ranges, const AddressBytes& address) {
  for (const auto& range : ranges) {
    if (Network::parse(range.network)->contains(address)) return range.name;
  }
  return nullptr;
}

/// IPv4 that an IPv6 address carries to whoever translates it.
std::optional<AddressBytes> carried_ipv4(const AddressBytes& address) {
  if (Network::parse("64:ff9b::/96")->contains(address)) return mapped(&address[12]);
  if (Network::parse("2002::/16")->contains(address)) return mapped(&address[2]);
  return std::nullopt;
}

}  // namespace

std::optional<AddressBytes> parse_ip_address(std::string_view text) {
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  in_addr four{};
  if (::inet_pton(AF_INET, copy.c_str(), &four) == 1) return mapped(reinterpret_cast<const std::uint8_t*>(&four));
  AddressBytes bytes{};
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = parse_ip_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  const bool four = text.find(':') == std::string_view::npos;
  Network network{.address = *address, .bits = 128};
  if (slash != std::string_view::npos) {
    const auto bits = parse_integer(text.substr(slash + 1));
    if (!bits || *bits < 0 || *bits > (four ? 32 : 128)) return std::nullopt;
    network.bits = static_cast<int>(*bits) + (four ? 96 : 0);
  }
  for (int bit = network.bits; bit < 128; ++bit) {
    if ((network.address[static_cast<std::size_t>(bit / 8)] & (0x80U >> (bit % 8U))) != 0) return std::nullopt;
  }
  return network;
}

bool Network::contains(const AddressBytes& other) const {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(whole), other.begin())) return false;
  const auto rest = static_cast<unsigned>(bits % 8);
  return rest == 0 || ((address[whole] ^ other[whole]) >> (8U - rest)) == 0;
}

std::string Network::str() const {
  char text[INET6_ADDRSTRLEN] = {};
  const bool four = is_ipv4_bytes(address) && bits >= 96;
  ::inet_ntop(four ? AF_INET : AF_INET6, four ? &address[12] : address.data(), text, sizeof text);
  return fmt::format("{}/{}", text, four ? bits - 96 : bits);
}

const char* special_address(const AddressBytes& address) {
  if (is_ipv4_bytes(address)) return found_in(kSpecial4, address);
  if (const char* name = found_in(kSpecial6, address)) return name;
  if (const auto carried = carried_ipv4(address)) return special_address(*carried);
  return (address[0] & 0xe0U) == 0x20 ? nullptr : "reserved";  // all of the internet's IPv6 is in 2000::/3
}

std::optional<AddressBytes> address_of(const sockaddr& address) {
  if (address.sa_family == AF_INET)
    return mapped(reinterpret_cast<const std::uint8_t*>(&reinterpret_cast<const sockaddr_in&>(address).sin_addr));
  if (address.sa_family != AF_INET6) return std::nullopt;
  AddressBytes bytes{};
  std::copy_n(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr.s6_addr, bytes.size(), bytes.begin());
  return bytes;
}

bool is_loopback(const AddressBytes& address) {
  return Network::parse("127.0.0.0/8")->contains(address) || Network::parse("::1")->contains(address);
}

}  // namespace reportctl
