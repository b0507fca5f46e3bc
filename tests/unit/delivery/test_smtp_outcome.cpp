// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <curl/curl.h>
#include <doctest/doctest.h>

#include "smtp_outcome.hpp"

using namespace reportctl::delivery;

namespace {

constexpr auto kAccepted = OutcomeKind::accepted;
constexpr auto kRefused = OutcomeKind::refused;
constexpr auto kDeferred = OutcomeKind::deferred;
constexpr auto kUnknown = OutcomeKind::unknown;

struct Row {
  const char* what;
  Ending ending;
  OutcomeKind kind;
  const char* reason_class;
  bool stop_batch;
};

Ending ending(int curl_code, Phase phase, int reply_code, const char* words, bool handed_over, Halt halt = Halt::none) {
  return {curl_code, phase, reply_code, words, "libcurl's words", handed_over, halt};
}

}  // namespace

TEST_CASE("the outcome of every ending") {
  using P = Phase;
  const Row rows[] = {
      {"taken", ending(CURLE_OK, P::content, 250, "250 ok", true), kAccepted, "", false},
      {"another 2xx", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 251, "251 ok", true), kAccepted, "", false},
      {"4xx after the content", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 451, "451 later", true), kDeferred, "temporary",
       false},
      {"5xx after the content", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 554, "554 spam", true), kRefused, "rejected", false},
      {"552 after the content", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 552, "552 big", true), kRefused, "too_large", false},
      {"5.3.4 after the content", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 554, "554 5.3.4 big", true), kRefused, "too_large",
       false},
      {"full mailbox", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 552, "552 5.2.2 full", true), kRefused, "rejected", false},
      {"no sense after the content", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 354, "354", true), kUnknown, "reply_lost",
       false},
      {"receive error, handed over", ending(CURLE_RECV_ERROR, P::content, 0, "", true), kUnknown, "reply_lost", false},
      {"time-out, handed over", ending(CURLE_OPERATION_TIMEDOUT, P::content, 0, "", true), kUnknown, "reply_lost", false},
      {"send error, handed over", ending(CURLE_SEND_ERROR, P::content, 0, "", true), kUnknown, "reply_lost", false},
      {"stop, handed over", ending(CURLE_ABORTED_BY_CALLBACK, P::content, 0, "", true, Halt::stopped), kUnknown, "reply_lost",
       true},
      {"stalled, handed over", ending(CURLE_ABORTED_BY_CALLBACK, P::content, 0, "", true, Halt::stalled), kUnknown, "reply_lost",
       false},
      {"receive error before the last bytes", ending(CURLE_RECV_ERROR, P::content, 0, "", false), kDeferred, "connection", false},
      {"send error before the last bytes", ending(CURLE_SEND_ERROR, P::content, 0, "", false), kDeferred, "connection", false},
      {"read callback aborted", ending(CURLE_ABORTED_BY_CALLBACK, P::content, 0, "", false, Halt::feed), kDeferred, "local",
       false},
      {"stop before the last bytes", ending(CURLE_ABORTED_BY_CALLBACK, P::mail, 0, "", false, Halt::stopped), kDeferred,
       "stopped", true},
      {"RCPT 550", ending(CURLE_SEND_ERROR, P::recipient, 550, "550 5.1.1", false), kRefused, "recipient", false},
      {"RCPT 552", ending(CURLE_SEND_ERROR, P::recipient, 552, "552 5.2.2", false), kRefused, "recipient", false},
      {"RCPT 451", ending(CURLE_SEND_ERROR, P::recipient, 451, "451", false), kDeferred, "recipient", false},
      {"MAIL 550", ending(CURLE_SEND_ERROR, P::mail, 550, "550", false), kDeferred, "sender_rejected", true},
      {"MAIL 552", ending(CURLE_SEND_ERROR, P::mail, 552, "552", false), kRefused, "too_large", false},
      {"MAIL 450", ending(CURLE_SEND_ERROR, P::mail, 450, "450", false), kDeferred, "temporary", false},
      {"DATA 554", ending(CURLE_SEND_ERROR, P::data, 554, "554", false), kRefused, "rejected", false},
      {"DATA 451", ending(CURLE_SEND_ERROR, P::data, 451, "451", false), kDeferred, "temporary", false},
      {"greeting 554", ending(CURLE_WEIRD_SERVER_REPLY, P::greeting, 554, "554", false), kDeferred, "connection", true},
      {"greeting 450", ending(CURLE_WEIRD_SERVER_REPLY, P::greeting, 450, "450", false), kDeferred, "connection", true},
      {"EHLO and HELO 550", ending(CURLE_REMOTE_ACCESS_DENIED, P::hello, 550, "550", false), kDeferred, "connection", true},
      {"no such host", ending(CURLE_COULDNT_RESOLVE_HOST, P::connect, 0, "", false), kDeferred, "connection", true},
      {"nobody listens", ending(CURLE_COULDNT_CONNECT, P::connect, 0, "", false), kDeferred, "connection", true},
      {"connect time-out", ending(CURLE_OPERATION_TIMEDOUT, P::connect, 0, "", false), kDeferred, "connection", true},
      {"time-out at RCPT", ending(CURLE_OPERATION_TIMEDOUT, P::recipient, 0, "", false), kDeferred, "connection", true},
      {"TLS handshake broken", ending(CURLE_SSL_CONNECT_ERROR, P::hello, 0, "", false), kDeferred, "connection", true},
      {"AUTH 454", ending(CURLE_LOGIN_DENIED, P::auth, 454, "454", false), kDeferred, "login", true},
      {"AUTH 535", ending(CURLE_LOGIN_DENIED, P::auth, 535, "535", false), kDeferred, "config", true},
      {"no mechanism", ending(CURLE_LOGIN_DENIED, P::auth, 0, "", false), kDeferred, "config", true},
      {"dropped during AUTH", ending(CURLE_RECV_ERROR, P::auth, 0, "", false), kDeferred, "connection", true},
      {"AUTH not offered", ending(CURLE_WRITE_ERROR, P::auth, 0, "", false, Halt::no_login), kDeferred, "config", true},
      {"no STARTTLS", ending(CURLE_USE_SSL_FAILED, P::starttls, 0, "", false), kDeferred, "config", true},
      {"bad certificate", ending(CURLE_PEER_FAILED_VERIFICATION, P::hello, 0, "", false), kDeferred, "config", true},
      {"bad authority file", ending(CURLE_SSL_CACERT_BADFILE, P::connect, 0, "", false), kDeferred, "config", true},
      {"421 at MAIL", ending(CURLE_SEND_ERROR, P::mail, 421, "421", false), kDeferred, "connection", true},
      {"421 at RCPT", ending(CURLE_SEND_ERROR, P::recipient, 421, "421", false), kDeferred, "connection", false},
      {"421 at STARTTLS", ending(CURLE_USE_SSL_FAILED, P::starttls, 421, "421", false), kDeferred, "connection", true},
      {"421 after the content", ending(CURLE_WEIRD_SERVER_REPLY, P::content, 421, "421", true), kDeferred, "connection", false},
      {"over SIZE", ending(CURLE_OK, P::connect, 0, "", false, Halt::too_large), kRefused, "too_large", false},
      {"success without handing over is none", ending(CURLE_OK, P::content, 250, "250", false), kDeferred, "temporary", false},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.what));
    const Outcome outcome = decide(row.ending);
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.reason_class == row.reason_class);
    CHECK(outcome.stop_batch == row.stop_batch);
    CHECK(outcome.reply_code == row.ending.reply_code);
    CHECK_FALSE(outcome.answer.empty());
  }
}

