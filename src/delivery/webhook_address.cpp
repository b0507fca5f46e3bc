// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reportctl/base/host.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/delivery/webhook.hpp"
#include "webhook_url.hpp"

namespace reportctl::delivery {

namespace {

/// A name whose last label looks like a number would be read as an address by some: `2130706433`, `0177.0.0.1`, `0x7f.1`.
bool reads_like_a_number(const std::string& host) {
  const auto last = host.substr(host.rfind('.') + 1);
  return !last.empty() && last.front() >= '0' && last.front() <= '9' && std::all_of(last.begin(), last.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == 'x';
  });
}

}  // namespace

WebhookUrl parse_webhook_url(const std::string& url) {
  WebhookUrl parsed;
  const auto refuse = [&](std::string problem) {
    parsed.problem = std::move(problem);
    return parsed;
  };
  parsed.tls = url.starts_with("https://");
  if (!parsed.tls && !url.starts_with("http://")) return refuse("a url begins with https://");
  if (url.size() > 2000) return refuse("the url is longer than 2000 characters");
  if (!std::all_of(url.begin(), url.end(),
                   [](char c) { return c > ' ' && c < '\x7f' && c != '\\' && c != '"' && c != '<' && c != '>'; }))
    return refuse("the url has characters that must be written as %XX");
  if (url.find('#') != std::string::npos) return refuse("the url has a # part, which is never sent");
  const auto begin = url.find("://") + 3;
  const auto text = url.substr(begin, url.find_first_of("/?", begin) - begin);
  if (text.find('@') != std::string::npos) return refuse("the url holds a user or password; requests are signed instead");
  const auto authority = parse_authority(text);
  if (!authority.problem.empty()) return refuse(authority.problem);
  parsed.host = authority.host;
  const bool bracketed = parsed.host.front() == '[';
  parsed.address = parse_ip_address(bracketed ? parsed.host.substr(1, parsed.host.size() - 2) : parsed.host);
  if (!parsed.address && reads_like_a_number(parsed.host))
    return refuse("the host is a number; write a name, or an address such as 192.0.2.7");
  parsed.loopback = is_loopback(parsed.host);
  if (!parsed.tls && !parsed.loopback) return refuse("http is for this host itself only; write https://");
  return parsed;
}

std::string webhook_url_problem(const std::string& url, const std::vector<Network>& allow_private) {
  const auto parsed = parse_webhook_url(url);
  if (!parsed.problem.empty()) return parsed.problem;
  if (!parsed.address && parsed.loopback) {  // `localhost`
    const auto allowed = [&](const char* text) {
      return address_problem(parsed, *parse_ip_address(text), allow_private).empty();
    };
    return allowed("127.0.0.1") || allowed("::1") ? std::string() : address_problem(parsed, *parse_ip_address("127.0.0.1"), {});
  }
  if (!parsed.address) return {};
  return address_problem(parsed, *parsed.address, allow_private);
}

std::string address_problem(const WebhookUrl& url, const AddressBytes& address, const std::vector<Network>& allow_private) {
  const char* name = special_address(address);
  const bool loopback = is_loopback(address);
  if (!url.tls && !loopback) return fmt::format("{} is not this host: nothing is sent there without TLS", url.host);
  if (name == nullptr) return {};
  for (const auto& network : allow_private) {
    if (network.contains(address)) return {};
  }
  const auto single = Network{.address = address, .bits = 128}.str();
  return fmt::format("{} is a {} address, which `webhooks.allow_private` does not name", single.substr(0, single.find('/')),
                     name);
}

}  // namespace reportctl::delivery
