// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>
#include <sysexits.h>

#include "endpoint.hpp"
#include "exit_status.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/delivery/transport.hpp"

using namespace reportctl;
using namespace reportctl::delivery;

namespace {

std::string refusal(const TransportSettings& settings) {
  try {
    (void)open_transport(settings);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::config);
    CHECK_FALSE(error.hint().empty());
    return error.what();
  }
  return {};
}

TransportSettings at(const char* url) {
  TransportSettings settings;
  settings.url = url;
  return settings;
}

}  // namespace

TEST_CASE("urls are taken apart, and ports have their usual defaults") {
  CHECK(open_transport(at("smtp://Mail.Example.com:587"))->describe() == "smtp://mail.example.com:587 (TLS required)");
  CHECK(open_transport(at("smtp://mail.example.com/"))->describe() == "smtp://mail.example.com:25 (TLS required)");
  CHECK(open_transport(at("smtps://mail.example.com"))->describe() == "smtps://mail.example.com:465 (TLS required)");
  CHECK(open_transport(at("smtp://[::1]:2525"))->describe() == "smtp://[::1]:2525 (TLS required)");
  CHECK(open_transport(at("sendmail:"))->describe() == "sendmail:/usr/sbin/sendmail");
  CHECK(open_transport(at("sendmail:/opt/bin/msmtp"))->describe() == "sendmail:/opt/bin/msmtp");
  CHECK(open_transport(at("maildir:/var/mail/x"))->describe() == "maildir:/var/mail/x");
}

TEST_CASE("any other url is refused") {
  for (const char* url : {"",
                          "smtp",
                          "smtp:",
                          "smtp://",
                          "smtp:mail.example.com",
                          "SMTP://mail.example.com",
                          "http://mail.example.com",
                          "smtp://mail.example.com:0",
                          "smtp://mail.example.com:65536",
                          "smtp://mail.example.com:x",
                          "smtp://mail.example.com:",
                          "smtp://mail.example.com/path",
                          "smtp://mail.example.com?x=1",
                          "smtp://mail_x.example.com",
                          "smtp://-x.example.com",
                          "smtp://mail..example.com",
                          "smtp://m\xc3\xa4il.example.com",
                          "smtp://mail.example.com\r\nQUIT",
                          "smtp://[::1",
                          "smtp://::1",
                          "maildir:relative",
                          "maildir:",
                          "maildir:/a\nb",
                          "sendmail:relative",
                          "sendmail:-x"}) {
    CAPTURE(std::string(url));
    CHECK_FALSE(refusal(at(url)).empty());
  }
}

TEST_CASE("a url with a password is refused without repeating it") {
  const std::string message = refusal(at("smtp://user:hunter2@mail.example.com"));
  CHECK_FALSE(message.empty());
  CHECK(message.find("hunter2") == std::string::npos);
}

TEST_CASE("without TLS only this host and private networks are spoken to, and never with a login") {
  // Where a name leads is known when it is connected to.
  for (const char* url : {"smtp://localhost", "smtp://127.0.0.1:25", "smtp://127.9.9.9", "smtp://[::1]:25", "smtp://10.0.0.1",
                          "smtp://192.168.7.1:25", "smtp://[fd00::7]", "smtp://relay.internal.example.com"}) {
    TransportSettings settings = at(url);
    settings.tls = Tls::none;
    CHECK(refusal(settings).empty());
    settings.username = "reports";
    settings.password.file = "/etc/password";
    CHECK_FALSE(refusal(settings).empty());
  }
  for (const char* url : {"smtp://8.8.8.8", "smtp://169.254.169.254", "smtp://128.0.0.1", "smtp://[::2]", "smtp://[2606:4700::1]",
                          "smtps://localhost"}) {
    CAPTURE(std::string(url));
    TransportSettings settings = at(url);
    settings.tls = Tls::none;
    CHECK_FALSE(refusal(settings).empty());
  }
}