TEST_CASE(
    "whatever happens, nothing is called accepted that was not handed over, and nothing handed over without an answer is "
    "retried") {
  for (int code = 0; code < 100; ++code)
    for (int phase = 0; phase <= static_cast<int>(Phase::content); ++phase)
      for (const int reply : {0, 200, 250, 354, 421, 450, 550, 999})
        for (int halt = 0; halt <= static_cast<int>(Halt::stalled); ++halt) {
          Ending each = ending(code, static_cast<Phase>(phase), reply, "", false, static_cast<Halt>(halt));
          const OutcomeKind before = decide(each).kind;
          CHECK((before == kDeferred || before == kRefused));
          each.handed_over = true;
          each.reply_code = 0;
          if (code != CURLE_OK) CHECK(decide(each).kind == kUnknown);
        }
}

TEST_CASE(
    "a no that does not concern the recipient is told for what it is, whatever command it answers, and stops the batch once") {
  struct Meant {
    const char* words;  // of Postfix, Exim, sendmail, Exchange, OpenSMTPD
    OutcomeKind kind;
    const char* reason_class;
    const char* says;
  };
  const Meant rows[] = {
      {"504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname", kDeferred, "config", "mail.helo"},
      {"450 4.7.1 <box>: Helo command rejected: Host not found", kDeferred, "config", "mail.helo"},
      {"530 5.7.0 Must issue a STARTTLS command first", kDeferred, "config", "tls: none"},
      {"530 5.7.0 Authentication required", kDeferred, "config", "mail.username"},
      {"530 5.7.57 Client was not authenticated to send anonymous mail during MAIL FROM", kDeferred, "config", "mail.username"},
      {"550 5.7.1 <a@x.example>... Relaying denied. Proper authentication required.", kDeferred, "config", "mail.username"},
      {"503 5.5.4 Bad sequence, must authenticate first", kDeferred, "config", "mail.username"},
      {"553 5.7.1 <r@x.example>: Sender address rejected: not owned by user joe", kDeferred, "sender_rejected", "mail.from"},
      {"553 5.7.1 <r@x.example>: Sender address rejected: not logged in", kDeferred, "config", "mail.username"},
      {"421 4.7.1 mx Error: No client certificate presented", kDeferred, "config", "mail.client_certificate"},
      {"450 4.1.8 <r@x.example>: Sender address rejected: Domain not found", kDeferred, "sender_rejected", "mail.from"},
      {"550 5.7.60 SMTP; Client does not have permissions to send as this sender", kDeferred, "sender_rejected", "mail.from"},
      {"550 5.4.5 Daily user sending limit exceeded.", kDeferred, "quota", "no more for now"},           // Gmail
      {"454 Throttling failure: Daily message quota exceeded.", kDeferred, "quota", "no more for now"},  // SES
      {"450 4.7.1 Error: too much mail; rate limit for this client", kDeferred, "quota", "no more for now"},
      {"554 5.7.1 <unknown[192.0.2.1]>: Client host rejected: Access denied", kDeferred, "connection", "this host"},
      {"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example", kDeferred, "connection", "this host"},
      {"501 Syntactically invalid HELO argument(s)", kDeferred, "config", "mail.helo"},  // Exim
      {"550 5.7.1 Access denied - Invalid HELO name (See RFC2821 4.1.1.1)", kDeferred, "config", "mail.helo"},
      {"451 5.7.3 STARTTLS is required to send mail", kDeferred, "config", "tls: none"},  // Exchange
      {"550 5.7.1 TLS required by policy", kDeferred, "config", "tls: none"},
      {"503 This mail server requires authentication when attempting to send to a non-local e-mail address.", kDeferred, "config",
       "mail.username"},
      {"550-5.7.1 Invalid credentials for relay [192.0.2.1].", kDeferred, "config", "mail.username"},  // Gmail
      {"554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: "
       "r@x.example",
       kDeferred, "sender_rejected", "mail.from"},  // SES
      {"550 The from address does not match a verified Sender Identity.", kDeferred, "sender_rejected", "mail.from"},
      {"550 Sender verify failed", kDeferred, "sender_rejected", "mail.from"},
      {"550-Requested action not taken: mailbox unavailable 550 Sender address is not allowed.", kDeferred, "sender_rejected",
       "mail.from"},                                                                          // GMX
      {"553 Relaying disallowed as r@x.example", kDeferred, "sender_rejected", "mail.from"},  // Zoho
      {"501 5.1.7 Bad sender address syntax", kDeferred, "sender_rejected", "mail.from"},
      {"550 5.7.26 Unauthenticated email from x.example is not accepted due to domain's DMARC policy.", kDeferred,
       "sender_rejected", "DKIM"},
      {"550 5.7.23 The message was rejected because of Sender Policy Framework violation: SPF validation failed", kDeferred,
       "sender_rejected", "SPF"},
      {"554 5.2.0 Submission quota exceeded", kDeferred, "quota", "no more for now"},
      {"550 5.1.90 Your message can't be sent because you've reached your daily limit for message recipients", kDeferred, "quota",
       "no more for now"},
      {"451 Authentication failed: Maximum credits exceeded", kDeferred, "quota", "no more for now"},  // SendGrid
      {"550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP.", kDeferred, "connection",
       "this host"},
      {"550 rejected because 192.0.2.1 is in a black list at zen.example", kDeferred, "connection", "this host"},
      {"550 5.7.25 The IP address sending this message does not have a PTR record setup", kDeferred, "connection", "this host"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.words));
    for (const Phase phase : {Phase::mail, Phase::recipient, Phase::data, Phase::content}) {
      const bool handed_over = phase == Phase::content;
      const Outcome outcome = decide(ending(CURLE_WEIRD_SERVER_REPLY, phase, std::stoi(row.words), row.words, handed_over));
      CHECK(outcome.kind == row.kind);
      CHECK(outcome.reason_class == row.reason_class);
      CHECK(outcome.stop_batch);
      CHECK(outcome.answer.starts_with(row.words));
      CHECK(outcome.answer.find(row.says) != std::string::npos);
    }
  }
  CHECK(decide(ending(CURLE_WEIRD_SERVER_REPLY, Phase::recipient, 550, "550 5.1.1 User unknown", false)).reason_class ==
        "recipient");
}

