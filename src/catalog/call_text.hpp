// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string_view>

#include "reportctl/base/text.hpp"

namespace reportctl::catalog {

/// `name(argument)` or `name`.
struct Call {
  std::string_view name;
  std::optional<std::string_view> argument;
};
inline std::optional<Call> parse_call(std::string_view text) {
  text = trim(text);
  const std::size_t open = text.find('(');
  if (open == std::string_view::npos) return Call{text, std::nullopt};
  if (text.back() != ')') return std::nullopt;
  return Call{trim(text.substr(0, open)), trim(text.substr(open + 1, text.size() - open - 2))};
}

}  // namespace reportctl::catalog