TEST_CASE("half a login and a strange EHLO name are refused") {
  TransportSettings settings = at("smtp://mail.example.com");
  settings.username = "reports";
  CHECK_FALSE(refusal(settings).empty());
  settings.username.clear();
  settings.password.file = "/etc/password";
  CHECK_FALSE(refusal(settings).empty());
  settings = at("smtp://mail.example.com");
  for (const char* helo : {"a b", "x\r\nQUIT", "-x", "a..b", "[1.2.3.4]"}) {
    settings.helo = helo;
    CHECK_FALSE(refusal(settings).empty());
  }
  settings.helo = "host.example.com";
  CHECK(refusal(settings).empty());
}

TEST_CASE("how sendmail ended says what became of the letter") {
  struct Row {
    int code;
    OutcomeKind whole;
    OutcomeKind part;
  };
  constexpr auto kAccepted = OutcomeKind::accepted;
  constexpr auto kRefused = OutcomeKind::refused;
  constexpr auto kDeferred = OutcomeKind::deferred;
  constexpr auto kUnknown = OutcomeKind::unknown;
  const Row rows[] = {{EX_OK, kAccepted, kDeferred},
                      {EX_USAGE, kDeferred, kDeferred},
                      {EX_DATAERR, kRefused, kRefused},
                      {EX_NOUSER, kRefused, kRefused},
                      {EX_NOINPUT, kDeferred, kDeferred},      // dma: it could not write what it read
                      {EX_NOHOST, kDeferred, kDeferred},       // msmtp: the relay cannot be resolved
                      {EX_UNAVAILABLE, kDeferred, kDeferred},  // msmtp: whatever the server said
                      {EX_SOFTWARE, kDeferred, kDeferred},
                      {EX_OSERR, kDeferred, kDeferred},
                      {EX_CANTCREAT, kDeferred, kDeferred},
                      {EX_IOERR, kDeferred, kDeferred},
                      {EX_TEMPFAIL, kDeferred, kDeferred},
                      {EX_CONFIG, kDeferred, kDeferred},
                      {EX_NOPERM, kDeferred, kDeferred},
                      {1, kDeferred, kDeferred},  // ssmtp, nullmailer, Exim: it did not go
                      {126, kDeferred, kDeferred},
                      {127, kDeferred, kDeferred}};
  for (const Row& row : rows) {
    CAPTURE(row.code);
    CHECK(decide(SendmailEnding{row.code, 0, true, ""}).kind == row.whole);
    CHECK(decide(SendmailEnding{row.code, 0, false, ""}).kind == row.part);
  }
  CHECK(decide(SendmailEnding{0, 9, true, ""}).kind == kUnknown);
  CHECK(decide(SendmailEnding{0, 9, false, ""}).kind == kDeferred);
  CHECK(decide(SendmailEnding{EX_CONFIG, 0, true, ""}).stop_batch);
  CHECK(decide(SendmailEnding{EX_NOUSER, 0, true, "no such\x1b user\n"}).answer ==
        "no such\\x1b user (sendmail ended with code 67)");
}

