// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reportctl/render/chart.hpp"
#include "reportctl/run/generate.hpp"

namespace reportctl::run {

/// The head of a file for the body of its mail: so many rows, and the columns that people can read side by side.
class FirstRowsCollector {
 public:
  /// `telling`: names of columns that are shown before others where there is no room for all.
  FirstRowsCollector(const rows::Columns& columns, Locale locale, std::vector<std::string> telling = {})
      : columns_(columns), locale_(std::move(locale)), telling_(std::move(telling)) {}
  void row(const rows::Row&);
  /// Columns without any value in these rows are left out, and so is a currency that stands beside its amounts. The telling
  /// columns are taken, and the first others that fit; those for which a phone has no room are marked `wide`, never the first
  /// figure.
  [[nodiscard]] mail::FirstRows table() const;

  static constexpr std::size_t kRows = 8;

 private:
  /// Telling columns, then the others as they stand.
  [[nodiscard]] std::vector<std::size_t> by_rank() const;
  const rows::Columns& columns_;
  Locale locale_;
  std::vector<std::string> telling_;
  std::int64_t count_ = 0;
  std::vector<std::vector<std::string>> rows_;
};

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
