// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>

#include "reportctl/rows/cell.hpp"

namespace reportctl::rows {

/// Typed rows, pulled one by one, in constant memory.
///
/// next() returns the next row, or nullptr after the last one. The row and every view in it are valid until the next call of
/// next() or the end of the stream. A cell that does not fit its column's type throws Error(source) naming row and column; so do
/// a lost connection and a passed deadline. After an exception the stream is finished. Closing a stream early is allowed and
/// quick.
class RowStream {
 public:
  virtual ~RowStream() = default;
  [[nodiscard]] virtual const Columns& columns() const = 0;
  virtual const Row* next() = 0;
};

}  // namespace reportctl::rows
