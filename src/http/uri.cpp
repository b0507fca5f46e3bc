// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/http/uri.hpp"

#include <fmt/format.h>

namespace reportctl::http {

std::string uri_encoded(std::string_view text, Slash slash) {
  std::string encoded;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                       c == '_' || c == '~' || (c == '/' && slash == Slash::kept);
    encoded += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::string encoded_query(const std::map<std::string, std::string>& query) {
  std::map<std::string, std::string> encoded;  // the order is that of the encoded names
  for (const auto& [name, value] : query) encoded[uri_encoded(name, Slash::encoded)] = uri_encoded(value, Slash::encoded);
  std::string text;
  for (const auto& [name, value] : encoded) text += fmt::format("{}{}={}", text.empty() ? "" : "&", name, value);
  return text;
}

}  // namespace reportctl::http
