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

TEST_CASE("without TLS only this host is spoken to, and never with a login") {
  for (const char* url : {"smtp://localhost", "smtp://127.0.0.1:25", "smtp://127.9.9.9", "smtp://[::1]:25"}) {
    TransportSettings settings = at(url);
    settings.tls = Tls::none;
    CHECK(refusal(settings).empty());
    settings.username = "reports";
    settings.password.file = "/etc/password";
    CHECK_FALSE(refusal(settings).empty());
  }
  for (const char* url : {"smtp://mail.example.com", "smtp://10.0.0.1", "smtp://127.example.com", "smtp://localhost.example.com",
                          "smtp://128.0.0.1", "smtp://[::2]", "smtps://localhost"}) {
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
                      {EX_NOHOST, kRefused, kRefused},
                      {EX_UNAVAILABLE, kRefused, kRefused},
                      {EX_SOFTWARE, kDeferred, kDeferred},
                      {EX_OSERR, kDeferred, kDeferred},
                      {EX_CANTCREAT, kDeferred, kDeferred},
                      {EX_IOERR, kDeferred, kDeferred},
                      {EX_TEMPFAIL, kDeferred, kDeferred},
                      {EX_CONFIG, kDeferred, kDeferred},
                      {EX_NOPERM, kDeferred, kDeferred},
                      {1, kUnknown, kDeferred},
                      {127, kUnknown, kDeferred}};
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