TEST_CASE("what a sendmail program repeats of the server's reply counts more than its status") {
  struct Said {
    int code;
    const char* words;
    OutcomeKind kind;
    const char* reason_class;
    bool stop_batch;
  };
  using K = OutcomeKind;
  const Said rows[] = {
      {EX_UNAVAILABLE,
       "msmtp: recipient address a@x.example not accepted by the server\nmsmtp: server message: 450 4.2.0 Greylisted\n"
       "msmtp: could not send mail",
       K::deferred, "recipient", false},
      {EX_UNAVAILABLE,
       "msmtp: recipient address a@x.example not accepted by the server\nmsmtp: server message: 550 5.1.1 no such user",
       K::refused, "recipient", false},
      {EX_UNAVAILABLE,
       "msmtp: envelope from address r@x.example not accepted by the server\nmsmtp: server message: 553-5.7.1 no\n"
       "msmtp: server message: 553 5.7.1 Sender address rejected: not owned by user joe",
       K::deferred, "sender_rejected", true},
      {EX_UNAVAILABLE, "msmtp: the server did not accept the mail\nmsmtp: server message: 552 5.3.4 Message too big", K::refused,
       "too_large", false},
      {EX_UNAVAILABLE, "sendmail: fatal: reports@x.example(0): message file too big", K::refused, "too_large", false},  // Postfix
      {EX_NOHOST, "msmtp: cannot locate host relay.example: Name or service not known", K::deferred, "connection", true},
      {EX_TEMPFAIL, "msmtp: cannot connect to 127.0.0.1, port 25: Connection refused", K::deferred, "connection", true},
      {EX_IOERR, "msmtp: network read error: the operation timed out", K::unknown, "reply_lost", false},
      {1, "ssmtp: 550 5.1.1 <a@x.example>: Recipient address rejected", K::refused, "recipient", false},
      {1, "ssmtp: RCPT TO:<a@x.example> (451 4.3.0 try later)", K::deferred, "recipient", false},
      {1, "ssmtp: Cannot open relay.example:25", K::deferred, "connection", true},
      {EX_SOFTWARE, "550 5.1.1 User unknown (a@x.example)", K::refused, "recipient", false},  // esmtp
      {1, "nullmailer-inject: nullmailer-queue failed: 15", K::deferred, "temporary", false},
      {1, "sendmail: Could not exec nullmailer-inject.", K::deferred, "config", true},
      {EX_CANTCREAT, "dma: can not create temp file in `/var/spool/dma': No such file or directory", K::deferred, "config", true},
      {EX_NOINPUT, "dma: can not read mail: No space left on device", K::deferred, "temporary", true},
      {EX_CANTCREAT, "dma: can not create temp file in `/var/spool/dma': No space left on device", K::deferred, "temporary",
       true},
      {127, "/usr/local/bin/wrapper: 3: exec: msmtp: not found", K::deferred, "config", true},
      {126, "wrapper: /usr/bin/msmtp: Permission denied", K::deferred, "config", true},
      {EX_NOPERM, "msmtp: authentication failed (method PLAIN)\nmsmtp: server message: 535 5.7.8 Error: authentication failed",
       K::deferred, "config", true},
      {1, "ssmtp: Authorization failed (535 5.7.8 Error: authentication failed)", K::deferred, "config", true},
      {EX_UNAVAILABLE,
       "msmtp: server message: 454 4.7.0 Temporary authentication failure\nmsmtp: authentication failed (method PLAIN)",
       K::deferred, "login", true},
      {EX_UNAVAILABLE, "msmtp: cannot use a secure authentication method", K::deferred, "config", true},
      {EX_PROTOCOL, "msmtp: TLS certificate verification failed: the certificate hasn't got a known issuer", K::deferred,
       "config", true},
      {EX_UNAVAILABLE, "msmtp: the server does not support TLS via the STARTTLS command", K::deferred, "config", true},
      {EX_UNAVAILABLE,
       "msmtp: Empf\xC3\xA4ngeradresse a@x.example wurde vom Server nicht akzeptiert\nmsmtp: Nachricht des Servers: 550 5.1.1 no "
       "such user",
       K::refused, "recipient", false},
      {1, "sendmail: command failed: 550 Invalid recipient: <a@x.example>", K::refused, "recipient", false},       // OpenSMTPD
      {1, "sendmail: SMTP checking: 554 5.7.1 <a@y.example>: Relay access denied", K::deferred, "config", false},  // busybox
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(row.words));
    const auto outcome = decide(SendmailEnding{row.code, 0, true, row.words});
    CHECK(outcome.kind == row.kind);
    CHECK(outcome.reason_class == row.reason_class);
    CHECK(outcome.stop_batch == row.stop_batch);
    CHECK(outcome.answer.find('\n') == std::string::npos);
    CHECK(outcome.answer.find("\\x0a") == std::string::npos);
  }
}
