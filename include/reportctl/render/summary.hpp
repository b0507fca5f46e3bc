// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reportctl/base/zone.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

enum class AggregateKind { count, total, minimum, maximum };

/// One figure to be taken while rows pass. Money is kept apart by the row's currency.
struct Figure {
  std::string label;
  AggregateKind kind = AggregateKind::count;
  int column = -1;  ///< -1 for count
};

struct Labelled {
  std::string label;
  std::string value;  ///< for people; several currencies are joined by `, `
  bool operator==(const Labelled&) const = default;
};

/// Adds up as rows pass; constant memory (but for one number a currency). Exact: integers and scaled decimals in 128 bits.
class Summary {
 public:
  Summary(const rows::Columns&, std::vector<Figure>);
  void row(const rows::Row&);
  [[nodiscard]] std::int64_t rows() const { return rows_; }
  [[nodiscard]] std::vector<Labelled> values(const Zone&) const;

 private:
  struct Total {
    bool any = false;
    __int128 number = 0;
    std::uint8_t scale = 0;
  };
  const rows::Columns& columns_;
  std::vector<Figure> figures_;
  std::vector<std::map<std::string, Total, std::less<>>> totals_;  ///< per figure, by currency ("" for what has none)
  std::int64_t rows_ = 0;
};

}  // namespace reportctl::render
