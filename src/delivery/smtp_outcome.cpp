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

/// What a server may mean by a "no" at MAIL, RCPT, DATA or the content that does not concern this letter alone.
struct Meaning {
  const char* words;         ///< in its reply, in lower case
  const char* reason_class;  ///< `config`: nothing is sent before somebody changes it
  const char* hint;
};
constexpr Meaning kMeanings[] = {
    {"client certificate", "config", "set mail.client_certificate and mail.client_key"},
    {"helo command rejected", "config", "set mail.helo to the full name of this host, like reports.example.com"},
    {"fully-qualified hostname", "config", "set mail.helo to the full name of this host, like reports.example.com"},
    {"starttls", "config", "the server wants TLS: remove tls: none"},
    {"encryption required", "config", "the server wants TLS: remove tls: none"},
    {"authentication required", "config", "the server wants a login: set mail.username and mail.password_file"},
    {"authentication is required", "config", "the server wants a login: set mail.username and mail.password_file"},
    {"must authenticate", "config", "the server wants a login: set mail.username and mail.password_file"},
    {"not authenticated", "config", "the server wants a login: set mail.username and mail.password_file"},
    {"authenticate first", "config", "the server wants a login: set mail.username and mail.password_file"},
    {"not logged in", "config", "the server wants a login: set mail.username and mail.password_file"},
    {"not owned by", "sender_rejected", "this login may not send as mail.from"},
    {"send as this sender", "sender_rejected", "this login may not send as mail.from"},
    {"sendasdenied", "sender_rejected", "this login may not send as mail.from"},
    {"sender address rejected", "sender_rejected", "the server does not accept mail.from"},
    {"sending limit", "quota", "the server takes no more for now"},
    {"message quota", "quota", "the server takes no more for now"},
    {"sending rate", "quota", "the server takes no more for now"},
    {"rate limit", "quota", "the server takes no more for now"},
    {"client host rejected", "connection", "the server does not accept mail from this host"},
    {"client host [", "connection", "the server does not accept mail from this host"},
};

constexpr Meaning kWantsLogin{"", "config", "the server wants a login: set mail.username and mail.password_file"};

const Meaning* meaning_of(const Ending& ending) {
  const int kind = ending.reply_code / 100;
  if (kind != 4 && kind != 5) return nullptr;
  const std::string words = to_lower(ending.words);
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
                 ending.reply_code, true};
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
