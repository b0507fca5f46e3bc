// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::schedule {

/// One thing that has to hold: `changed`, or a figure of the rows that is compared with a number.
struct Term {
  enum class Sign { less, at_most, equal, not_equal, at_least, more };
  std::string figure;      ///< as modules write it: `count`, `total(amount)`; empty: `changed`
  bool is_change = false;  ///< `change(FIGURE)`: by how much it differs from the period before, in percent
  std::string currency;    ///< of money: `total(amount) < 1000 EUR`, `change(total(amount), EUR) > 20`
  Sign sign = Sign::less;
  std::int64_t number = 0;  ///< with `scale` digits after the point; of a duration seconds
  int scale = 0;
  bool is_duration = false;  ///< written as `1h30m`
  [[nodiscard]] bool is_changed() const { return figure.empty(); }
  /// `change(total(amount), EUR)`: what is compared.
  [[nodiscard]] std::string subject() const;
  /// `> 1000 EUR`; empty for `changed`.
  [[nodiscard]] std::string demand() const;
  bool operator==(const Term&) const = default;
};

/// When a schedule sends what it made: `count > 10`, `changed or total(amount) < 1000 EUR`. Without terms always.
struct Condition {
  std::vector<Term> terms;
  bool any = false;  ///< joined by `or`: one term is enough
  /// `problem` becomes why there is none.
  static std::optional<Condition> parse(std::string_view, std::string& problem);
  static std::optional<Condition> parse(std::string_view);
  [[nodiscard]] std::string str() const;
  [[nodiscard]] bool given() const { return !terms.empty(); }
  [[nodiscard]] bool asks_changed() const;
  bool operator==(const Condition&) const = default;
};

/// How often a condition that goes on holding is told.
struct Again {
  enum class Kind { every, once, after } kind = Kind::every;
  std::int64_t seconds = 0;  ///< of `after`: between the slots of two mails
  /// `every`, `once` or a duration such as `24h`.
  static std::optional<Again> parse(std::string_view);
  [[nodiscard]] std::string str() const;
  bool operator==(const Again&) const = default;
};

}  // namespace reportctl::schedule
