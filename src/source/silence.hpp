// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace reportctl::source {

/// How long a query may give no row, beside the limit of the whole. Only looks take time, not rows; whoever takes the rows may
/// take his time, since it is looked at only while the next one is waited for.
class Silence {
 public:
  using Clock = std::chrono::steady_clock;
  /// Zero: no such limit.
  explicit Silence(std::chrono::seconds limit) : limit_(limit) {}
  void begin() { since_ = Clock::now(); }
  void row() { rows_.store(rows_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed); }
  [[nodiscard]] bool is_over() {
    if (limit_.count() <= 0) return false;
    const auto now = Clock::now();
    if (const auto rows = rows_.load(std::memory_order_relaxed); rows != seen_) {
      seen_ = rows;
      since_ = now;
    }
    return now - since_ >= limit_;
  }
  [[nodiscard]] std::string words() const { return fmt::format("the query gave no row for {} s", limit_.count()); }
  static constexpr const char* kHint = "raise the source's silence_timeout, or choose a shorter window";

 private:
  std::chrono::seconds limit_;
  std::atomic<std::uint64_t> rows_ = 0;
  std::uint64_t seen_ = 0;
  Clock::time_point since_ = Clock::now();
};

}  // namespace reportctl::source
