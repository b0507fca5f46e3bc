// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/network.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>

#include <string>

using namespace reportctl;

namespace {

std::string kind_of_address(const char* text) {
  const auto address = parse_ip_address(text);
  REQUIRE_MESSAGE(address, text);
  const char* name = special_address(*address);
  return name == nullptr ? "" : name;
}

}  // namespace

TEST_CASE("addresses of the internet are no special ones") {
  for (const char* address :
       {"8.8.8.8",         "1.1.1.1",          "9.255.255.255",   "11.0.0.0",      "100.63.255.255",  "100.128.0.0",
        "126.255.255.255", "128.0.0.0",        "169.253.255.255", "169.255.0.0",   "172.15.255.255",  "172.32.0.0",
        "192.167.255.255", "192.169.0.0",      "223.255.255.255", "168.63.129.15", "2606:4700::1111", "2a00:1450::1",
        "2002:808:808::1", "64:ff9b::808:808", "::ffff:8.8.8.8"}) {
    CAPTURE(address);
    CHECK(kind_of_address(address) == "");
  }
}

TEST_CASE("addresses that are no place on the internet are known by their kind") {
  CHECK(kind_of_address("169.254.169.254") == "metadata");
  CHECK(kind_of_address("100.100.100.200") == "metadata");
  CHECK(kind_of_address("168.63.129.16") == "metadata");
  CHECK(kind_of_address("fd00:ec2::254") == "metadata");
  CHECK(kind_of_address("0.0.0.0") == "unspecified");
  CHECK(kind_of_address("0.1.2.3") == "unspecified");
  CHECK(kind_of_address("::") == "unspecified");
  for (const char* address :
       {"10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.1", "fc00::1", "fdff::1"}) {
    CAPTURE(address);
    CHECK(kind_of_address(address) == "private");
  }
  CHECK(kind_of_address("127.0.0.1") == "loopback");
  CHECK(kind_of_address("127.255.255.255") == "loopback");
  CHECK(kind_of_address("::1") == "loopback");
  CHECK(kind_of_address("169.254.0.1") == "link-local");
  CHECK(kind_of_address("fe80::1") == "link-local");
  CHECK(kind_of_address("febf::1") == "link-local");
  CHECK(kind_of_address("100.64.0.1") == "shared");
  CHECK(kind_of_address("224.0.0.1") == "multicast");
  CHECK(kind_of_address("ff02::1") == "multicast");
  CHECK(kind_of_address("255.255.255.255") == "reserved");
  CHECK(kind_of_address("240.0.0.1") == "reserved");
  CHECK(kind_of_address("198.18.0.1") == "benchmarking");
  CHECK(kind_of_address("2001:db8::1") == "documentation");
  CHECK(kind_of_address("100::1") == "reserved");
}

TEST_CASE("IPv4 is seen through IPv6 that carries it") {
  CHECK(kind_of_address("::ffff:10.0.0.1") == "private");
  CHECK(kind_of_address("::ffff:169.254.169.254") == "metadata");
  CHECK(kind_of_address("::ffff:7f00:1") == "loopback");
  CHECK(kind_of_address("64:ff9b::a00:1") == "private");       // NAT64 of 10.0.0.1
  CHECK(kind_of_address("64:ff9b::a9fe:a9fe") == "metadata");  // of 169.254.169.254
  CHECK(kind_of_address("2002:c0a8:101::1") == "private");     // 6to4 of 192.168.1.1
  CHECK(kind_of_address("::10.0.0.1") == "reserved");          // the compatible form that nobody routes
  CHECK(kind_of_address("64:ff9b:1::1") == "reserved");
  CHECK(kind_of_address("2001:0:4136:e378:8000:63bf:3fff:fdd2") == "reserved");  // Teredo
}

TEST_CASE("only canonical addresses are addresses") {
  for (const char* text : {"0177.0.0.1", "0x7f.0.0.1", "2130706433", "127.1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4 ", "",
                           "::1%lo", "[::1]", "1.2.3.04"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ip_address(text));
  }
}

TEST_CASE("a network is an address and a prefix, and nothing beyond it") {
  const auto ten = Network::parse("10.0.0.0/8");
  REQUIRE(ten);
  CHECK(ten->contains(*parse_ip_address("10.255.0.1")));
  CHECK(ten->contains(*parse_ip_address("::ffff:10.1.2.3")));
  CHECK_FALSE(ten->contains(*parse_ip_address("11.0.0.0")));
  CHECK(ten->str() == "10.0.0.0/8");
  const auto odd = Network::parse("172.16.0.0/12");
  CHECK(odd->contains(*parse_ip_address("172.31.255.255")));
  CHECK_FALSE(odd->contains(*parse_ip_address("172.32.0.0")));
  const auto one = Network::parse("192.168.1.7");
  CHECK(one->contains(*parse_ip_address("192.168.1.7")));
  CHECK_FALSE(one->contains(*parse_ip_address("192.168.1.6")));
  const auto six = Network::parse("fd00::/8");
  CHECK(six->contains(*parse_ip_address("fd12:3456::1")));
  CHECK_FALSE(six->contains(*parse_ip_address("fc00::1")));
  CHECK(six->str() == "fd00::/8");
  CHECK(Network::parse("0.0.0.0/0")->contains(*parse_ip_address("8.8.8.8")));
  CHECK_FALSE(Network::parse("0.0.0.0/0")->contains(*parse_ip_address("2606::1")));
  for (const char* text : {"10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "ten/8", "fd00::/129", "", "10.0.0.0/8/8"}) {
    CAPTURE(text);
    CHECK_FALSE(Network::parse(text));
  }
}

TEST_CASE("this host is 127.0.0.0/8 and ::1, and nothing that translators would carry there") {
  for (const char* address : {"127.0.0.1", "127.255.0.9", "::1", "::ffff:127.0.0.1"}) {
    CAPTURE(address);
    CHECK(is_loopback(*parse_ip_address(address)));
  }
  for (const char* address : {"128.0.0.1", "126.255.255.255", "0.0.0.0", "::", "::2", "64:ff9b::7f00:1", "2002:7f00:1::1"}) {
    CAPTURE(address);
    CHECK_FALSE(is_loopback(*parse_ip_address(address)));
  }
}

TEST_CASE("the address of a socket is read in both families, and in no other") {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  REQUIRE(::inet_pton(AF_INET, "192.0.2.7", &four.sin_addr) == 1);
  CHECK(address_of(reinterpret_cast<const sockaddr&>(four)) == parse_ip_address("192.0.2.7"));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  REQUIRE(::inet_pton(AF_INET6, "2001:db8::7", &six.sin6_addr) == 1);
  CHECK(address_of(reinterpret_cast<const sockaddr&>(six)) == parse_ip_address("2001:db8::7"));
  sockaddr local{};
  local.sa_family = AF_UNIX;
  CHECK_FALSE(address_of(local));
}
