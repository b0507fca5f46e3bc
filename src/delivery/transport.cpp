// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/transport.hpp"

#include <fmt/format.h>

#include "endpoint.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/host.hpp"
#include "transports.hpp"

namespace reportctl::delivery {

namespace {

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
  throw Error(ErrorKind::config, "mail: " + message, hint);
}

void check_smtp(const Endpoint& endpoint, const TransportSettings& settings) {
  const bool login = !settings.username.empty();
  if (settings.tls == Tls::none) {
    if (endpoint.scheme == Scheme::smtps) refuse("smtps: and tls: none contradict each other", "remove tls: none");
    if (!is_loopback(endpoint.host))
      refuse(fmt::format("tls: none is only for this host itself, not for {}", endpoint.host), "set tls: required");
    if (login || !settings.password.empty())
      refuse("no password is sent without TLS", "remove username and password, or set tls: required");
  }
  if (login && settings.password.empty())
    refuse(fmt::format("username {} has no password", settings.username), "set mail.password_file or mail.password_command");
  if (!login && !settings.password.empty()) refuse("a password without a username", "set mail.username");
  if (!settings.helo.empty() && !is_host_name(settings.helo))
    refuse("helo is not a host name in ASCII", "write a name like host.example.com");
}

}  // namespace

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
