// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/http/client.hpp"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <thread>

#include "reportctl/base/error.hpp"
#include "reportctl/http/handle.hpp"

using namespace reportctl;
using namespace reportctl::http;

namespace {

/// Takes one connection on loopback, reads a request until `until` has come, says `words`, and ends.
class Server {
 public:
  explicit Server(std::string words, std::string until = "\r\n\r\n")
      : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(listener_.get(), 1) != 0 ||
        ::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no server on loopback");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, words = std::move(words), until = std::move(until)] { serve(words, until); });
  }
  ~Server() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/a"; }
  /// What came; the server ends with it.
  std::string request() {
    thread_.join();
    thread_ = std::thread([] {});
    return request_;
  }

 private:
  void serve(const std::string& words, const std::string& until) {
    const Fd peer(::accept(listener_.get(), nullptr, nullptr));
    char block[4096];
    while (peer && request_.find(until) == std::string::npos) {
      const ssize_t got = ::recv(peer.get(), block, sizeof block, 0);
      if (got <= 0) return;
      request_.append(block, static_cast<std::size_t>(got));
    }
    for (std::size_t at = 0; peer && at < words.size();) {
      const ssize_t put = ::send(peer.get(), words.data() + at, words.size() - at, MSG_NOSIGNAL);
      if (put <= 0) return;
      at += static_cast<std::size_t>(put);
    }
    ::shutdown(peer.get(), SHUT_WR);
    while (peer && ::recv(peer.get(), block, sizeof block, 0) > 0) continue;
  }

  Fd listener_;
  std::uint16_t port_ = 0;
  std::string request_;
  std::thread thread_;
};

Answer get(const Server& server, Request request = {}) {
  request.method = "GET";
  request.url = server.url();
  return Client({}).perform(request);
}

}  // namespace

TEST_CASE("an answer has its status, its headers in lower case and its text") {
  const Server server("HTTP/1.1 503 Busy\r\nX-One:  1 \r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nbusy");
  const Answer answer = get(server);
  CHECK(answer.trouble == Trouble::none);
  CHECK(answer.status == 503);
  CHECK(answer.headers.at("x-one") == "1");
  CHECK(answer.text == "busy");
  CHECK(answer.retry_after == std::chrono::seconds{7});
}

TEST_CASE("a text is sent as the body, and what the server said on the way is not its answer") {
  Server server("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 0\r\n\r\n", "the body");
  const Answer answer =
      Client({}).perform({.method = "POST", .url = server.url(), .headers = {{"X-Two", "2"}}, .body = {.text = "the body"}});
  CHECK(answer.status == 201);
  CHECK(answer.headers.count("x-early") == 0);
  const std::string request = server.request();
  CHECK(request.starts_with("POST /a HTTP/1.1\r\n"));
  CHECK(request.find("\r\nX-Two: 2\r\n") != std::string::npos);
  CHECK(request.find("\r\nContent-Length: 8\r\n") != std::string::npos);
  CHECK(request.find("Expect") == std::string::npos);
  CHECK(request.ends_with("\r\n\r\nthe body"));
}

TEST_CASE("an answer is cut off where it becomes too long, be it in its text or its headers") {
  const std::string long_text(5000, 'x');
  for (const std::string& words :
       {"HTTP/1.1 200 OK\r\n\r\n" + long_text, "HTTP/1.1 200 OK\r\nX-Long: " + long_text + "\r\n\r\n"}) {
    const Server server(words);
    const Answer answer = get(server, {.method = {}, .url = {}, .longest = 1000});
    CHECK(answer.trouble == Trouble::too_long);
    CHECK(answer.status == 200);
    CHECK(answer.text.size() <= 1000);
  }
}

TEST_CASE("a body that is taken may be of any length, and is taken of a 200 only") {
  std::string taken;
  const auto take = [&](std::string_view bytes) { taken += bytes; };
  const Server server("HTTP/1.1 200 OK\r\n\r\n" + std::string(5000, 'x'));
  CHECK(get(server, {.method = {}, .url = {}, .take = take, .longest = 1000}).trouble == Trouble::none);
  CHECK(taken == std::string(5000, 'x'));
  taken.clear();
  const Server other("HTTP/1.1 404 No\r\n\r\nno");
  CHECK(get(other, {.method = {}, .url = {}, .take = take}).text == "no");
  CHECK(taken.empty());
}

TEST_CASE("what the taker of a body throws comes out") {
  const Server server("HTTP/1.1 200 OK\r\n\r\nx");
  CHECK_THROWS_AS(
      get(server, {.method = {}, .url = {}, .take = [](std::string_view) { throw Error(ErrorKind::output, "full"); }}), Error);
}

TEST_CASE("a body that ends early is no answer, and another try may fare better") {
  const Server server("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
  CHECK(get(server).trouble == Trouble::passing);
}

TEST_CASE("a redirect is an answer, and is not followed") {
  const Server elsewhere("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  const Server server("HTTP/1.1 302 There\r\nLocation: " + elsewhere.url() + "\r\nContent-Length: 0\r\n\r\n");
  CHECK(get(server).status == 302);
}

TEST_CASE("an address with a problem is not connected to, and the problem is told") {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Client client({.ca_file = {}, .address_problem = [](const sockaddr& address) {
                   return address.sa_family == AF_INET ? std::string("not there") : std::string();
                 }});
  const Answer answer = client.perform({.method = "GET", .url = server.url()});
  CHECK(answer.trouble == Trouble::address);
  CHECK(answer.words == "not there");
  CHECK(answer.status == 0);
}

TEST_CASE("where nobody listens there is no answer") {
  std::string url;
  {
    const Server server("");
    url = server.url();
  }
  const Answer answer = Client({}).perform({.method = "GET", .url = url});
  CHECK(answer.trouble == Trouble::passing);
  CHECK(answer.words.find("connect") != std::string::npos);
}

TEST_CASE("a certificate that is not accepted is a failure of TLS, and a name that is not found is none") {
  CHECK(is_tls_failure(CURLE_PEER_FAILED_VERIFICATION));
  CHECK(is_tls_failure(CURLE_SSL_CACERT_BADFILE));
  CHECK_FALSE(is_tls_failure(CURLE_COULDNT_RESOLVE_HOST));
  CHECK_FALSE(is_tls_failure(CURLE_SSL_CONNECT_ERROR));  // also that of a connection which broke off
}
