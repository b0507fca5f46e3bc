// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>

#include "first_rows.hpp"
#include "reportctl/render/chart.hpp"
#include "reportctl/run/generate.hpp"

namespace reportctl::run {

/// The first day that has rows, by the column that tells days.
class FirstDay {
 public:
  FirstDay(const RunPlan&, const std::optional<render::ChartPlan>&);
  /// Of other rows of the same plan.
  [[nodiscard]] FirstDay anew() const;
  void row(const rows::Row&);
  /// How many days of the window are over before it; 0 where there is no day at all.
  [[nodiscard]] std::int64_t days_after(const schedule::Window&) const;

 private:
  Zone zone_;
  int column_ = -1;
  rows::CellKind kind_ = rows::CellKind::day;
  std::int64_t least_;
};

/// What sees the rows beside the writer, where a mail or the file shows it.
class Onlookers {
 public:
  Onlookers(const RunPlan&, const rows::Columns& chosen, Purpose);
  [[nodiscard]] bool any() const { return chart_ || first_rows_ || first_day_; }
  void row(const rows::Row&, const rows::Row& chosen);
  void show(MadeFile&) const;
  /// Of a mail whose module compares.
  [[nodiscard]] const std::optional<FirstDay>& first_day() const { return first_day_; }

 private:
  std::optional<render::ChartCollector> chart_;
  std::optional<FirstRowsCollector> first_rows_;  ///< sees the chosen columns
  std::optional<FirstDay> first_day_;
};

}  // namespace reportctl::run
