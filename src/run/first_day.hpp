// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "chart_plan.hpp"
#include "reportctl/run/plan.hpp"

namespace reportctl::run {

/// The first day that has rows, by the column that tells days.
class FirstDay {
 public:
  explicit FirstDay(const RunPlan& plan) : zone_(plan.zone) {
    const auto& columns = plan.shape->columns;
    const auto is_day = [&](int at) {
      const auto kind = facts_of(columns[static_cast<std::size_t>(at)].type).kind;
      return kind == rows::CellKind::day || kind == rows::CellKind::instant;
    };
    const auto chart = chart_plan(*plan.shape, plan.window);
    if (chart && is_day(chart->x)) column_ = chart->x;
    for (int i = 0; i < static_cast<int>(columns.size()) && column_ < 0; ++i)
      if (is_day(i)) column_ = i;
    if (column_ >= 0) kind_ = facts_of(columns[static_cast<std::size_t>(column_)].type).kind;
  }
  void row(const rows::Row& row) {
    if (column_ < 0 || row[static_cast<std::size_t>(column_)].null) return;
    least_ = std::min(least_, row[static_cast<std::size_t>(column_)].number);
  }
  /// How many days of the window are over before it; nothing where there is no day at all.
  [[nodiscard]] std::optional<std::int64_t> days_after(const schedule::Window& window) const {
    if (least_ == kNone) return std::nullopt;
    const Date day = kind_ == rows::CellKind::day ? Date{std::chrono::sys_days{std::chrono::days{least_}}}
                                                  : zone_.local_date(Instant{std::chrono::seconds{least_}});
    return (std::chrono::sys_days{day} - std::chrono::sys_days{window.first}).count();
  }

 private:
  static constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  Zone zone_;
  int column_ = -1;
  rows::CellKind kind_ = rows::CellKind::day;
  std::int64_t least_ = kNone;
};

}  // namespace reportctl::run
