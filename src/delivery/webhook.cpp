// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/delivery/webhook.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/http/client.hpp"
#include "webhook_url.hpp"

namespace reportctl::delivery {

namespace {

constexpr std::chrono::seconds kLongestConnecting{10};
constexpr std::size_t kLongestReply = 65536;
constexpr std::chrono::seconds kLongestWait = std::chrono::hours{24};

/// With the secret, and with the one before it while there is one: the receiver may change at any time in between.
std::string signatures(const WebhookPost& post, const Secret& secret) {
  auto signature = webhook_signature(secret, post.sent_at, post.body);
  auto before = post.secret;
  if (!before.file.empty()) before.file += ".previous";
  if (!before.credential.empty()) before.credential += ".previous";
  try {
    if (const auto previous = read_secret(before)) {
      const auto other = webhook_signature(*previous, post.sent_at, post.body);
      signature += other.substr(other.find(','));
    }
  } catch (const Error&) {
    return signature;  // there is none, or it is not for us to read
  }
  return signature;
}

http::Answer perform(const WebhookSettings& settings, const WebhookPost& post, const Secret& secret) {
  const auto problem_of = [&, url = parse_webhook_url(post.url)](const sockaddr& address) {
    const auto bytes = address_of(address);
    return bytes ? address_problem(url, *bytes, settings.allow_private) : std::string("no internet address");
  };
  http::Client client({.ca_file = settings.ca_file,
                       .connect_timeout = std::min(kLongestConnecting, settings.timeout),
                       .response_timeout = settings.timeout,
                       .address_problem = problem_of});
  return client.perform({.method = "POST",
                         .url = post.url,
                         .headers = {{"Content-Type", "application/json"},
                                     {"User-Agent", "reportctl-webhook/1"},
                                     {"X-Reportctl-Event", post.event},
                                     {"X-Reportctl-Delivery", post.id},
                                     {"X-Reportctl-Signature", signatures(post, secret)}},
                         .body = {.text = post.body},
                         .longest = kLongestReply,
                         .whole_time = settings.timeout});
}

/// One sentence for everything that may be wrong: whoever names a secret must not learn which files there are, and what they are
/// like.
constexpr const char* kNoSecret =
    "the secret cannot be used: it must be a file in the account's directory below webhooks.secret_dir that reportctl alone may "
    "read, or a credential that the service manager passes to reportctl for webhooks";

std::optional<Secret> secret_of(const WebhookPost& post) {
  try {
    return read_secret(post.secret);
  } catch (const Error&) {
    return std::nullopt;
  }
}

/// Only the status counts.
WebhookAnswer judged(const http::Answer& answer) {
  WebhookAnswer judged{.kind = OutcomeKind::deferred,
                       .status = answer.status,
                       .answer = fmt::format("the endpoint answered {}", answer.status),
                       .reason_class = "answer",
                       .retry_after = {}};
  if (answer.status >= 200 && answer.status < 300) {
    judged.kind = OutcomeKind::accepted;
    judged.reason_class.clear();
  } else if (answer.status == 408 || answer.status == 425 || answer.status == 429 || answer.status >= 500 ||
             answer.status < 200) {
    if (answer.retry_after) judged.retry_after = std::min(*answer.retry_after, kLongestWait);
  } else {
    judged.kind = OutcomeKind::refused;
    if (answer.status < 400) judged.answer += "; redirects are not followed";
  }
  return judged;
}

WebhookAnswer unanswered(OutcomeKind kind, std::string words, std::string reason_class) {
  return {.kind = kind, .status = 0, .answer = std::move(words), .reason_class = std::move(reason_class), .retry_after = {}};
}

WebhookAnswer outcome_of(const http::Answer& answer) {
  // The answer is the status, whatever becomes of the body.
  if (answer.status >= 200) return judged(answer);
  switch (answer.trouble) {
    case http::Trouble::none:
      return judged(answer);
    case http::Trouble::too_long:
      break;
    case http::Trouble::address:
      return unanswered(OutcomeKind::refused, answer.words, "address");
    case http::Trouble::silent:
      return unanswered(OutcomeKind::deferred, answer.words, "timeout");
    case http::Trouble::tls:
      return unanswered(OutcomeKind::deferred, answer.words, "tls");
    case http::Trouble::passing:
      break;
  }
  return unanswered(OutcomeKind::deferred, answer.words, "connection");
}

}  // namespace

std::string webhook_signature(const Secret& secret, Instant sent_at, std::string_view body) {
  const auto seconds = sent_at.time_since_epoch().count();
  return fmt::format("t={},v1={}", seconds, hex(hmac_sha256(secret.reveal(), fmt::format("{}.{}", seconds, body))));
}

WebhookAnswer post_webhook(const WebhookSettings& settings, const WebhookPost& post) try {
  // Asked again: what is allowed may have changed since the url was saved.
  if (const auto problem = webhook_url_problem(post.url, settings.allow_private); !problem.empty())
    return unanswered(OutcomeKind::refused, problem, "address");
  const auto secret = secret_of(post);
  if (!secret) return unanswered(OutcomeKind::deferred, kNoSecret, "config");
  return outcome_of(perform(settings, post, *secret));
} catch (const Error& error) {
  return unanswered(OutcomeKind::deferred, error.what(), error.kind() == ErrorKind::interrupted ? "stopped" : "config");
}

}  // namespace reportctl::delivery
