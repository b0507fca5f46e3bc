// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>

#include "reportctl/base/zone.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::render {

/// Digits: -0.05 is number -5, scale 2. `out` has ValueWriter::kMaxSize bytes; returns the end.
char* put_scaled(std::int64_t number, std::size_t scale, char* out);

/// Writes values that are not text, exactly as CSV has them. No allocation; remembers the zone's offset and the last date.
class ValueWriter {
 public:
  static constexpr std::size_t kMaxSize = 48;
  explicit ValueWriter(const Zone& zone) : instants_(zone) {}
  /// `out` has kMaxSize bytes; returns the end. The cell is neither null nor text.
  char* write(rows::ColumnType, const rows::Cell&, char* out);

 private:
  char* write_date(std::int64_t days, char* out);

  ZonedFormatter instants_;
  std::int64_t last_day_ = 0;
  std::array<char, 16> last_date_ = {};
  std::size_t last_size_ = 0;
};

}  // namespace reportctl::render
