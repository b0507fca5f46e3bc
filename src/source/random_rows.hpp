// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <random>
#include <string>

namespace reportctl::source {

constexpr int kRowsOfPage = 200;

/// 0 to limit - 1, another one in every run.
inline std::int64_t any_below(std::int64_t limit) {
  static std::mt19937_64 engine{std::random_device{}()};
  return std::uniform_int_distribution<std::int64_t>(0, limit - 1)(engine);
}

/// Of a view, whose rows have no numbers to jump to.
inline std::string page_of_view(const std::string& view) {
  constexpr std::int64_t kMostSkipped = 5000;
  return fmt::format("(SELECT * FROM {} LIMIT {} OFFSET {})", view, kRowsOfPage, any_below(kMostSkipped));
}

}  // namespace reportctl::source
