// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "reportctl/run/generate.hpp"
#include "reportctl/store/progress.hpp"

namespace reportctl::cli {

class Session;

/// `1,204,000 rows, 96.3 MB, 41.2 MB/s`.
std::string progress_line(std::int64_t rows, std::int64_t bytes, std::chrono::milliseconds elapsed);

/// `320,000 of 1,000,000 rows, 3 s left`.
std::string rows_left_line(std::int64_t done, std::int64_t of, std::chrono::milliseconds elapsed);

/// One line on a terminal's standard error, a few times a second, gone when the work ends; nothing in a pipe, under cron or with
/// -q.
class ProgressLine {
 public:
  explicit ProgressLine(Session&);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  /// Empty where nothing is shown. Borrows this object.
  run::Progress callback();
  /// For work whose rows are known beforehand.
  store::RowsDone rows_left();

 private:
  template <typename Words>
  void show(Words words);
  using Clock = std::chrono::steady_clock;
  bool visible_ = false;
  bool drawn_ = false;
  Clock::time_point started_ = Clock::now();
  Clock::time_point last_{};
};

}  // namespace reportctl::cli
