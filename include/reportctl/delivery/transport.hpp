// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/address.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/secret.hpp"

namespace reportctl::delivery {

/// accepted: the server (or directory) has it. refused: it said no for good. deferred: not now, and provably not handed over.
/// unknown: the last bytes were handed over and no answer came; only an operator can tell.
enum class OutcomeKind { accepted, refused, deferred, unknown };

/// What became of one message to one recipient: a value, never an exception.
struct Outcome {
  OutcomeKind kind = OutcomeKind::deferred;
  std::string answer;  ///< the server's words (control characters made visible), or our reason
  std::string
      reason_class;  ///< `too_large`, `config`, `sender_rejected`, `recipient`, `connection`, `stopped`, …; empty when accepted
  int reply_code = 0;       ///< SMTP; 0 when none
  bool stop_batch = false;  ///< the next message of this tick would meet the same: do not try
};

/// One message for one recipient. The bytes on the wire are head, blank line or body start, body: exactly `head + body`.
struct Letter {
  EmailAddress from;  ///< envelope sender
  EmailAddress to;
  std::string head;                ///< from mail::write_head()
  const TempFile* body = nullptr;  ///< from mail::write_body(); borrowed
  /// An address that only a server with SMTPUTF8 takes.
  [[nodiscard]] bool needs_utf8() const { return !from.is_ascii() || !to.is_ascii(); }
  [[nodiscard]] std::uint64_t size() const { return head.size() + (body != nullptr ? body->size() : 0); }
};

/// Called exactly once, just before the last bytes are handed over. It makes `handing_over` durable; when it throws, the message
/// must not be completed and the outcome is deferred.
using HandingOver = std::function<void()>;

/// A way to hand over mail. Keeps its connection between letters. Not for sharing between threads.
class Transport {
 public:
  virtual ~Transport() = default;
  virtual Outcome send(const Letter&, const HandingOver&) = 0;
  /// `smtp://mail.example.com:587 (TLS required)`; never a secret.
  [[nodiscard]] virtual std::string describe() const = 0;
  /// The largest message it takes, in bytes, when it has said so (SMTP SIZE).
  [[nodiscard]] virtual std::optional<std::uint64_t> size_limit() const { return std::nullopt; }
  /// Connects and logs in without sending, for `mail test` and `doctor`.
  virtual Outcome probe() = 0;
};

enum class Tls { required, none };
/// What a login is made with.
enum class Auth {
  password,  ///< PLAIN or LOGIN, CRAM-MD5 where the server offers neither
  token,     ///< XOAUTH2 or OAUTHBEARER, with a token that expires
};

struct TransportSettings {
  std::string url;  ///< `maildir:/path`, `sendmail:` or `sendmail:/path/to/sendmail`, `smtp://host:port`, `smtps://host:port`
  std::string username;
  SecretSource password;  ///< or the token; read for each connection
  Auth auth = Auth::password;
  Tls tls = Tls::required;                   ///< `none` only for this host or a private network, and then no AUTH
  std::filesystem::path ca_file;             ///< empty: the system's
  std::filesystem::path client_certificate;  ///< for servers that want one; PEM. Empty: none
  std::filesystem::path client_key;
  std::string helo;  ///< EHLO name; empty: the host's
  std::chrono::seconds connect_timeout{30};
  std::chrono::seconds response_timeout{600};  ///< Postfix waits as long after the dot
  int turns_file = -1;  ///< shared by processes that use the server at the same time; borrowed. -1: there is one process
  std::chrono::seconds stop_grace{60};  ///< how long a stop still waits for the answer to the last bytes
};

/// A directory or program of this host, or a server on it: what `root` and user@localhost need. False for a url that is none.
bool reaches_this_host(const TransportSettings&);

/// A Maildir: what is sent goes into a directory and no further.
bool stays_in_a_directory(const TransportSettings&);

/// Error(config) for an unknown scheme, `tls: none` to a public address or together with a login, a login without a password
/// source, one of certificate and key without the other. Nothing is connected and no secret is read yet: a secret that cannot be
/// read is a deferred outcome of class `config` of the first send.
std::unique_ptr<Transport> open_transport(const TransportSettings&);

}  // namespace reportctl::delivery
