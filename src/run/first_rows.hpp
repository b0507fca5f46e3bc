// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "reportctl/base/zone.hpp"
#include "reportctl/mail/templates.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::run {

/// The head of a file for the body of its mail: so many rows, and the columns that people can read side by side.
class FirstRowsCollector {
 public:
  FirstRowsCollector(const rows::Columns& columns, Zone zone) : columns_(columns), zone_(std::move(zone)) {}
  void row(const rows::Row&);
  /// Columns without any value in these rows are left out, and so is a currency that stands beside its amounts. The first columns
  /// that fit are taken; those for which a phone has no room are marked `wide`.
  [[nodiscard]] mail::FirstRows table() const;

  static constexpr std::size_t kRows = 8;

 private:
  const rows::Columns& columns_;
  Zone zone_;
  std::int64_t count_ = 0;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace reportctl::run
