// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "smtp_outcome.hpp"

#include <fmt/format.h>

#include <optional>

#include "reportctl/base/text.hpp"
#include "reportctl/http/handle.hpp"

namespace reportctl::delivery {

namespace {

enum class Batch { goes_on, stops };

std::string answer(const Ending& ending) {
  if (!ending.words.empty()) return visible(repair_utf8(ending.words));
  return visible(repair_utf8(ending.error.empty() ? "the connection ended" : ending.error));
}

Outcome deferred(const Ending& ending, const char* reason_class, Batch batch) {
  return {OutcomeKind::deferred, answer(ending), reason_class, ending.reply_code, batch == Batch::stops};
}

Outcome refused(const Ending& ending, const char* reason_class) {
  return {OutcomeKind::refused, answer(ending), reason_class, ending.reply_code, false};
}

Outcome accepted(const Ending& ending) { return {OutcomeKind::accepted, answer(ending), {}, ending.reply_code, false}; }

Outcome unknown(const Ending& ending) {
  const bool stopped = ending.halt == Halt::stopped;
  return {OutcomeKind::unknown, "everything was handed over, but no answer came: " + answer(ending), "reply_lost",
          ending.reply_code, stopped};
}

/// 552 is also said of a full mailbox, with the enhanced code 5.2.2.
bool is_too_large(const Ending& ending) {
  const auto says = [&](std::string_view text) { return ending.words.find(text) != std::string::npos; };
  return says("5.3.4") || says("5.2.3") || (ending.reply_code == 552 && !says("5.2.2"));
}

/// The server did not understand what it was asked, or we asked something that libcurl cannot do.
bool is_setup_failure(int code) {
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT || code == CURLE_NOT_BUILT_IN ||
         code == CURLE_BAD_FUNCTION_ARGUMENT || code == CURLE_UNKNOWN_OPTION || code == CURLE_SETOPT_OPTION_SYNTAX;
}

/// The answer to the final dot.
Outcome after_content(const Ending& ending) {
  switch (ending.reply_code / 100) {
    case 2:
      return accepted(ending);  // libcurl takes any but 250 for an error
    case 4:
      return deferred(ending, "temporary", Batch::goes_on);
    case 5:
      return refused(ending, is_too_large(ending) ? "too_large" : "rejected");
    default:
      return unknown(ending);
  }
}

constexpr const char* kHello = "set mail.helo to the full name of this host, like reports.example.com";
constexpr const char* kTls = "the server wants TLS: remove tls: none";
constexpr const char* kLogin = "the server wants a login: set mail.username and mail.password_file";
constexpr const char* kRelay =
    "the server passes nothing on to that domain: set mail.username and mail.password_file, or have it let this host in";
constexpr const char* kSender = "the server does not accept mail.from";
constexpr const char* kLoginsSender = "this login may not send as mail.from";
constexpr const char* kDomain =
    "the domain of mail.from does not name this server as its own: see its SPF, DKIM and DMARC records";
constexpr const char* kQuota = "the server takes no more for now";
constexpr const char* kHost = "the server does not accept mail from this host";

/// What a server may mean by a "no" at MAIL, RCPT, DATA or the content that does not concern this letter alone.
struct Meaning {
  const char* words;         ///< in its reply, in lower case
  const char* reason_class;  ///< `config`: nothing is sent before somebody changes it
  const char* hint;
  Batch batch = Batch::stops;
};
constexpr Meaning kMeanings[] = {
    {"client certificate", "config", "set mail.client_certificate and mail.client_key"},
    {"helo command rejected", "config", kHello},
    {"fully-qualified hostname", "config", kHello},
    {"fully qualified hostname", "config", kHello},
    {"helo argument", "config", kHello},
    {"ehlo argument", "config", kHello},
    {"invalid helo", "config", kHello},
    {"helo invalid", "config", kHello},
    {"invalid ehlo", "config", kHello},
    {"bad helo", "config", kHello},
    {"requires domain address", "config", kHello},
    {"starttls", "config", kTls},
    {"encryption required", "config", kTls},
    {"encryption is required", "config", kTls},
    {"requires encryption", "config", kTls},
    {"tls required", "config", kTls},
    {"tls is required", "config", kTls},
    {"authentication required", "config", kLogin},
    {"authentication is required", "config", kLogin},
    {"authentication needed", "config", kLogin},
    {"requires authentication", "config", kLogin},
    {"auth required", "config", kLogin},
    {"must authenticate", "config", kLogin},
    {"please authenticate", "config", kLogin},
    {"not authenticated", "config", kLogin},
    {"unauthenticated sender", "config", kLogin},
    {"authenticate first", "config", kLogin},
    {"not logged in", "config", kLogin},
    {"must login", "config", kLogin},
    {"must log in", "config", kLogin},
    {"invalid credentials", "config",
     "the server does not know this login, or this host: see mail.username and mail.password_file"},
    {"relaying disallowed as", "sender_rejected", kLoginsSender},  // Zoho
    // Recipients of the server's own domains can still be reached.
    {"relay access denied", "config", kRelay, Batch::goes_on},
    {"relay denied", "config", kRelay, Batch::goes_on},
    {"relaying denied", "config", kRelay, Batch::goes_on},
    {"relay not permitted", "config", kRelay, Batch::goes_on},
    {"relaying not allowed", "config", kRelay, Batch::goes_on},
    {"not allowed to relay", "config", kRelay, Batch::goes_on},
    {"unable to relay", "config", kRelay, Batch::goes_on},
    {"list of allowed rcpthosts", "config", kRelay, Batch::goes_on},  // qmail
    {"not owned by", "sender_rejected", kLoginsSender},
    {"send as this sender", "sender_rejected", kLoginsSender},
    {"sendasdenied", "sender_rejected", kLoginsSender},
    {"not allowed to send from", "sender_rejected", kLoginsSender},
    {"not authorized to send from", "sender_rejected", kLoginsSender},
    {"email address is not verified", "sender_rejected", kSender},  // SES
    {"verified sender identity", "sender_rejected", kSender},       // SendGrid
    {"sender address rejected", "sender_rejected", kSender},
    {"sender address is not allowed", "sender_rejected", kSender},
    {"sender rejected", "sender_rejected", kSender},
    {"sender denied", "sender_rejected", kSender},
    {"sender verify failed", "sender_rejected", kSender},
    {"bad sender", "sender_rejected", kSender},
    {"dmarc", "sender_rejected", kDomain},
    {"spf check", "sender_rejected", kDomain},
    {"spf validation", "sender_rejected", kDomain},
    {"spf fail", "sender_rejected", kDomain},
    {"sender is unauthenticated", "sender_rejected", kDomain},
    {"sending limit", "quota", kQuota},
    {"message quota", "quota", kQuota},
    {"sending quota", "quota", kQuota},
    {"submission quota", "quota", kQuota},
    {"sending rate", "quota", kQuota},
    {"rate limit", "quota", kQuota},
    {"daily limit", "quota", kQuota},
    {"hourly limit", "quota", kQuota},
    {"credits exceeded", "quota", kQuota},
    {"too many messages", "quota", kQuota},
    {"client host rejected", "connection", kHost},
    {"client host [", "connection", kHost},
    {"dnsbl", "connection", kHost},
    {"black list at", "connection", kHost},
    {"not accepted from this ip", "connection", kHost},
    {"banned sending ip", "connection", kHost},
    {"ptr record", "connection", kHost},
    {"reverse dns", "connection", kHost},
};
constexpr Meaning kWantsLogin{"", "config", kLogin};

/// In lower case, without addresses: a mailbox may be called dmarc, and "rate limit"@example.com is one, too.
std::string words_of(const Ending& ending) {
  std::string words = to_lower(ending.words);
  for (std::size_t at = words.find("\"@"); at != std::string::npos; at = words.find("\"@")) {
    const std::size_t open = at == 0 ? 0 : words.rfind('"', at - 1);
    words.erase(open == std::string::npos ? 0 : open, at + 1 - (open == std::string::npos ? 0 : open));
  }
  std::string kept;
  for (const std::string& word : split(words, ' '))
    if (word.find('@') == std::string::npos) kept += word + ' ';
  return kept;
}

const Meaning* meaning_of(const Ending& ending) {
  const int kind = ending.reply_code / 100;
  if (kind != 4 && kind != 5) return nullptr;
  const std::string words = words_of(ending);
  if (words.find(".2.2 ") != std::string::npos) return nullptr;  // 5.2.2: the recipient's mailbox is full
  for (const auto& meaning : kMeanings) {
    if (words.find(meaning.words) != std::string::npos) return &meaning;
  }
  return ending.reply_code == 530 ? &kWantsLogin : nullptr;  // RFC 4954
}

/// Nothing was handed over, or the answer to it says no; nullopt: the reply means no more than it says.
std::optional<Outcome> by_meaning(const Ending& ending) {
  const bool concerns_the_login = ending.phase == Phase::auth;
  const auto* meaning = ending.phase < Phase::hello || concerns_the_login ? nullptr : meaning_of(ending);
  if (meaning == nullptr) return std::nullopt;
  return Outcome{OutcomeKind::deferred, fmt::format("{} ({})", answer(ending), meaning->hint), meaning->reason_class,
                 ending.reply_code, meaning->batch == Batch::stops};
}

/// A phase that knows no other reply than "no".
Outcome before_content(const Ending& ending) {
  const int kind = ending.reply_code / 100;
  switch (ending.phase) {
    case Phase::connect:
    case Phase::greeting:
    case Phase::hello:
    case Phase::starttls:
      return deferred(ending, "connection", Batch::stops);
    case Phase::auth:
      if (kind == 4) return deferred(ending, "login", Batch::stops);
      if (ending.curl_code == CURLE_LOGIN_DENIED || kind == 5) return deferred(ending, "config", Batch::stops);
      return deferred(ending, "connection", Batch::stops);
    case Phase::reset:
      break;
    case Phase::mail:
      if (kind == 5 && is_too_large(ending)) return refused(ending, "too_large");
      if (kind == 5) return deferred(ending, "sender_rejected", Batch::stops);
      break;
    case Phase::recipient:
      if (kind == 5) return refused(ending, "recipient");
      if (kind == 4) return deferred(ending, "recipient", Batch::goes_on);
      break;
    case Phase::data:
    case Phase::content:
      if (kind == 5) return refused(ending, is_too_large(ending) ? "too_large" : "rejected");
      break;
  }
  if (kind != 0) return deferred(ending, "temporary", Batch::goes_on);
  return deferred(ending, "connection", ending.curl_code == CURLE_OPERATION_TIMEDOUT ? Batch::stops : Batch::goes_on);
}

}  // namespace

Outcome decide(const Ending& ending) {
  if (ending.handed_over && ending.curl_code == CURLE_OK) return accepted(ending);
  const bool halted = ending.halt != Halt::none;
  if (const auto meant = halted ? std::nullopt : by_meaning(ending)) return *meant;
  // After RCPT it may be this recipient that the server has had enough of: the next letter has a connection of its own.
  if (ending.reply_code == 421)
    return deferred(ending, "connection", ending.phase < Phase::recipient ? Batch::stops : Batch::goes_on);
  if (ending.handed_over && ending.phase == Phase::content)
    return ending.reply_code != 0 ? after_content(ending) : unknown(ending);
  if (ending.handed_over) return unknown(ending);
  switch (ending.halt) {
    case Halt::none:
      break;
    case Halt::no_login:
      return deferred(ending, "config", Batch::stops);
    case Halt::no_utf8:
      return refused(ending, "recipient");
    case Halt::too_large:
      return refused(ending, "too_large");
    case Halt::feed:
      return deferred(ending, "local", Batch::goes_on);
    case Halt::stopped:
      return deferred(ending, "stopped", Batch::stops);
    case Halt::stalled:
      return deferred(ending, "connection", Batch::stops);
  }
  if (http::is_tls_failure(static_cast<CURLcode>(ending.curl_code)) || is_setup_failure(ending.curl_code))
    return deferred(ending, "config", Batch::stops);
  return before_content(ending);
}

}  // namespace reportctl::delivery
