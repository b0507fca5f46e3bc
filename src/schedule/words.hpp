// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "reportctl/base/text.hpp"

namespace reportctl::schedule {

/// The enumerator whose place in the table the word has, in any case.
template <typename Enum, typename Words>
std::optional<Enum> parse_word(const Words& words, std::string_view text) {
  const auto found = std::find(words.begin(), words.end(), to_lower(text));
  if (found == words.end()) return std::nullopt;
  return static_cast<Enum>(found - words.begin());
}

}  // namespace reportctl::schedule
