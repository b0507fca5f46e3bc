// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "quoted_printable.hpp"

#include <fmt/format.h>

namespace reportctl::mail {

namespace {

constexpr std::size_t kLongestEncodedLine = 76;

std::string escaped(char c) { return fmt::format("={:02X}", static_cast<unsigned char>(c)); }

bool is_plain(char c) { return c > ' ' && c <= '~' && c != '='; }

}  // namespace

void QuotedPrintable::end_line(std::string_view how, std::string& out) {
  if (line_.starts_with("From ")) line_.replace(0, 1, "=46");
  if (line_.starts_with('.')) line_.replace(0, 1, "=2E");
  // Escaping the first letter may have made it too long: what hangs over begins the next line.
  std::string rest;
  if (line_.size() + how.size() > kLongestEncodedLine) {
    auto cut = kLongestEncodedLine - 1;
    while (line_[cut - 1] == '=' || (cut > 1 && line_[cut - 2] == '=')) --cut;
    rest = line_.substr(cut);
    out.append(line_, 0, cut).append("=\r\n");
    line_ = std::move(rest);
    return end_line(how, out);
  }
  out.append(line_).append(how).append("\r\n");
  line_.clear();
}

void QuotedPrintable::put(std::string_view piece, std::string& out) {
  if (line_.size() + piece.size() > kLongestEncodedLine - 1) end_line("=", out);
  line_ += piece;
}

void QuotedPrintable::settle(bool line_ends, std::string& out) {
  if (blank_ == 0) return;
  put(line_ends ? escaped(blank_) : std::string(1, blank_), out);
  blank_ = 0;
}

void QuotedPrintable::append(std::string_view bytes, std::string& out) {
  for (const char c : bytes) {
    if (line_was_ended_) end_line("=", out);  // a row in a line, where people look at it
    line_was_ended_ = false;
    if (c == '\n' && kind_ == Kind::text) {
      settle(true, out);
      end_line("", out);
      continue;
    }
    settle(false, out);
    if (c == ' ' || c == '\t')
      blank_ = c;
    else
      put(is_plain(c) ? std::string(1, c) : escaped(c), out);
    line_was_ended_ = c == '\n';
  }
}

void QuotedPrintable::finish(std::string& out) {
  settle(true, out);
  if (!line_.empty()) end_line("", out);
  if (kind_ == Kind::bytes && out.ends_with("\r\n")) out.resize(out.size() - 2);  // it would be one more byte
}

}  // namespace reportctl::mail
