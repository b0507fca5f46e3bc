// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

namespace reportctl::mail {

/// Quoted-printable (RFC 2045), a piece at a time, with CRLF and lines of at most 76 characters. A line never begins with
/// `From `, which mailboxes of the mbox kind would change, nor is a lone dot.
class QuotedPrintable {
 public:
  enum class Kind {
    text,   ///< LF ends a line
    bytes,  ///< LF is a byte like any other, and comes back as it was
  };
  explicit QuotedPrintable(Kind kind) : kind_(kind) {}
  void append(std::string_view bytes, std::string& out);
  /// After the last piece.
  void finish(std::string& out);

 private:
  void put(std::string_view piece, std::string& out);
  void settle(bool line_ends, std::string& out);
  void end_line(std::string_view how, std::string& out);

  Kind kind_;
  std::string line_;  ///< not written yet: its beginning decides how it is written
  bool line_was_ended_ = false;
  char blank_ = 0;  ///< a space or tab that is written as it is only if the line goes on
};

}  // namespace reportctl::mail
