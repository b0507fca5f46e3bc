// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection_turns.hpp"
#include "endpoint.hpp"
#include "letter_feed.hpp"
#include "reportctl/delivery/transport.hpp"
#include "reportctl/http/handle.hpp"
#include "smtp_dialogue.hpp"
#include "smtp_outcome.hpp"

namespace reportctl::delivery {

/// One connection to a mail server. libcurl opens it: addresses, TLS, greeting, EHLO, STARTTLS, login. What follows is said here,
/// since libcurl closes the connection after every refusal.
class SmtpSession {
 public:
  SmtpSession(Endpoint, TransportSettings);
  ~SmtpSession() { close(); }
  SmtpSession(const SmtpSession&) = delete;
  SmtpSession& operator=(const SmtpSession&) = delete;

  /// A new connection, logged in; how it ended when there is none. Error(config): the password cannot be read, or an option is
  /// refused.
  std::optional<Ending> open();
  [[nodiscard]] bool is_open() const { return open_; }
  /// Says QUIT where the server still listens, and waits for no answer.
  void close();
  /// A command and its reply; how it ended when the server does not grant it.
  std::optional<Ending> say(const std::string& command);
  /// The letter, the dot and the reply.
  Ending deliver(LetterFeed&);

  [[nodiscard]] Dialogue& dialogue() { return dialogue_; }

 private:
  using Clock = std::chrono::steady_clock;
  /// Why our side or the connection ended it.
  struct Failure {
    int curl_code = 0;
    std::string error;
    Halt halt = Halt::none;
  };

  void configure();
  void offer_login();
  std::optional<Ending> connect();
  std::optional<Ending> log_in();
  void see_mixed_up_tls();
  std::size_t on_line(std::string_view line);
  curl_socket_t on_open(const curl_sockaddr&);
  bool write(std::string_view bytes);
  bool read_reply(Phase asked, std::chrono::seconds patience);
  bool has_spoken_early();
  bool read_refusal();
  bool receive(Clock::time_point deadline);
  bool wait(short events, Clock::time_point deadline);
  bool fail(int curl_code, std::string error, Halt halt = Halt::none);
  [[nodiscard]] Ending ending(bool handed_over = false) const;
  static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self);
  static curl_socket_t open_callback(void* self, curlsocktype, curl_sockaddr* address);

  Endpoint endpoint_;
  TransportSettings settings_;
  ConnectionTurns turns_;
  Dialogue dialogue_;
  std::string login_options_;
  std::optional<http::Handle> handle_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  bool open_ = false;
  bool handed_over_ = false;  ///< of the letter in hand: a stop waits for the answer
  std::string unread_;
  Failure failure_;
  std::optional<Clock::time_point> stop_seen_;
};

}  // namespace reportctl::delivery
