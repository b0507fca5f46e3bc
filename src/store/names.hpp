// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace reportctl::store {

/// Names stand in the order of the enumerators.
template <typename Enum, std::size_t Size>
std::optional<Enum> parse_name(const std::array<std::string_view, Size>& names, std::string_view name) {
  for (std::size_t index = 0; index < Size; ++index) {
    if (names[index] == name) return static_cast<Enum>(index);
  }
  return std::nullopt;
}

template <std::size_t Size, typename Enum>
std::string_view name_in(const std::array<std::string_view, Size>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace reportctl::store
