// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: one trap is a case of a few lines, and all of them use the same helpers.
#include <doctest/doctest.h>

#include <chrono>

#include "letters.hpp"
#include "smtp_server.hpp"

namespace {

using namespace reportctl;
using namespace reportctl::delivery;
using namespace reportctl::testing;
using std::chrono::steady_clock;

struct Login {
  TempFolder folder;
  std::filesystem::path file = folder.path() / "password";
  Login() {
    std::ofstream(file) << "s3cret pass\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
};

TransportSettings plain(int port) {
  TransportSettings settings;
  settings.url = "smtp://127.0.0.1:" + std::to_string(port);
  settings.tls = Tls::none;
  settings.helo = "sender.example.com";
  settings.connect_timeout = std::chrono::seconds(2);
  settings.response_timeout = std::chrono::seconds(2);
  return settings;
}

TransportSettings secure(int port) {
  TransportSettings settings = plain(port);
  settings.url = "smtp://localhost:" + std::to_string(port);
  settings.tls = Tls::required;
  settings.ca_file = certificates().authority;
  return settings;
}

TransportSettings logging_in(int port, const Login& login) {
  TransportSettings settings = secure(port);
  settings.username = "reports@example.com";
  settings.password.file = login.file;
  return settings;
}

std::vector<std::string> with_tls(std::vector<std::string> more = {}) {
  std::vector<std::string> arguments{"--cert", certificates().certificate, "--key", certificates().key};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

/// What one letter over a scripted server comes to.
struct Result {
  Outcome outcome;
  int asked = 0;
  nlohmann::json seen;
  double seconds = 0;
};

Result send_over(const std::vector<std::string>& arguments, const std::function<TransportSettings(int)>& settings_for) {
  PythonServer server("smtp_script.py", arguments);
  Result result;
  Asked asked;
  const auto start = steady_clock::now();
  {
    const auto transport = open_transport(settings_for(server.port()));
    const OwnedLetter owned(kHead, kBody);
    result.outcome = transport->send(owned.letter, asked.yes());
  }
  result.seconds = std::chrono::duration<double>(steady_clock::now() - start).count();
  result.asked = asked.times;
  result.seen = server.log();
  return result;
}

Result script(std::vector<std::string> rules) {
  std::vector<std::string> arguments;
  for (std::string& rule : rules) {
    arguments.emplace_back("--on");
    arguments.push_back(std::move(rule));
  }
  return send_over(arguments, plain);
}

struct Row {
  const char* rule;
  OutcomeKind kind;
  const char* reason_class;
  int reply_code;
  bool stop_batch;
  int asked;    ///< how often HandingOver was asked
  int arrived;  ///< complete messages that the server holds
};

constexpr auto kAccepted = OutcomeKind::accepted;
constexpr auto kRefused = OutcomeKind::refused;
constexpr auto kDeferred = OutcomeKind::deferred;
constexpr auto kUnknown = OutcomeKind::unknown;

}  // namespace

TEST_CASE("a plain delivery over loopback is accepted, byte for byte, and asks once") {
  const Result result = script({});
  CHECK(result.outcome.kind == kAccepted);
  CHECK(result.outcome.reply_code == 250);
  CHECK(result.outcome.answer == "250 2.0.0 queued as 1234");
  CHECK(result.asked == 1);
  REQUIRE(result.seen["messages"].size() == 1);
  CHECK(decode_base64(result.seen["messages"][0]["data"]) == kHead + kBody);
  CHECK(result.seen["messages"][0]["from"] == "MAIL FROM:<reports@example.com>");
  CHECK(result.seen["messages"][0]["to"] == "RCPT TO:<rec@example.com>");
  CHECK(result.seen["commands"][0] == "EHLO sender.example.com");
}

TEST_CASE("every step of the dialogue times every fault has its outcome") {
  const Row rows[] = {
      {"greeting=421 4.3.2 too busy", kDeferred, "connection", 421, true, 0, 0},
      {"greeting=450 not now", kDeferred, "connection", 450, true, 0, 0},
      {"greeting=554 no service", kDeferred, "connection", 554, true, 0, 0},
      {"greeting=drop", kDeferred, "connection", 0, true, 0, 0},
      {"greeting=half", kDeferred, "connection", 0, true, 0, 0},
      {"greeting=garbage", kDeferred, "connection", 0, true, 0, 0},
      {"greeting=hang", kDeferred, "connection", 0, true, 0, 0},
      {"ehlo=421 bye", kDeferred, "connection", 421, true, 0, 0},
      {"ehlo=drop", kDeferred, "connection", 0, true, 0, 0},
      {"ehlo=half", kDeferred, "connection", 0, true, 0, 0},
      {"ehlo=garbage", kDeferred, "connection", 0, true, 0, 0},
      {"ehlo=502 try helo", kAccepted, "", 250, false, 1, 1},
      {"mail=421 4.3.0 restarting", kDeferred, "connection", 421, true, 0, 0},
      {"mail=450 4.1.8 sender's domain not found", kDeferred, "temporary", 450, false, 0, 0},
      {"mail=550 5.7.1 sender rejected", kDeferred, "sender_rejected", 550, true, 0, 0},
      {"mail=552 5.3.4 message size exceeds limit", kRefused, "too_large", 552, false, 0, 0},
      {"mail=drop", kDeferred, "connection", 0, false, 0, 0},
      {"mail=half", kDeferred, "connection", 0, false, 0, 0},
      {"mail=garbage", kDeferred, "connection", 0, false, 0, 0},
      {"mail=hang", kDeferred, "connection", 0, true, 0, 0},
      {"rcpt=421 4.3.0 restarting", kDeferred, "connection", 421, false, 0, 0},
      {"rcpt=451 4.7.1 greylisted", kDeferred, "recipient", 451, false, 0, 0},
      {"rcpt=550 5.1.1 no such user", kRefused, "recipient", 550, false, 0, 0},
      {"rcpt=550-5.1.1 no such\\n550 5.1.1 user", kRefused, "recipient", 550, false, 0, 0},
      {"rcpt=251 forwarded", kAccepted, "", 250, false, 1, 1},
      {"rcpt=drop", kDeferred, "connection", 0, false, 0, 0},
      {"rcpt=half", kDeferred, "connection", 0, false, 0, 0},
      {"rcpt=garbage", kDeferred, "connection", 0, false, 0, 0},
      {"rcpt=hang", kDeferred, "connection", 0, true, 0, 0},
      {"data=421 4.3.0 restarting", kDeferred, "connection", 421, false, 0, 0},
      {"data=451 4.3.0 disk full", kDeferred, "temporary", 451, false, 0, 0},
      {"data=554 5.5.1 no valid recipients", kRefused, "rejected", 554, false, 0, 0},
      {"data=drop", kDeferred, "connection", 0, false, 0, 0},
      {"data=half", kDeferred, "connection", 0, false, 0, 0},
      {"data=garbage", kDeferred, "connection", 0, false, 0, 0},
      {"data=hang", kDeferred, "connection", 0, true, 0, 0},
      // What is said before the letter is whole is no answer to it.
      {"data=354 go on\\n250 2.0.0 taken", kDeferred, "connection", 0, false, 1, 0},
      {"data=354 go on\\n354 go on", kDeferred, "connection", 0, false, 1, 0},
      {"data=354 go on\\n554 5.7.1 not from you", kRefused, "rejected", 554, false, 1, 0},
      {"data=354 go on\\n421 4.4.2 timeout", kDeferred, "connection", 421, false, 1, 0},
      {"dot=421 4.3.0 restarting", kDeferred, "connection", 421, false, 1, 1},
      {"dot=451 4.3.0 queue file write error", kDeferred, "temporary", 451, false, 1, 1},
      {"dot=554 5.7.1 looks like spam", kRefused, "rejected", 554, false, 1, 1},
      {"dot=552 5.3.4 too big", kRefused, "too_large", 552, false, 1, 1},
      {"dot=552 5.2.2 mailbox full", kRefused, "rejected", 552, false, 1, 1},
      {"dot=251 ok", kAccepted, "", 251, false, 1, 1},
      {"dot=252 ok", kAccepted, "", 252, false, 1, 1},
      {"dot=200 ok", kAccepted, "", 200, false, 1, 1},
      {"dot=250-first\\n250 second", kAccepted, "", 250, false, 1, 1},
      {"dot=354 again", kUnknown, "reply_lost", 354, false, 1, 1},
      {"dot=drop", kUnknown, "reply_lost", 0, false, 1, 1},
      {"dot=half", kUnknown, "reply_lost", 0, false, 1, 1},
      {"dot=garbage", kUnknown, "reply_lost", 0, false, 1, 1},
      {"dot=hang", kUnknown, "reply_lost", 0, false, 1, 1},
      {"dot=delay:1", kAccepted, "", 250, false, 1, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(std::string(row.rule));
    const Result result = script({row.rule});
    INFO(result.outcome.answer);
    CHECK(result.outcome.kind == row.kind);
    CHECK(result.outcome.reason_class == row.reason_class);
    CHECK(result.outcome.reply_code == row.reply_code);
    CHECK(result.outcome.stop_batch == row.stop_batch);
    CHECK(result.asked == row.asked);
    CHECK(result.seen["messages"].size() == static_cast<std::size_t>(row.arrived));
    CHECK_FALSE(result.outcome.answer.empty());
    CHECK(result.seconds < 6);
  }
}

TEST_CASE("the server's words are kept, made visible and bounded") {
  Result result = script({"rcpt=550 5.1.1 bad\\x00\\x1b[31m\\xff user"});
  CHECK(result.outcome.kind == kRefused);
  CHECK(result.outcome.answer.find('\x1b') == std::string::npos);
  CHECK(result.outcome.answer.find('\0') == std::string::npos);
  CHECK(result.outcome.answer.starts_with("550 5.1.1 bad"));

  result = script({"rcpt=550-first\\n550 second"});
  CHECK(result.outcome.answer == "550-first 550 second");

  result = script({"rcpt=550 " + std::string(10000, 'x')});
  CHECK(result.outcome.kind == kRefused);
  CHECK(result.outcome.answer.size() <= 1100);

  result = script({"dot=250 " + std::string(10000, 'x')});
  CHECK(result.outcome.kind == kAccepted);
}

TEST_CASE("what a server does not say is told in the same words whenever it happens") {
  for (const char* step : {"greeting", "ehlo", "mail", "data"}) {
    CAPTURE(std::string(step));
    CHECK(script({std::string(step) + "=drop"}).outcome.answer == "the server ended the connection");
    CHECK(script({std::string(step) + "=hang"}).outcome.answer.starts_with("the server did not answer in time"));
  }
}

TEST_CASE("a server that hangs at QUIT holds nobody up") {
  for (const char* also : {"rcpt=250 ok", "rcpt=550 no", "mail=550 no", "dot=554 no", "dot=250 ok"}) {
    CAPTURE(std::string(also));
    PythonServer server("smtp_script.py", {"--on", "quit=hang", "--on", also});
    TransportSettings settings = plain(server.port());
    settings.response_timeout = std::chrono::seconds(20);
    const auto start = steady_clock::now();
    {
      const auto transport = open_transport(settings);
      Asked asked;
      const OwnedLetter owned(kHead, kBody);
      transport->send(owned.letter, asked.yes());
    }
    CHECK(steady_clock::now() - start < std::chrono::seconds(3));
  }
}

TEST_CASE("a server that reads no more is given up, before the last bytes as deferred") {
  PythonServer server("smtp_script.py", {"--on", "body=hang"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  const OwnedLetter owned(kHead, std::string(12 << 20, 'x'));
  const Outcome outcome = transport->send(owned.letter, asked.yes());
  CHECK(outcome.kind == kDeferred);
  CHECK(outcome.reason_class == "connection");
  CHECK(asked.times == 0);
}

TEST_CASE("a connection that breaks within a large body is deferred, since the last bytes were not handed over") {
  PythonServer server("smtp_script.py", {"--on", "body=drop"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  const OwnedLetter owned(kHead, std::string(12 << 20, 'x'));
  CHECK(transport->send(owned.letter, asked.yes()).kind == kDeferred);
  CHECK(asked.times == 0);
}

TEST_CASE("nothing listens: deferred at once, and the batch stops") {
  int port = 0;
  {
    PythonServer server("smtp_script.py", {});
    port = server.port();
  }
  const auto transport = open_transport(plain(port));
  Asked asked;
  const OwnedLetter owned(kHead, kBody);
  const Outcome outcome = transport->send(owned.letter, asked.yes());
  CHECK(outcome.kind == kDeferred);
  CHECK(outcome.reason_class == "connection");
  CHECK(outcome.stop_batch);
  CHECK(asked.times == 0);
}

TEST_CASE("many letters use one connection, and a refused one in between harms no other") {
  PythonServer server("smtp_script.py", {"--on", "rcpt@3=550 5.1.1 no such user"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  std::vector<OutcomeKind> kinds;
  for (int i = 0; i < 5; ++i) {
    const OwnedLetter owned(kHead, kBody);
    kinds.push_back(transport->send(owned.letter, asked.yes()).kind);
  }
  CHECK(kinds == std::vector<OutcomeKind>{kAccepted, kAccepted, kRefused, kAccepted, kAccepted});
  const auto seen = server.log();
  CHECK(seen["messages"].size() == 4);
  CHECK(seen["connections"] == 1);
  CHECK(std::count(seen["commands"].begin(), seen["commands"].end(), "RSET") == 1);
  CHECK(asked.times == 4);
}

TEST_CASE("a limit of the connection is no answer to the letter: it is tried once on a new one") {
  const std::vector<std::vector<std::string>> limits = {
      {"--per-connection", "2"},                         // OpenSMTPD: 452 at MAIL
      {"--on", "rcpt@3=452 4.5.3 too many recipients"},  //
      {"--on", "rcpt@3=421 4.7.0 too many errors"},      // Postfix
      {"--on", "rcpt@3=drop"},                           //
      {"--on", "data@3=421 4.3.2 restarting"},           //
  };
  for (const auto& limit : limits) {
    CAPTURE(limit[1]);
    PythonServer server("smtp_script.py", limit);
    const auto transport = open_transport(plain(server.port()));
    Asked asked;
    for (int i = 0; i < 4; ++i) {
      const OwnedLetter owned(kHead, kBody);
      CHECK(transport->send(owned.letter, asked.yes()).kind == kAccepted);
    }
    CHECK(asked.times == 4);
    const auto seen = server.log();
    CHECK(seen["messages"].size() == 4);
    CHECK(seen["connections"] == 2);
  }
}

TEST_CASE("what reads like configuration stops nothing once the server has taken a letter") {
  PythonServer server("smtp_script.py", {"--on", "rcpt@2=550 5.7.1 authentication required to send to this group"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  const OwnedLetter owned(kHead, kBody);
  CHECK(transport->send(owned.letter, asked.yes()).kind == kAccepted);
  CHECK_FALSE(transport->send(owned.letter, asked.yes()).stop_batch);
  CHECK(transport->send(owned.letter, asked.yes()).kind == kAccepted);
}

TEST_CASE("greylisted recipients cost one more connection, not one each") {
  PythonServer server("smtp_script.py", {"--on", "rcpt=450 4.2.0 Greylisted, see http://postgrey.example"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  for (int i = 0; i < 30; ++i) {
    const OwnedLetter owned(kHead, kBody);
    const auto outcome = transport->send(owned.letter, asked.yes());
    CHECK(outcome.kind == kDeferred);
    CHECK_FALSE(outcome.stop_batch);
  }
  CHECK(server.log()["connections"] == 1);  // the first letter of it was told the same
}

TEST_CASE("dots at the beginning of lines arrive as they were, wherever the pieces end") {
  std::string body = ".begins\r\n..two\r\nx\r\n.\r\n";
  while (body.size() < 300'000) body += ".line " + std::to_string(body.size()) + "\r\n.\r\n";
  PythonServer server("smtp_script.py", {});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  const OwnedLetter owned(kHead, body);
  CHECK(transport->send(owned.letter, asked.yes()).kind == kAccepted);
  CHECK(decode_base64(server.log()["messages"][0]["data"]) == kHead + body);
}

TEST_CASE("letters outside ASCII go to servers with SMTPUTF8 only") {
  const auto send_to = [](const std::vector<std::string>& arguments) {
    PythonServer server("smtp_script.py", arguments);
    const auto transport = open_transport(plain(server.port()));
    Asked asked;
    OwnedLetter owned(kHead, kBody);
    owned.letter.to = EmailAddress::parse("dör@example.com").value();
    const auto outcome = transport->send(owned.letter, asked.yes());
    return std::pair(outcome, server.log());
  };
  const auto [taken, seen] = send_to({"--capability", "SMTPUTF8"});
  CHECK(taken.kind == kAccepted);
  CHECK(seen["commands"][1] == "MAIL FROM:<reports@example.com> SMTPUTF8");
  const auto [refused, silence] = send_to({"--capability", "SIZE"});
  CHECK(refused.kind == kRefused);
  CHECK(refused.answer.find("SMTPUTF8") != std::string::npos);
  CHECK(silence["commands"].size() == 1);
}

TEST_CASE("a connection that the server ended between two letters is opened again") {
  for (const char* end : {"mail@2=421 4.7.0 too many messages on this connection", "mail@2=drop"}) {
    CAPTURE(std::string(end));
    PythonServer server("smtp_script.py", {"--on", end});
    const auto transport = open_transport(plain(server.port()));
    Asked asked;
    for (int i = 0; i < 3; ++i) {
      const OwnedLetter owned(kHead, kBody);
      CHECK(transport->send(owned.letter, asked.yes()).kind == kAccepted);
    }
    CHECK(asked.times == 3);
    const auto seen = server.log();
    CHECK(seen["messages"].size() == 3);
    CHECK(seen["connections"] == 2);
  }
}

TEST_CASE("421 to a letter on a new connection stops the batch, without a second try") {
  PythonServer server("smtp_script.py", {"--on", "mail=421 4.3.2 closing"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  const OwnedLetter owned(kHead, kBody);
  CHECK(transport->send(owned.letter, asked.yes()).stop_batch);
  CHECK(server.log()["connections"] == 1);
}

TEST_CASE("SIZE is announced, and a message over the server's limit is refused before MAIL") {
  PythonServer server("smtp_script.py", {"--capability", "SIZE 1000"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  CHECK_FALSE(transport->size_limit().has_value());
  const OwnedLetter small(kHead, kBody);
  CHECK(transport->send(small.letter, asked.yes()).kind == kAccepted);
  CHECK(transport->size_limit() == 1000);
  const OwnedLetter large(kHead, std::string(2000, 'x') + "\r\n");
  const Outcome outcome = transport->send(large.letter, asked.yes());
  CHECK(outcome.kind == kRefused);
  CHECK(outcome.reason_class == "too_large");
  CHECK(outcome.answer.find("at most 1000") != std::string::npos);
  CHECK(transport->send(small.letter, asked.yes()).kind == kAccepted);
  CHECK(asked.times == 2);
  const auto seen = server.log();
  CHECK(seen["commands"][1] == "MAIL FROM:<reports@example.com> SIZE=" + std::to_string(small.letter.size()));
  CHECK(seen["messages"].size() == 2);
}

TEST_CASE("the limit of a server seen for the first time counts for the first letter, too") {
  PythonServer server("smtp_script.py", {"--capability", "SIZE 1000"});
  const auto transport = open_transport(plain(server.port()));
  Asked asked;
  const OwnedLetter large(kHead, std::string(2000, 'x') + "\r\n");
  CHECK(transport->send(large.letter, asked.yes()).reason_class == "too_large");
  CHECK(asked.times == 0);
  const auto seen = server.log();
  for (const auto& command : seen["commands"]) CHECK_FALSE(command.get<std::string>().starts_with("MAIL"));
}

TEST_CASE("STARTTLS is used, the certificate is checked and the login goes out under TLS only") {
  const Login login;
  for (const char* mechanism : {"AUTH PLAIN LOGIN", "AUTH LOGIN", "AUTH NTLM GSSAPI PLAIN"}) {
    CAPTURE(std::string(mechanism));
    const Result result =
        send_over(with_tls({"--capability", "STARTTLS", "--capability", "AUTH PLAIN", "--after-tls", mechanism}),
                  [&](int port) { return logging_in(port, login); });
    INFO(result.outcome.answer);
    CHECK(result.outcome.kind == kAccepted);
    CHECK(result.seen["tls"] == 1);
    REQUIRE(result.seen["logins"].size() == 1);
    CHECK(result.seen["logins"][0] == nlohmann::json({"reports@example.com", "s3cret pass"}));
  }
}

TEST_CASE("CRAM-MD5 is used where a server offers nothing simpler, and a token where one is configured") {
  const Login login;
  const Result cram = send_over(with_tls({"--capability", "STARTTLS", "--after-tls", "AUTH CRAM-MD5", "--secret", "s3cret pass"}),
                                [&](int port) { return logging_in(port, login); });
  INFO(cram.outcome.answer);
  CHECK(cram.outcome.kind == kAccepted);
  CHECK(cram.seen["logins"] == nlohmann::json::parse(R"([["reports@example.com", "CRAM-MD5 right"]])"));
  const Result token =
      send_over(with_tls({"--capability", "STARTTLS", "--after-tls", "AUTH LOGIN PLAIN XOAUTH2"}), [&](int port) {
        auto settings = logging_in(port, login);
        settings.auth = Auth::token;
        return settings;
      });
  INFO(token.outcome.answer);
  CHECK(token.outcome.kind == kAccepted);
  CHECK(token.seen["logins"] == nlohmann::json::parse(R"([["reports@example.com", "Bearer s3cret pass"]])"));
}

TEST_CASE("a login that cannot be made says what the server offers") {
  const Login login;
  const Result result = send_over(with_tls({"--capability", "STARTTLS", "--after-tls", "AUTH GSSAPI NTLM"}),
                                  [&](int port) { return logging_in(port, login); });
  CHECK(result.outcome.answer.find("GSSAPI NTLM") != std::string::npos);
  CHECK(result.outcome.answer.find("PLAIN LOGIN CRAM-MD5") != std::string::npos);
}

TEST_CASE("a server that wants a certificate of its clients gets it") {
  for (const bool has_one : {true, false}) {
    const Result result =
        send_over(with_tls({"--capability", "STARTTLS", "--client-ca", certificates().authority}), [&](int port) {
          auto settings = secure(port);
          if (has_one) {
            settings.client_certificate = certificates().certificate;
            settings.client_key = certificates().key;
          }
          return settings;
        });
    INFO(result.outcome.answer);
    CHECK(result.outcome.kind == (has_one ? kAccepted : kDeferred));
  }
}

TEST_CASE("TLS from the first byte and STARTTLS mixed up is told as such") {
  const Result plain_first = send_over(with_tls({"--capability", "STARTTLS"}), [](int port) {
    auto settings = secure(port);
    settings.url = "smtps://localhost:" + std::to_string(port);
    return settings;
  });
  CHECK(plain_first.outcome.reason_class == "config");
  CHECK(plain_first.outcome.answer.find("write smtp://localhost:") != std::string::npos);
  const Result tls_first = send_over(with_tls({"--implicit-tls"}), secure);
  CHECK(tls_first.outcome.kind == kDeferred);
  CHECK(tls_first.outcome.answer.find("write smtps://localhost:") != std::string::npos);
  const Result no_tls = send_over({}, secure);
  CHECK(no_tls.outcome.reason_class == "config");
  CHECK(no_tls.outcome.answer.find("set mail.tls: none") != std::string::npos);
}

TEST_CASE("smtps is TLS from the first byte") {
  const Login login;
  const Result result = send_over(with_tls({"--implicit-tls", "--capability", "AUTH PLAIN"}), [&](int port) {
    TransportSettings settings = logging_in(port, login);
    settings.url = "smtps://localhost:" + std::to_string(port);
    return settings;
  });
  INFO(result.outcome.answer);
  CHECK(result.outcome.kind == kAccepted);
  CHECK(result.seen["logins"].size() == 1);
}

TEST_CASE("TLS is never downgraded, and a login never skipped: deferred as a matter of configuration, nothing sent") {
  const Login login;
  const std::vector<std::vector<std::string>> cases = {
      {},                                                                                       // no STARTTLS
      {"--capability", "starttls"},                                                             // libcurl reads upper case only
      {"--capability", "STARTTLS", "--on", "starttls=454 4.7.0 no TLS today"},                  //
      {"--capability", "STARTTLS", "--on", "starttls=502 what"},                                //
      {"--capability", "AUTH PLAIN"},                                                           // AUTH before TLS does not help
      {"--capability", "STARTTLS", "--capability", "AUTH PLAIN", "--after-tls", "PIPELINING"},  // no AUTH under TLS
      {"--capability", "STARTTLS", "--after-tls", "auth plain"},                                // as libcurl reads it: none
      {"--capability", "STARTTLS", "--after-tls", "AUTH=PLAIN"},                                //
      {"--capability", "STARTTLS", "--after-tls", "AUTH GSSAPI NTLM"},                          //
      {"--capability", "STARTTLS", "--after-tls", "AUTH PLAIN", "--on", "auth=535 5.7.8 wrong password"},
  };
  for (const auto& arguments : cases) {
    CAPTURE(nlohmann::json(arguments).dump());
    const Result result = send_over(with_tls(arguments), [&](int port) { return logging_in(port, login); });
    INFO(result.outcome.answer);
    CHECK(result.outcome.kind == kDeferred);
    CHECK(result.outcome.reason_class == "config");
    CHECK(result.outcome.stop_batch);
    CHECK(result.asked == 0);
    CHECK(result.seen["messages"].empty());
    for (const auto& command : result.seen["commands"]) CHECK_FALSE(command.get<std::string>().starts_with("MAIL"));
    CHECK(result.outcome.answer.find("s3cret") == std::string::npos);
  }
}

TEST_CASE("a login that the server cannot check now is deferred") {
  const Login login;
  const Result result =
      send_over(with_tls({"--capability", "STARTTLS", "--after-tls", "AUTH PLAIN", "--on", "auth=454 4.7.0 try later"}),
                [&](int port) { return logging_in(port, login); });
  CHECK(result.outcome.kind == kDeferred);
  CHECK(result.outcome.reason_class == "login");
  CHECK(result.outcome.reply_code == 454);
}

TEST_CASE("a certificate of a stranger, or for another name, is refused") {
  SUBCASE("unknown authority") {
    const Result result = send_over(with_tls({"--capability", "STARTTLS"}), [](int port) {
      TransportSettings settings = secure(port);
      settings.ca_file = certificates().stranger;
      return settings;
    });
    INFO(result.outcome.answer);
    CHECK(result.outcome.kind == kDeferred);
    CHECK(result.outcome.reason_class == "config");
    CHECK(result.seen["messages"].empty());
  }
  SUBCASE("another name") {
    const Result result = send_over(with_tls({"--capability", "STARTTLS"}), [](int port) {
      TransportSettings settings = secure(port);
      settings.url = "smtp://127.0.0.2:" + std::to_string(port);
      return settings;
    });
    INFO(result.outcome.answer);
    CHECK(result.outcome.kind == kDeferred);
    CHECK(result.seen["messages"].empty());
  }
}

TEST_CASE("a missing authority file and a missing password file are matters of configuration") {
  const Result no_authority = send_over(with_tls({"--capability", "STARTTLS"}), [](int port) {
    TransportSettings settings = secure(port);
    settings.ca_file = "/nonexistent/ca.pem";
    return settings;
  });
  CHECK(no_authority.outcome.reason_class == "config");
  const Result no_password = send_over(with_tls({"--capability", "STARTTLS"}), [](int port) {
    TransportSettings settings = secure(port);
    settings.username = "reports";
    settings.password.file = "/nonexistent/password";
    return settings;
  });
  CHECK(no_password.outcome.kind == kDeferred);
  CHECK(no_password.outcome.reason_class == "config");
  CHECK(no_password.seen["connections"] == 0);
}

TEST_CASE("proxy variables, a netrc file and the locale have no say") {
  ::setenv("smtp_proxy", "http://127.0.0.1:1", 1);
  ::setenv("all_proxy", "http://127.0.0.1:1", 1);
  const Result result = script({});
  ::unsetenv("smtp_proxy");
  ::unsetenv("all_proxy");
  CHECK(result.outcome.kind == kAccepted);
}

TEST_CASE("a probe connects and logs in, and sends nothing") {
  const Login login;
  PythonServer server("smtp_script.py", with_tls({"--capability", "STARTTLS", "--after-tls", "AUTH PLAIN"}));
  {
    const auto transport = open_transport(logging_in(server.port(), login));
    CHECK(transport->probe().kind == kAccepted);
    Asked asked;
    const OwnedLetter owned(kHead, kBody);
    CHECK(transport->send(owned.letter, asked.yes()).kind == kAccepted);
    CHECK(transport->probe().kind == kAccepted);
  }
  const auto seen = server.log();
  CHECK(seen["messages"].size() == 1);
  CHECK(seen["logins"].size() == 2);
}

TEST_CASE("a probe tells what is wrong") {
  const Login login;
  PythonServer server("smtp_script.py",
                      with_tls({"--capability", "STARTTLS", "--after-tls", "AUTH PLAIN", "--on", "auth=535 wrong"}));
  const auto transport = open_transport(logging_in(server.port(), login));
  const Outcome outcome = transport->probe();
  CHECK(outcome.kind == kDeferred);
  CHECK(outcome.reason_class == "config");
  CHECK(outcome.answer == "535 wrong");
}
