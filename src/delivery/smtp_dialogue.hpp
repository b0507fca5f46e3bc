// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reportctl::delivery {

/// Which command the server's next reply answers.
enum class Phase { connect, greeting, hello, starttls, auth, mail, recipient, data, content };

/// Follows an SMTP dialogue by the server's lines alone, as libcurl conducts it: greeting, EHLO, STARTTLS and EHLO again, AUTH,
/// MAIL, RCPT, DATA, content. libcurl tells its caller no more than these lines, and of a failed transfer only the last code.
class Dialogue {
 public:
  struct Plan {
    bool starttls = false;  ///< TLS begins with STARTTLS
    bool login = false;     ///< AUTH is needed before MAIL
  };
  explicit Dialogue(Plan plan) : plan_(plan) {}

  /// A new connection was opened.
  void connected();
  /// A new letter, on the connection that the last one left.
  void next_letter();
  /// One line of the server, with or without its line end.
  void line(std::string_view text);

  [[nodiscard]] Phase phase() const { return phase_; }
  /// The code of the complete reply that ended the dialogue at phase(); 0: that phase has no (complete) answer.
  [[nodiscard]] int code() const { return code_; }
  /// The server's words in that reply, lines joined, as received.
  [[nodiscard]] const std::string& words() const { return words_; }
  /// Before the login: EHLO was answered (under TLS when planned) and does not offer AUTH in the spelling that libcurl reads.
  /// libcurl would go on without logging in.
  [[nodiscard]] bool login_is_impossible() const { return plan_.login && phase_ == Phase::auth && !auth_offered_; }
  /// True when nothing but MAIL may come next.
  [[nodiscard]] bool may_send() const { return !plan_.login || logged_in_; }
  /// The server said no, and libcurl ends the transfer. It then says QUIT and reads the answer, which is no part of this dialogue
  /// any more.
  [[nodiscard]] bool is_over() const { return over_; }
  /// What EHLO announced as the largest message.
  [[nodiscard]] std::optional<std::uint64_t> size_limit() const { return size_limit_; }

 private:
  void capability(std::string_view text);
  void reply(int code);
  void advance(Phase phase);
  /// Goes on to `next`, or is over.
  void expect(bool granted, Phase next);

  Plan plan_;
  Phase phase_ = Phase::connect;
  bool secure_ = false;
  bool auth_offered_ = false;
  bool logged_in_ = false;
  bool over_ = false;
  bool first_line_ = true;
  int code_ = 0;
  std::string words_;
  std::string pending_;
  std::optional<std::uint64_t> size_limit_;
};

}  // namespace reportctl::delivery
