// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/webhook.hpp"

#include <doctest/doctest.h>

#include <string>

#include "webhook_url.hpp"

using namespace reportctl;
using namespace reportctl::delivery;

namespace {

std::string problem_of(const std::string& url, const std::vector<Network>& allowed = {}) {
  return webhook_url_problem(url, allowed);
}

std::string connecting(const char* url, const char* address, const std::vector<Network>& allowed = {}) {
  const auto parsed = parse_webhook_url(url);
  REQUIRE_MESSAGE(parsed.problem.empty(), parsed.problem);
  return address_problem(parsed, *parse_ip_address(address), allowed);
}

}  // namespace

TEST_CASE("a url is https to a name or an address of the internet; this very host where it is allowed") {
  for (const char* url :
       {"https://hooks.example.com", "https://hooks.example.com/reports?team=1&x=%20", "https://hooks.example.com:8443/",
        "https://8.8.8.8/x", "https://[2606:4700::1111]:443/", "https://4chan.example/"}) {
    CAPTURE(url);
    CHECK(problem_of(url) == "");
  }
  const std::vector<Network> this_host = {*Network::parse("127.0.0.0/8"), *Network::parse("::1")};
  for (const char* url :
       {"https://localhost/", "http://localhost:8080/in", "http://127.0.0.1:9/", "http://[::1]/", "https://127.3.2.1/"}) {
    CAPTURE(url);
    CHECK(problem_of(url, this_host) == "");
    CHECK(problem_of(url).find("is a loopback address, which `webhooks.allow_private` does not name") != std::string::npos);
  }
  CHECK(problem_of("https://localhost/", {*Network::parse("::1")}) == "");
  CHECK(problem_of("https://127.0.0.1/", {*Network::parse("::1")}) != "");
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
  CHECK(connecting("https://localhost/", "127.0.0.1").find("loopback") != std::string::npos);
  CHECK(connecting("https://localhost/", "127.0.0.1", {*Network::parse("127.0.0.0/8")}) == "");
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
  CHECK(post_webhook({}, post).reason_class == "address");
  WebhookSettings settings;
  settings.allow_private = {*Network::parse("127.0.0.0/8"), *Network::parse("::1")};
  answer = post_webhook(settings, post);
  CHECK(answer.kind == OutcomeKind::deferred);
  CHECK(answer.reason_class == "config");
}
