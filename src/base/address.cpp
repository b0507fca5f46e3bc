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
constexpr std::string_view kThisHost = "localhost";

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

/// RFC 5322 atext, the dot, and what RFC 6531 adds.
bool is_atom_character(char c) {
  constexpr std::string_view kSymbols = "!#$%&'*+-/=?^_`{|}~.";
  return is_alnum(c) || kSymbols.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}

bool has_stray_dot(std::string_view local) {
  return local.front() == '.' || local.back() == '.' || local.find("..") != std::string_view::npos;
}

bool is_dot_atom(std::string_view local) {
  return !local.empty() && !has_stray_dot(local) && std::all_of(local.begin(), local.end(), is_atom_character);
}

/// The content of quotes: in quotes again only where it needs them, with no more backslashes than it needs.
std::string requoted(std::string_view quoted) {
  std::string plain;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    const bool escaped = quoted[i] == '\\';
    if (quoted[i] == '"' || (escaped && i + 2 == quoted.size()))
      throw Refusal{"a quotation mark within quotes needs a backslash"};
    plain += escaped ? quoted[++i] : quoted[i];
  }
  if (plain.empty()) throw Refusal{"nothing before the @"};
  // Allowed by the letter, but too many programs look for the end of an address with them.
  if (plain.find_first_of("<>") != std::string::npos) throw Refusal{"the characters '<' and '>' may not stand before the @"};
  if (is_dot_atom(plain)) return plain;
  std::string out = "\"";
  for (const char c : plain) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string checked_local_part(std::string_view local) {
  if (local.empty()) throw Refusal{"nothing before the @"};
  if (local.size() > kLongestLocalPart) throw Refusal{"more than 64 characters before the @"};
  if (local.size() > 1 && local.front() == '"' && local.back() == '"') return requoted(local);
  if (has_stray_dot(local)) throw Refusal{"a dot before the @ must stand between other characters"};
  for (const char c : local) {
    if (c == '@') throw Refusal{"more than one @"};
    if (!is_atom_character(c)) throw Refusal{fmt::format("the character '{}' may not stand before the @ without quotes", c)};
  }
  return std::string(local);
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
  if (ascii == kThisHost) return ascii;
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
  if (text == "root") return {"root@localhost", 4};  // as in crontabs
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos) throw Refusal{"no @"};
  const auto local = checked_local_part(text.substr(0, at));
  std::string whole = fmt::format("{}@{}", local, checked_domain(text.substr(at + 1)));
  if (whole.size() > kLongestAddress) throw Refusal{"longer than 254 characters"};
  return {std::move(whole), local.size()};
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

/// Where an address ends in a list: at a comma outside of quotes and angle brackets.
std::size_t end_of_address(std::string_view list) {
  bool quoted = false, bracketed = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const char c = list[i];
    if (c == '\\' && quoted) ++i;
    if (c == '"') quoted = !quoted;
    if (c == '<' && !quoted) bracketed = true;
    if (c == '>' && !quoted) bracketed = false;
    if (c == ',' && !quoted && !bracketed) return i;
  }
  return list.size();
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

bool EmailAddress::is_local() const { return domain() == kThisHost; }

bool EmailAddress::is_ascii() const { return reportctl::is_ascii(text_); }

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
    if (!name) throw Refusal{"its name is too long, not UTF-8, or has control characters"};
    return Mailbox{name->str(), std::move(*found)};
  });
}

std::vector<std::string> split_mailboxes(std::string_view list) {
  std::vector<std::string> mailboxes;
  for (bool more = true; more;) {
    const auto end = end_of_address(list);
    more = end < list.size();
    if (const auto one = trim(list.substr(0, end)); !one.empty()) mailboxes.emplace_back(one);
    list.remove_prefix(more ? end + 1 : end);
  }
  return mailboxes;
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
  if (text.size() > kLongestHeader || !is_valid_utf8(text) || has_control(text)) return std::nullopt;
  return HeaderValue(std::string(text));
}

HeaderValue HeaderValue::cleaned(std::string_view text) {
  const std::string valid = repair_utf8(text);
  std::string out;
  for (std::size_t from = 0; from < valid.size();) {
    std::size_t end = from + 1;
    while (end < valid.size() && (static_cast<unsigned char>(valid[end]) & 0xC0U) == 0x80) ++end;
    const auto character = std::string_view(valid).substr(from, end - from);
    out += has_control(character) ? " " : character;
    from = end;
  }
  return HeaderValue(std::string(cut_at_character(out, kLongestHeader)));
}

}  // namespace reportctl
