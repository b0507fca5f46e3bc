// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

std::string printable(std::string_view word) {
  constexpr std::size_t kWidth = 60;
  constexpr std::size_t kBytes = 4 * kWidth;  // enough to fill the width; the rest of a long text is not even looked at
  return fit_width(visible(word.substr(0, kBytes)), kWidth);
}

std::string in_quotes(std::string_view word) { return fmt::format("\"{}\"", printable(word)); }

std::string either(const std::vector<std::string>& words) {
  if (words.size() < 2) return join(words, "");
  return fmt::format("{} or {}", join(std::span(words).first(words.size() - 1), ", "), words.back());
}

std::string place(std::string_view field, std::size_t index) { return fmt::format("{}[{}]", field, index + 1); }

}  // namespace reportctl::validation
