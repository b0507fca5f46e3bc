// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/line_ends.hpp"

#include <algorithm>
#include <array>

namespace reportctl {

std::string with_line_feeds(std::string_view text) {
  constexpr std::array<std::string_view, 7> kEnds = {"\r\n", "\r", "\v", "\f", "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t plain = std::min(text.find_first_of("\r\v\f\xC2\xE2"), text.size());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (text.empty()) break;
    const auto* const end = std::find_if(kEnds.begin(), kEnds.end(), [&](auto one) { return text.starts_with(one); });
    out += end == kEnds.end() ? text.front() : '\n';
    text.remove_prefix(end == kEnds.end() ? 1 : end->size());
  }
  return out;
}

}  // namespace reportctl
