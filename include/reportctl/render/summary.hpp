// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/language.hpp"
#include "reportctl/rows/aggregate.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

using rows::AggregateKind;

/// One figure to be taken while rows pass. Money is kept apart by the row's currency.
struct Figure {
  std::string label;
  AggregateKind kind = AggregateKind::count;
  int column = -1;          ///< -1 for count
  int divisor = -1;         ///< of a ratio: what the sum of the column is divided by is the sum of this one, over rows with both
  bool is_percent = false;  ///< of a ratio
};

/// A sum or an extreme; may need more than the 64 bits of a cell.
struct Amount {
  std::string currency;  ///< of money; empty for what has none
  __int128 number = 0;   ///< as in a cell of that type
  std::uint8_t scale = 0;
  bool grouped = true;  ///< as its column
  bool known = true;    ///< false: of a currency that has none
};

/// A figure that is known.
struct Metric {
  std::string label;
  std::vector<std::string> values;  ///< for people: one for each amount, or a dash where there is none
  rows::ColumnType type = rows::ColumnType::integer;
  std::vector<Amount> amounts;  ///< the same, typed: one a currency, in their order; empty where there is no value
};

/// Of many currencies some: the last line then says how many more there are.
std::vector<std::string> short_values(std::vector<std::string> values, const Language& = {});

class DistinctCounter;

/// Adds up as rows pass; constant memory (but for one number a currency; of different values what is too much goes into a file).
/// Exact: integers and scaled decimals in 128 bits, averages and ratios rounded once, half away from zero, to the digits of the
/// column and at least two.
class Summary {
 public:
  /// `spool`: where nameless files may grow; empty: TMPDIR, else /tmp.
  Summary(const rows::Columns&, std::vector<Figure>, const std::filesystem::path& spool = {});
  ~Summary();
  void row(const rows::Row&);
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::vector<Metric> metrics(const Locale&) const;

 private:
  struct Tally {
    Amount amount;
    __int128 divisor = 0;  ///< how many, or the sum of Figure::divisor
    std::uint8_t divisor_scale = 0;
  };
  using Tallies = std::map<std::string, Tally, std::less<>>;  ///< by currency
  void add(std::size_t figure, const rows::Row&);
  [[nodiscard]] Metric metric(std::size_t figure) const;
  [[nodiscard]] rows::ColumnType type_of(const Figure&) const;
  const rows::Columns& columns_;
  std::vector<Figure> figures_;
  std::vector<Tallies> tallies_;                            ///< per figure
  std::vector<std::unique_ptr<DistinctCounter>> distinct_;  ///< per figure
  std::int64_t rows_ = 0;
};

/// One row below the others: what the columns with `total` add up to.
struct TotalsRow {
  std::string currency;                     ///< whose rows these are; empty: of no currency
  std::vector<std::optional<Amount>> sums;  ///< as many as columns; nothing for columns without a total
};

/// Sums for the foot of a table. Where a column with a total is money, every currency has a row of its own: its amounts,
/// whichever column has their currency, and of other columns what stands in the rows whose first amount is in that currency.
/// Money whose currency is not among the columns has no total. Constant memory, exact.
class Totals {
 public:
  explicit Totals(const rows::Columns&);
  void row(const rows::Row&);
  /// By currency; empty where no column has a total, or no value has passed.
  [[nodiscard]] std::vector<TotalsRow> rows() const;

 private:
  struct Group {
    std::vector<Amount> sums;  ///< as many as summed_
  };
  struct Summed {
    std::size_t column;
    int currency_column;  ///< -1: of no currency
  };
  Group& group_of(std::string_view currency);
  rows::Columns columns_;
  std::vector<Summed> summed_;
  std::map<std::string, Group, std::less<>> groups_;
  std::map<std::string, Group, std::less<>>::iterator last_ = groups_.end();
};

}  // namespace reportctl::render
