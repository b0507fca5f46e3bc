// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/webhook.hpp"

#include <doctest/doctest.h>

#include <string>

#include "webhook_url.hpp"

using namespace reportctl;
using namespace reportctl::delivery;

namespace {

std::string kind_of_address(const char* text) {
  const auto address = parse_ip_address(text);
  REQUIRE_MESSAGE(address, text);
  const char* name = special_address(*address);
  return name == nullptr ? "" : name;
}

std::string problem_of(const std::string& url, const std::vector<Network>& allowed = {}) {
  return webhook_url_problem(url, allowed);
}

std::string connecting(const char* url, const char* address, const std::vector<Network>& allowed = {}) {
  const auto parsed = parse_webhook_url(url);
  REQUIRE_MESSAGE(parsed.problem.empty(), parsed.problem);
  return address_problem(parsed, *parse_ip_address(address), allowed);
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

TEST_CASE("a url is https to a name or an address of the internet, or this very host") {
  for (const char* url :
       {"https://hooks.example.com", "https://hooks.example.com/reports?team=1&x=%20", "https://hooks.example.com:8443/",
        "https://8.8.8.8/x", "https://[2606:4700::1111]:443/", "https://localhost/", "http://localhost:8080/in",
        "http://127.0.0.1:9/", "http://[::1]/", "https://127.3.2.1/", "https://4chan.example/"}) {
    CAPTURE(url);
    CHECK(problem_of(url) == "");
  }
  CHECK(problem_of("http://hooks.example.com/") == "http is for this host itself only; write https://");
  CHECK(problem_of("http://8.8.8.8/") == "http is for this host itself only; write https://");
  CHECK(problem_of("https://ann:secret@hooks.example.com/").find("secret") == std::string::npos);
  CHECK(problem_of("https://169.254.169.254/latest") ==
        "169.254.169.254 is a metadata address, which `webhooks.allow_private` does not name");
  for (const char* url : {"",
                          "hooks.example.com",
                          "ftp://hooks.example.com/",
                          "file:///etc/passwd",
                          "HTTPS",
                          "https://",
                          "https:///x",
                          "https://2130706433/",
                          "https://0177.0.0.1/",
                          "https://0x7f.1/",
                          "https://0x7f000001/",
                          "https://127.1/",
                          "https://10.1/",
                          "https://10.0.0.1/",
                          "https://[::ffff:10.0.0.1]/",
                          "https://[fe80::1]/",
                          "https://[fe80::1%25eth0]/",
                          "https://0.0.0.0/",
                          "https://[::]/",
                          "https://localhost./",
                          "https://user@hooks.example.com/",
                          "https://hooks.example.com#x",
                          "https://hooks.example.com/a b",
                          "https://hooks.example.com/\r\nX: y",
                          "https://hooks.example.com\\@evil.example/",
                          "https://hooks.example.com:0/",
                          "https://hooks.example.com:65536/",
                          "https://hooks.example.com:/",
                          "https://[8.8.8.8]/",
                          "https://b\xc3\xbc"
                          "cher.example/",
                          "https://127.0.0.1.0x1/"}) {
    CAPTURE(url);
    CHECK(problem_of(url) != "");
  }
}

TEST_CASE("a private address is reached only where the configuration names it") {
  const std::vector<Network> allowed = {*Network::parse("10.0.0.0/8")};
  CHECK(problem_of("https://10.1.2.3/", allowed) == "");
  CHECK(problem_of("https://[::ffff:10.1.2.3]/", allowed) == "");
  CHECK(problem_of("https://192.168.0.1/", allowed) != "");
  CHECK(problem_of("http://10.1.2.3/", allowed) == "http is for this host itself only; write https://");
}

TEST_CASE("the address of the connection decides, whatever the name said before") {
  CHECK(connecting("https://hooks.example.com/", "93.184.216.34") == "");
  CHECK(connecting("https://hooks.example.com/", "127.0.0.1").find("loopback") != std::string::npos);
  CHECK(connecting("https://hooks.example.com/", "::1").find("loopback") != std::string::npos);
  CHECK(connecting("https://hooks.example.com/", "169.254.169.254").find("metadata") != std::string::npos);
  CHECK(connecting("https://hooks.example.com/", "10.0.0.7", {*Network::parse("10.0.0.0/8")}) == "");
  CHECK(connecting("https://localhost/", "127.0.0.1") == "");
  CHECK(connecting("https://localhost/", "192.168.0.1").find("private") != std::string::npos);
  // Without TLS nothing leaves this host, even where the address is allowed.
  CHECK(connecting("http://localhost/", "10.0.0.7", {*Network::parse("10.0.0.0/8")}).find("without TLS") != std::string::npos);
  CHECK(connecting("http://localhost/", "93.184.216.34").find("without TLS") != std::string::npos);
}

TEST_CASE("the signature is HMAC-SHA256 over time and body") {
  // printf '1773723720.{"id":"1"}' | openssl dgst -sha256 -hmac "key"
  const Instant at{std::chrono::seconds{1773723720}};
  CHECK(webhook_signature(Secret("key"), at, R"({"id":"1"})") ==
        "t=1773723720,v1=5890a61d4e920175abc27fa235dd17b266492d2046fba8fad5d3a2169ca43fe0");
}

TEST_CASE("what cannot be sent is an answer, not an exception") {
  WebhookPost post{.url = "https://10.0.0.1/", .secret = {}, .event = "run", .id = "1", .body = "{}", .sent_at = {}};
  auto answer = post_webhook({}, post);
  CHECK(answer.kind == OutcomeKind::refused);
  CHECK(answer.reason_class == "address");
  post.url = "https://localhost:9/";
  post.secret.file = "/nonexistent/secret";
  answer = post_webhook({}, post);
  CHECK(answer.kind == OutcomeKind::deferred);
  CHECK(answer.reason_class == "config");
}
