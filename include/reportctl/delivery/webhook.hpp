// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/network.hpp"
#include "reportctl/base/secret.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/delivery/transport.hpp"

namespace reportctl::delivery {

struct WebhookSettings {
  std::vector<Network> allow_private;  ///< special addresses that webhooks may reach all the same
  std::filesystem::path ca_file;       ///< empty: the system's
  std::filesystem::path secret_dir = "/etc/reportctl/webhook-secrets";  ///< an account's secrets are in the directory of its id
  std::chrono::seconds timeout{30};                                     ///< for one try, from the first packet to the last
};

/// What is wrong with a url for a webhook, or an empty text: https, or http on this very host; this host too only where it is
/// allowed; no user, no fragment; a name or a
/// canonical address that may be reached.
std::string webhook_url_problem(const std::string& url, const std::vector<Network>& allow_private);

struct WebhookPost {
  std::string url;
  SecretSource secret;
  std::string event, id;
  std::string body;  ///< JSON
  Instant sent_at{};
};

/// `t=<seconds since 1970>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`.
std::string webhook_signature(const Secret&, Instant sent_at, std::string_view body);

/// There is no `unknown` here: without an answer it is deferred and may be sent again under the same id.
struct WebhookAnswer {
  OutcomeKind kind = OutcomeKind::deferred;
  int status = 0;  ///< of HTTP; 0: no answer
  std::string answer, reason_class;
  std::optional<std::chrono::seconds> retry_after;  ///< what a 429 or 503 asks for
};

/// One POST on a connection of its own: no redirects, no proxy, no cookies, TLS checked, the address checked on the very socket.
/// The secret is read now. Never throws for what the other side does.
WebhookAnswer post_webhook(const WebhookSettings&, const WebhookPost&);

}  // namespace reportctl::delivery
