// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace reportctl::source {

/// A decimal number, exactly: `digits` × 10^-`places`.
struct Decimal {
  __int128 digits;
  int places;  ///< 0 or more

  /// The decimal that a double stands for: its shortest form. nullopt for infinity, and for what is far from 1.
  static std::optional<Decimal> of(double value);
  /// Of a plain decimal number, as scaled() takes it.
  static std::optional<Decimal> of(std::string_view text);
  /// The double nearest to it.
  [[nodiscard]] double real() const;
};

/// nullopt: 128 bits do not hold it.
std::optional<Decimal> sum(const Decimal&, const Decimal&);
std::optional<Decimal> product(const Decimal&, const Decimal&);
/// The rest of a division to a whole number, with the sign of the first. Precondition: the second is not zero.
std::optional<Decimal> remainder(const Decimal&, const Decimal&);
/// The double nearest to it, but for ties. Precondition: the second is not zero.
std::optional<double> quotient(const Decimal&, const Decimal&);

}  // namespace reportctl::source
