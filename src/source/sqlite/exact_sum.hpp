// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reportctl::source {

/// A sum of decimals, the same in any order: 0.1 ten times is 1. A real counts as the decimal of at most 15 digits that it stands
/// for, as when PostgreSQL makes a numeric of it, to 18 digits after the point. All zero is the empty sum.
class ExactSum {
 public:
  // What was added before is taken away with the sign -1.
  void add(std::int64_t value, int sign = 1) { whole_ += static_cast<__int128>(sign) * value; }
  void add(double value, int sign = 1);
  /// A plain decimal number, as scaled() takes it, with at most 18 digits before the point; false: it is none.
  bool add(std::string_view text, int sign = 1);

  /// The sum of what is whole; nullopt: 64 bits cannot hold it.
  [[nodiscard]] std::optional<std::int64_t> integer() const;
  /// The double nearest to the sum divided by `count`.
  [[nodiscard]] double real(std::int64_t count = 1) const;

 private:
  using Wide = __int128 __attribute__((aligned(8)));  ///< as SQLite's memory is
  void add_fine(__int128 parts);

  Wide whole_;
  Wide parts_;     ///< of 10^-18
  double beyond_;  ///< the sum of what is too large to have a fraction, and of infinity
};

}  // namespace reportctl::source
