// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/ping.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/http/client.hpp"

namespace reportctl::delivery {

namespace {

constexpr std::chrono::seconds kPingConnecting{5};
constexpr std::chrono::seconds kWholePing{10};
constexpr std::size_t kLongestPong = 65536;

}  // namespace

std::string ping(const std::string& url) try {
  http::Client client({.ca_file = {}, .connect_timeout = kPingConnecting, .response_timeout = kWholePing, .address_problem = {}});
  const auto answer = client.perform({.method = "GET",
                                      .url = url,
                                      .headers = {{"User-Agent", "reportctl-monitor/1"}},
                                      .longest = kLongestPong,
                                      .whole_time = kWholePing,
                                      .despite_stop = true});
  if (answer.status >= 200 && answer.status < 300) return {};
  return answer.status == 0 ? std::string("was not reached") : fmt::format("answered {}", answer.status);
} catch (const Error&) {
  return "cannot be asked";
}

}  // namespace reportctl::delivery
