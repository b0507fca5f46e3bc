// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/transport.hpp"

#include <fmt/format.h>

#include "endpoint.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "reportctl/base/network.hpp"
#include "transports.hpp"

namespace reportctl::delivery {

namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::config, "mail: " + message, hint);
}

std::string_view bare(std::string_view host) {
  return host.starts_with('[') && host.ends_with(']') ? host.substr(1, host.size() - 2) : host;
}

void check_smtp(const Endpoint& endpoint, const TransportSettings& settings) {
  const bool login = !settings.username.empty();
  if (settings.tls == Tls::none) {
    if (endpoint.scheme == Scheme::smtps) refuse("smtps: and tls: none contradict each other", "remove tls: none");
    if (const auto address = parse_ip_address(bare(endpoint.host)); address && !stays_in_the_house(*address))
      refuse(fmt::format("tls: none is only for this host or a private network, not for {}", endpoint.host), "set tls: required");
    if (login || !settings.password.empty())
      refuse("no password is sent without TLS", "remove username and password, or set tls: required");
  }
  if (login && settings.password.empty())
    refuse(fmt::format("username {} has no password", settings.username), "set mail.password_file or mail.password_command");
  if (!login && !settings.password.empty()) refuse("a password without a username", "set mail.username");
  if (settings.client_certificate.empty() != settings.client_key.empty())
    refuse("a client certificate needs both its file and its key", "set mail.client_certificate and mail.client_key");
  if (!settings.helo.empty() && !is_host_name(settings.helo))
    refuse("helo is not a host name in ASCII", "write a name like host.example.com");
}

}  // namespace

bool stays_in_the_house(const AddressBytes& address) {
  const char* kind = special_address(address);
  return kind != nullptr && (std::string_view(kind) == "loopback" || std::string_view(kind) == "private");
}

bool reaches_this_host(const TransportSettings& settings) try {
  const Endpoint endpoint = parse_endpoint(settings.url);
  return !endpoint.is_smtp() || is_loopback(endpoint.host);
} catch (const Error&) {
  return false;
}

bool stays_in_a_directory(const TransportSettings& settings) { return settings.url.starts_with("maildir:"); }

std::unique_ptr<Transport> open_transport(const TransportSettings& settings) {
  const Endpoint endpoint = parse_endpoint(settings.url);
  switch (endpoint.scheme) {
    case Scheme::maildir:
      return make_maildir(endpoint);
    case Scheme::sendmail:
      return make_sendmail(endpoint, settings);
    case Scheme::smtp:
    case Scheme::smtps:
      break;
  }
  check_smtp(endpoint, settings);
  return make_smtp(endpoint, settings);
}

}  // namespace reportctl::delivery
