// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sqlite3.h>

#include <array>
#include <string>
#include <string_view>

namespace reportctl::source {

struct BadNumber;

/// Numbers as strictly as cells take them, also inside of queries and views: text that is no plain decimal number, and bytes, end
/// the query and are named. NULL counts as nothing everywhere.
///
///     sum(x), avg(x), total(x)     in place of SQLite's own; reals are added as decimals (ExactSum)
///     round(x), round(x, digits)   in place of SQLite's own: half away from zero, on the decimal that a real stands for
///     rc_number(x)                 x
///     rc_truth(x)                  x, a number: text is no condition
///     rc_whole(x)                  x, which must be an integer
///     rc_equals(x, name, x = y, y, …)           1; x is none of text and number where every y is the other, unless SQLite has
///                                  compared them as numbers, which `x = y` (x IN (y, …)) tells; NULL: it cannot have
///     rc_orders(x, name, (x > y) - (x < y), y)  the same of <, >, <= and >=
///     rc_sum(x, y)                 x + y as decimals, an integer of integers; so are rc_difference, rc_product, rc_quotient and
///                                  rc_remainder, where a division by zero is NULL
///     rc_minor_units(x, factor)    x * factor (a power of ten), which must be an integer
///
/// What x and y are called in messages follows, as text. Deterministic.
class SqliteNumbers {
 public:
  SqliteNumbers() = default;
  SqliteNumbers(const SqliteNumbers&) = delete;
  SqliteNumbers& operator=(const SqliteNumbers&) = delete;

  /// Returns SQLite's result code. The connection borrows this object.
  int add_to(sqlite3*);
  /// For the authorizer: those that SQLite does not have.
  static bool has(std::string_view name);
  /// What to do about the value that was refused last; empty: none was.
  [[nodiscard]] const std::string& hint() const { return hint_; }

 private:
  enum class Kind { sum, avg, total };
  struct Aggregate {
    SqliteNumbers* numbers;
    Kind kind;
    const char* name;
  };
  static void step(sqlite3_context*, int count, sqlite3_value** values);
  static void inverse(sqlite3_context*, int count, sqlite3_value** values);
  static void value(sqlite3_context*);
  static void number(sqlite3_context*, int count, sqlite3_value** values);
  static void truth(sqlite3_context*, int count, sqlite3_value** values);
  static void round(sqlite3_context*, int count, sqlite3_value** values);
  template <char Sign>
  static void calculate(sqlite3_context*, int count, sqlite3_value** values);
  template <bool Ordered>
  static void compared(sqlite3_context*, int count, sqlite3_value** values);
  static void whole(sqlite3_context*, int count, sqlite3_value** values);
  static void minor_units(sqlite3_context*, int count, sqlite3_value** values);
  void refuse(sqlite3_context*, std::string_view name, sqlite3_value*, const BadNumber&);

  struct Function;
  static const Function kFunctions[];
  std::array<Aggregate, 3> aggregates_{{{this, Kind::sum, "sum"}, {this, Kind::avg, "avg"}, {this, Kind::total, "total"}}};
  std::string hint_;
};

}  // namespace reportctl::source
