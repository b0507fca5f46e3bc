// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "server_date.hpp"

#include <array>
#include <cctype>
#include <ctime>

namespace reportctl::artifact {

namespace {

constexpr std::array kForms = {"%a, %d %b %Y %H:%M:%S", "%A, %d-%b-%y %H:%M:%S", "%a %b %d %H:%M:%S %Y",
                               "%Y-%m-%dT%H:%M:%S",     "%Y-%m-%d %H:%M:%S",     "%Y%m%dT%H%M%S"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// What stands behind the seconds: nothing, a fraction, the name of UTC, an offset. The seconds to take off.
std::optional<int> offset_of(const char* rest) {
  if (*rest == '.' || *rest == ',') {
    ++rest;
    if (!is_digit(*rest)) return std::nullopt;
    while (is_digit(*rest)) ++rest;
  }
  while (*rest == ' ') ++rest;
  const std::string zone = rest;
  if (zone.empty() || zone == "Z" || zone == "z" || zone == "GMT" || zone == "UTC" || zone == "UT") return 0;
  std::string digits;
  for (const char c : zone.substr(1))
    if (c != ':') digits += c;
  if ((zone[0] != '+' && zone[0] != '-') || digits.size() != 4 || digits.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const int seconds = (std::stoi(digits.substr(0, 2)) * 60 + std::stoi(digits.substr(2))) * 60;
  return zone[0] == '+' ? seconds : -seconds;
}

}  // namespace

std::optional<Instant> parse_server_date(const std::string& text) {
  for (const char* form : kForms) {
    std::tm parts{};
    const char* rest = ::strptime(text.c_str(), form, &parts);
    if (rest == nullptr) continue;
    if (const auto offset = offset_of(rest)) return Instant{std::chrono::seconds{::timegm(&parts) - *offset}};
  }
  return std::nullopt;
}

}  // namespace reportctl::artifact