TEST_CASE("a server that passes nothing on is a matter of setup, and its own recipients are still tried") {
  for (const char* words :
       {"554 5.7.1 <a@y.example>: Relay access denied", "550 5.7.1 <a@y.example>... Relaying denied", "550 relay not permitted",
        "550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain",
        "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "550 a@y.example: not allowed to relay"}) {
    const Outcome outcome = decide(ending(CURLE_WEIRD_SERVER_REPLY, Phase::recipient, std::stoi(words), words, false));
    CHECK_MESSAGE(outcome.kind == kDeferred, words);
    CHECK(outcome.reason_class == "config");
    CHECK_FALSE(outcome.stop_batch);
    CHECK(outcome.answer.find("mail.username") != std::string::npos);
  }
}

TEST_CASE("what a mailbox is called means nothing") {
  for (const char* words :
       {"550 5.1.1 <dmarc@y.example>: Recipient address rejected: User unknown", "550 5.1.1 starttls@y.example no such user",
        "550 5.1.1 <\"rate limit\"@y.example> user unknown", "550 \"must authenticate\"@y.example unknown",
        "552 5.2.2 <a@y.example>: mailbox full, message quota exceeded"}) {
    const Outcome outcome = decide(ending(CURLE_WEIRD_SERVER_REPLY, Phase::recipient, std::stoi(words), words, false));
    CHECK_MESSAGE(outcome.kind == kRefused, words);
    CHECK(outcome.reason_class == "recipient");
    CHECK_FALSE(outcome.stop_batch);
  }
}

TEST_CASE("the server's words cannot forge a line") {
  Ending hostile = ending(CURLE_SEND_ERROR, Phase::recipient, 550, "550 no\r\nreportctl: all is well\x1b[2J", false);
  const std::string answer = decide(hostile).answer;
  CHECK(answer.find('\n') == std::string::npos);
  CHECK(answer.find('\x1b') == std::string::npos);
}
