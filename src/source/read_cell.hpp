// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include "columns.hpp"

namespace reportctl::source {

/// Fills the cell of a step from what a typed source has for it. `reader` reads each kind, `value` is what it needs to.
template <typename Reader, typename... Value>
inline void read_cell(Reader& reader, Currencies& currencies, const Step& step, const Value&... value) {
  using rows::CellKind;
  rows::Cell& cell = *step.cell;
  switch (step.kind) {
    case CellKind::text:
      cell.text = reader.text_of(step, value...);
      break;
    case CellKind::whole:
      cell.number = reader.integer_of(step, value...);
      break;
    case CellKind::truth:
      cell.number = reader.boolean_of(step, value...);
      break;
    case CellKind::money:
      if (reader.has_fraction(step, value...)) reader.misfit(step);  // 12.00 has one as 12.34 has: it may be in whole euros
      cell.number = reader.integer_of(step, value...);
      if (const auto digits = currencies.digits(*step.currency)) {
        cell.scale = *digits;
      } else {
        reader.no_currency(step);
      }
      break;
    case CellKind::scaled:
      cell.number = reader.scaled_of(step, value...);
      break;
    case CellKind::instant:
      cell.number = reader.instant_of(step, value...);
      break;
    case CellKind::day:
      cell.number = reader.day_of(step, value...);
      break;
  }
}

}  // namespace reportctl::source
