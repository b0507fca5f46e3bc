// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reportctl::delivery {

/// Which command the server's next reply answers.
enum class Phase { connect, greeting, hello, starttls, auth, reset, mail, recipient, data, content };

/// Follows an SMTP dialogue by the server's lines alone: greeting, EHLO, STARTTLS and EHLO again, AUTH, as libcurl conducts them
/// (it tells its caller no more than these lines, and of a failure only the last code), then MAIL, RCPT, DATA and content.
class Dialogue {
 public:
  struct Plan {
    bool starttls = false;  ///< TLS begins with STARTTLS
    bool login = false;     ///< AUTH is needed before MAIL
  };
  explicit Dialogue(Plan plan) : plan_(plan) {}

  /// A new connection was opened.
  void connected();
  /// A new letter, on the connection that the last one left: RSET comes first where that one was given up in the middle.
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
  /// The server said no. Where that ends the connection, its answer to QUIT is no part of this dialogue any more.
  [[nodiscard]] bool is_over() const { return over_; }
  /// The reply to what was said last is complete, when that was said in `phase`.
  [[nodiscard]] bool has_answered(Phase phase) const { return phase_ != phase || code_ != 0; }
  /// What EHLO offered for AUTH, as `PLAIN LOGIN`.
  [[nodiscard]] const std::string& mechanisms() const { return mechanisms_; }
  [[nodiscard]] bool takes_size() const { return takes_size_; }
  [[nodiscard]] bool takes_utf8() const { return takes_utf8_; }
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
  bool takes_size_ = false;
  bool takes_utf8_ = false;
  bool logged_in_ = false;
  bool over_ = false;
  bool first_line_ = true;
  int code_ = 0;
  std::string words_;
  std::string pending_;
  std::string mechanisms_;
  std::optional<std::uint64_t> size_limit_;
};

}  // namespace reportctl::delivery
