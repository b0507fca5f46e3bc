// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "endpoint.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::delivery {

namespace {

constexpr const char* kForms = "write smtp://HOST:PORT, smtps://HOST:PORT, sendmail:, sendmail:/PROGRAM or maildir:/FOLDER";

[[noreturn]] void refuse(const std::string& reason) { throw Error(ErrorKind::config, "mail.transport: " + reason, kForms); }

std::filesystem::path absolute_path(const std::string& text, const char* what) {
  if (!text.starts_with('/') || has_control(text)) refuse(fmt::format("{} needs an absolute path", what));
  return text;
}

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

bool is_bracketed_ipv6(const std::string& text) {
  in6_addr address{};
  return text.size() > 2 && text.front() == '[' && text.back() == ']' &&
         ::inet_pton(AF_INET6, text.substr(1, text.size() - 2).c_str(), &address) == 1;
}

/// `host`, `host:port` or `[v6]:port`, with an optional `/` at the end.
void parse_authority(std::string text, Endpoint& endpoint) {
  if (text.find('@') != std::string::npos)
    refuse("a url holds no user and no password (set mail.username and mail.password_file instead)");
  if (text.ends_with('/')) text.pop_back();
  const std::size_t colon = text.rfind(':');
  const std::size_t bracket = text.rfind(']');
  if (colon != std::string::npos && (bracket == std::string::npos || colon > bracket)) {
    const auto port = parse_integer(text.substr(colon + 1));
    if (!port || *port < 1 || *port > 65535) refuse("the port is not a number from 1 to 65535");
    endpoint.port = static_cast<std::uint16_t>(*port);
    text.resize(colon);
  }
  endpoint.host = to_lower(text);
  if (!is_host_name(endpoint.host) && !is_bracketed_ipv6(endpoint.host)) refuse("the host is not a name or an address in ASCII");
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

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || (is_ipv4(host) && host.starts_with("127."));
}

Endpoint parse_endpoint(const std::string& url) {
  Endpoint endpoint;
  const auto rest = [&](std::string_view prefix) { return url.substr(prefix.size()); };
  if (url.starts_with("maildir:")) {
    endpoint.path = absolute_path(rest("maildir:"), "maildir:");
  } else if (url == "sendmail:") {
    endpoint.scheme = Scheme::sendmail;
    endpoint.path = "/usr/sbin/sendmail";
  } else if (url.starts_with("sendmail:")) {
    endpoint.scheme = Scheme::sendmail;
    endpoint.path = absolute_path(rest("sendmail:"), "sendmail:");
  } else if (url.starts_with("smtp://")) {
    endpoint.scheme = Scheme::smtp;
    endpoint.port = 25;
    parse_authority(rest("smtp://"), endpoint);
  } else if (url.starts_with("smtps://")) {
    endpoint.scheme = Scheme::smtps;
    endpoint.port = 465;
    parse_authority(rest("smtps://"), endpoint);
  } else {
    refuse("unknown kind of transport");
  }
  return endpoint;
}

}  // namespace reportctl::delivery
