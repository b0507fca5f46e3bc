// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reportctl/delivery/webhook.hpp"

namespace reportctl::delivery {

/// A webhook's url, taken apart as strictly as libcurl will ever read it.
struct WebhookUrl {
  std::string host;  ///< lower case, IPv6 in brackets
  bool tls = true;
  bool loopback = false;                ///< written as this host: `localhost`, 127.x.x.x, [::1]
  std::optional<AddressBytes> address;  ///< when the host is written as one
  std::string problem;                  ///< why nothing is sent to such a url; empty: it is one
};
WebhookUrl parse_webhook_url(const std::string& url);

/// Why nothing may be sent to this address on behalf of that url, or an empty text. A name that leads to the loopback interface,
/// where it does not say so, is refused like a private one.
std::string address_problem(const WebhookUrl&, const AddressBytes&, const std::vector<Network>& allow_private);

}  // namespace reportctl::delivery
