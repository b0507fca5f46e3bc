// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/base64.hpp"

#include <cstdint>

namespace reportctl {
namespace {

constexpr std::string_view kSixBits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::string base64(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) bits = bits << 8U | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text.push_back(i <= three.size() ? kSixBits[bits >> (18 - 6 * i) & 63U] : '=');
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  if (text.size() % 4 != 0) return std::nullopt;
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const std::string_view four = text.substr(at, 4);
    const std::size_t letters = at + 4 < text.size() ? 4 : four.find('=') == std::string_view::npos ? 4 : four.find('=');
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const std::size_t value = i < letters ? kSixBits.find(four[i]) : 0;
      if (value == std::string_view::npos || (i >= letters && four[i] != '=')) return std::nullopt;
      bits = bits << 6U | static_cast<std::uint32_t>(value);
    }
    if (letters < 2) return std::nullopt;
    for (std::size_t i = 0; i + 1 < letters; ++i) bytes.push_back(static_cast<char>(bits >> (16 - 8 * i) & 0xFFU));
  }
  if (base64(bytes) != text) return std::nullopt;  // bits after the end
  return bytes;
}

}  // namespace reportctl
