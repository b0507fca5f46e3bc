// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "reportctl/rows/column_type.hpp"

namespace reportctl::rows {

/// A figure that is taken of the rows of one column, or of two.
enum class AggregateKind { count, total, minimum, maximum, average, distinct, ratio };

/// What the values of a figure are. `of` and `divided_by` are the types of its columns, if it has them.
constexpr ColumnType aggregate_type(AggregateKind kind, ColumnType of, ColumnType divided_by) {
  if (kind == AggregateKind::count || kind == AggregateKind::distinct) return ColumnType::integer;
  const bool is_ratio = kind == AggregateKind::ratio;
  if (is_ratio && of == ColumnType::duration && divided_by == ColumnType::duration) return ColumnType::decimal;
  const bool is_mean = is_ratio || kind == AggregateKind::average;
  return is_mean && of == ColumnType::integer ? ColumnType::decimal : of;
}

}  // namespace reportctl::rows
