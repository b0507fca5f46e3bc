// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "header_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/base64.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::mail {

namespace {

constexpr std::size_t kLongestLine = 76;  // RFC 2047 2
constexpr std::string_view kBefore = "=?UTF-8?";
constexpr std::size_t kFrame = 12;  // `=?UTF-8?Q?` and `?=`

bool is_letter_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

/// What may stand in Q everywhere, in a phrase too (RFC 2047 5).
std::string q_encoded(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (c == ' ')
      out += '_';
    else if (is_letter_or_digit(c) || std::string_view("!*+-/").find(c) != std::string_view::npos)
      out += c;
    else
      out += fmt::format("={:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80) ++size;
  return size;
}

/// Encoded words, each of whole characters and no longer than its line has room; `used` is how much of the first one is taken.
std::string encoded_words(std::string_view text, std::size_t used) {
  const bool as_q = q_encoded(text).size() <= (text.size() + 2) / 3 * 4;
  const auto encoded = [&](std::string_view bytes) { return as_q ? q_encoded(bytes) : base64(bytes); };
  std::string out;
  while (!text.empty()) {
    const auto room = kLongestLine - 1 - kFrame - std::min<std::size_t>(used, 40);
    std::size_t end = character_size(text);
    while (end < text.size()) {
      const auto next = end + character_size(text.substr(end));
      if (encoded(text.substr(0, next)).size() > room) break;
      end = next;
    }
    if (!out.empty()) out += "\r\n ";
    out += fmt::format("{}{}?{}?=", kBefore, as_q ? 'Q' : 'B', encoded(text.substr(0, end)));
    text.remove_prefix(end);
    used = 1;
  }
  return out;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// ASCII that can be folded, keeps its spaces then, and cannot be taken for encoded words.
bool can_stand(std::string_view text) {
  if (!is_ascii(text) || text.find("=?") != std::string_view::npos || trim(text) != text) return false;
  const auto words = split(text, ' ');
  return text.find("  ") == std::string_view::npos &&
         std::all_of(words.begin(), words.end(), [](const auto& word) { return word.size() < kLongestLine - 12; });
}

}  // namespace

std::string header_line(std::string_view name, std::string_view value) {
  std::string out = fmt::format("{}:", name);
  std::size_t column = out.size();
  for (const auto& word : split(value, ' ')) {
    const bool fits = column + 1 + word.size() <= kLongestLine;
    out += fits ? " " : "\r\n ";
    column = fits ? column + 1 + word.size() : 1 + word.size();
    out += word;
  }
  return out + "\r\n";
}

std::string header_text(std::string_view name, std::string_view text) {
  if (can_stand(text)) return header_line(name, text);
  return fmt::format("{}: {}\r\n", name, encoded_words(text, name.size() + 2));
}

std::string header_mailbox(std::string_view name, const Mailbox& mailbox) {
  const auto address = fmt::format("<{}>", mailbox.address.str());
  const auto display = HeaderValue::cleaned(mailbox.display).str();
  if (display.empty()) return fmt::format("{}: {}\r\n", name, address);
  if (can_stand(display)) {
    const auto whole = Mailbox{display, mailbox.address}.str();
    return header_line(name, whole.substr(0, whole.size() - address.size() - 1) + " " + address);
  }
  const auto words = encoded_words(display, name.size() + 2);
  const auto last_line = words.size() - (words.rfind('\n') == std::string::npos ? 0 : words.rfind('\n') + 1);
  const bool fits = last_line + (last_line == words.size() ? name.size() + 2 : 0) + 1 + address.size() <= kLongestLine;
  return fmt::format("{}: {}{}{}\r\n", name, words, fits ? " " : "\r\n ", address);
}

}  // namespace reportctl::mail
