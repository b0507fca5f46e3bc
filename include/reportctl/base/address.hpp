// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl {

/// An addr-spec that can be handed to a mail server: a local part (≤ 64 bytes) that is a dot-atom, in quotes where it must be, or
/// UTF-8 (for servers with SMTPUTF8); a domain of two labels or more (IDN converted to its ASCII form, locale-independent), or
/// `localhost`; ≤ 254 in all; no comments, literals, CR, LF, NUL or any control character. `root` is root@localhost.
class EmailAddress {
 public:
  /// nullopt when it is not such an address; `why`, when given, gets a reason for people.
  static std::optional<EmailAddress> parse(std::string_view, std::string* why = nullptr);
  /// As written, the domain in ASCII form.
  [[nodiscard]] const std::string& str() const { return text_; }
  [[nodiscard]] std::string_view local_part() const { return std::string_view(text_).substr(0, at_); }
  /// Lower case.
  [[nodiscard]] std::string_view domain() const { return std::string_view(text_).substr(at_ + 1); }
  [[nodiscard]] bool is_ascii() const;
  /// Of this host: only a program or server on it can deliver there.
  [[nodiscard]] bool is_local() const;
  /// The key of "the same recipient": local part as written with the domain folded.
  [[nodiscard]] const std::string& normalized() const { return text_; }
  bool operator==(const EmailAddress&) const = default;

 private:
  EmailAddress(std::string text, std::size_t at) : text_(std::move(text)), at_(at) {}
  std::string text_;
  std::size_t at_ = 0;
};

/// `Site Lead <lead@example.com>` or `lead@example.com`.
struct Mailbox {
  std::string display;  ///< UTF-8, no control characters; may be empty
  EmailAddress address;

  static std::optional<Mailbox> parse(std::string_view, std::string* why = nullptr);
  /// Back to the form above.
  [[nodiscard]] std::string str() const;
  bool operator==(const Mailbox&) const = default;
};

/// The mailboxes of a list with commas between them; one by one they may be none.
std::vector<std::string> split_mailboxes(std::string_view list);

/// The value of a header: UTF-8 without control characters (has_control()), at most 998 bytes. All mail code takes only this
/// type.
class HeaderValue {
 public:
  static std::optional<HeaderValue> parse(std::string_view);
  /// Replaces what parse() refuses by spaces and cuts at 998 bytes.
  static HeaderValue cleaned(std::string_view);
  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  explicit HeaderValue(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace reportctl
