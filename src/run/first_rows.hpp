// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reportctl/base/language.hpp"
#include "reportctl/mail/templates.hpp"
#include "reportctl/rows/cell.hpp"

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

}  // namespace reportctl::run
