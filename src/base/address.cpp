// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/address.hpp"

#include <fmt/format.h>
#include <idn2.h>

#include <algorithm>
#include <memory>

#include "reportctl/base/error.hpp"
#include "reportctl/base/lazy_library.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl {

namespace {

constexpr std::size_t kLongestAddress = 254;  // RFC 5321 path of 256 less its angle brackets
constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestLabel = 63;
constexpr std::size_t kLongestHeader = 998;

/// Thrown inside this file only; becomes nullopt and a reason.
struct Refusal {
  std::string why;
};

struct Idn2 : LazyLibrary {
  Idn2() : LazyLibrary(kIdn2) {}
  REPORTCTL_FUNCTION(idn2_free);
  REPORTCTL_FUNCTION(idn2_lookup_u8);
  REPORTCTL_FUNCTION(idn2_strerror);
};

const Idn2& idn2() {
  static const Idn2 library;
  return library;
}

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void check_local_part(std::string_view local) {
  constexpr std::string_view kSymbols = "!#$%&'*+-/=?^_`{|}~.";  // RFC 5322 atext, and the dot
  if (local.empty()) throw Refusal{"nothing before the @"};
  if (local.size() > kLongestLocalPart) throw Refusal{"more than 64 characters before the @"};
  if (!is_ascii(local)) throw Refusal{"only ASCII characters may stand before the @"};
  if (local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos)
    throw Refusal{"a dot before the @ must stand between other characters"};
  for (const char c : local)
    if (!is_alnum(c) && kSymbols.find(c) == std::string_view::npos)
      throw Refusal{fmt::format("the character '{}' may not stand before the @", c)};
}

/// The ASCII form of a domain that is not plain ASCII, or that claims to be such a form already (`xn--…`), by UTS 46
/// (nontransitional) and IDNA 2008.
std::string idn_to_ascii(std::string_view domain) {
  const std::string input(domain);
  std::uint8_t* output = nullptr;
  const int code =
      idn2().idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(input.c_str()), &output, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, decltype(&::idn2_free)> owner(output, idn2().idn2_free);
  if (code != IDN2_OK) throw Refusal{fmt::format("not a valid international domain: {}", idn2().idn2_strerror(code))};
  return reinterpret_cast<const char*>(output);
}

void check_label(std::string_view label) {
  if (label.empty()) throw Refusal{"a dot in the domain must stand between names"};
  if (label.size() > kLongestLabel) throw Refusal{"a part of the domain is longer than 63 characters"};
  if (label.front() == '-' || label.back() == '-') throw Refusal{"a part of the domain begins or ends with a hyphen"};
  for (const char c : label)
    if (!is_alnum(c) && c != '-') throw Refusal{fmt::format("the character '{}' may not stand in a domain", c)};
}

/// Lower-case ASCII.
std::string checked_domain(std::string_view domain) {
  if (domain.empty()) throw Refusal{"nothing after the @"};
  if (domain.front() == '[') throw Refusal{"an address literal ([…]) is not accepted; write a domain"};
  std::string ascii = to_lower(domain);
  if (!is_ascii(ascii) || ascii.find("xn--") != std::string::npos) ascii = to_lower(idn_to_ascii(ascii));
  const auto labels = split(ascii, '.');
  for (const std::string& label : labels) check_label(label);
  if (labels.size() < 2) throw Refusal{"the domain needs at least two parts, like example.com"};
  if (std::all_of(labels.back().begin(), labels.back().end(), [](char c) { return c >= '0' && c <= '9'; }))
    throw Refusal{"the domain is a number; write a name"};
  return ascii;
}

/// The checked address, and where its @ is.
std::pair<std::string, std::size_t> checked_address(std::string_view text) {
  if (text.empty()) throw Refusal{"empty"};
  if (has_control(text)) throw Refusal{"contains a control character"};
  if (!is_valid_utf8(text)) throw Refusal{"not valid UTF-8"};
  const auto signs = std::count(text.begin(), text.end(), '@');
  if (signs != 1) throw Refusal{signs == 0 ? "no @" : "more than one @"};
  const std::size_t at = text.find('@');
  check_local_part(text.substr(0, at));
  std::string whole = fmt::format("{}@{}", text.substr(0, at), checked_domain(text.substr(at + 1)));
  if (whole.size() > kLongestAddress) throw Refusal{"longer than 254 characters"};
  return {std::move(whole), at};
}

bool is_refused_in_header(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const std::string_view here = text.substr(at, 3);
  return byte < 0x20 || byte == 0x7F || here == "\u2028" || here == "\u2029";
}

/// Of a quoted display name: without the quotes, `\x` for x.
std::string unquoted(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::string(text);
  std::string out;
  for (std::size_t i = 1; i + 1 < text.size(); ++i) {
    if (text[i] == '\\' && i + 2 < text.size()) ++i;
    out += text[i];
  }
  return out;
}

template <typename Result, typename Make>
std::optional<Result> or_reason(std::string* why, const Make& make) {
  try {
    return make();
  } catch (const Refusal& refusal) {
    if (why != nullptr) *why = refusal.why;
    return std::nullopt;
  }
}

}  // namespace

std::optional<EmailAddress> EmailAddress::parse(std::string_view text, std::string* why) {
  return or_reason<EmailAddress>(why, [&] {
    auto [whole, at] = checked_address(text);
    return EmailAddress(std::move(whole), at);
  });
}

std::optional<Mailbox> Mailbox::parse(std::string_view text, std::string* why) {
  text = trim(text);
  if (text.empty() || text.back() != '>') {
    auto found = EmailAddress::parse(text, why);
    if (!found) return std::nullopt;
    return Mailbox{{}, std::move(*found)};
  }
  const std::size_t open = text.rfind('<');
  return or_reason<Mailbox>(why, [&] {
    if (open == std::string_view::npos) throw Refusal{"a > without its <"};
    std::string reason;
    auto found = EmailAddress::parse(text.substr(open + 1, text.size() - open - 2), &reason);
    if (!found) throw Refusal{reason};
    const auto name = HeaderValue::parse(unquoted(trim(text.substr(0, open))));
    if (!name) throw Refusal{"the name before the address has a control character, is not UTF-8, or is too long"};
    return Mailbox{name->str(), std::move(*found)};
  });
}

std::string Mailbox::str() const {
  if (display.empty()) return address.str();
  const bool needs_quotes = display.find_first_of("\"\\<>@,;:()[]") != std::string::npos || trim(display) != display;
  if (!needs_quotes) return fmt::format("{} <{}>", display, address.str());
  std::string escaped;
  for (const char c : display) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return fmt::format("\"{}\" <{}>", escaped, address.str());
}

std::optional<HeaderValue> HeaderValue::parse(std::string_view text) {
  if (text.size() > kLongestHeader || !is_valid_utf8(text)) return std::nullopt;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (is_refused_in_header(text, i)) return std::nullopt;
  return HeaderValue(std::string(text));
}

HeaderValue HeaderValue::cleaned(std::string_view text) {
  const std::string valid = repair_utf8(text);
  std::string out;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    const bool refused = is_refused_in_header(valid, i);
    if (refused && static_cast<unsigned char>(valid[i]) >= 0x80) i += 2;  // U+2028 and U+2029 take three bytes
    out += refused ? ' ' : valid[i];
  }
  if (out.size() > kLongestHeader) {
    std::size_t end = kLongestHeader;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0U) == 0x80) --end;  // not in the middle of a character
    out.resize(end);
  }
  return HeaderValue(std::move(out));
}

}  // namespace reportctl
