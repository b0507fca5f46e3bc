// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "columns.hpp"
#include "reportctl/rows/instant_form.hpp"

namespace reportctl::source {

/// What a database's type is to a report, for databases that have types.
enum class ForeignType : std::uint8_t {
  boolean,
  integer,
  decimal,  ///< exact
  real,     ///< binary
  text,
  written,  ///< of another kind, whose text is read: ids, enumerations, addresses
  date,
  timestamp,  ///< without time zone
  instant,
  interval,
  time_of_day,
  binary,
  other,
  any  ///< SELECT NULL, or not known yet
};

/// `an integer`, `a timestamp without time zone`, …: what a value of that type is called in a message.
std::string_view type_words(ForeignType);
/// The column of a draft that fits it best.
rows::Column likely_column(std::string name, ForeignType);
/// What a column of that type cannot be; empty when it can.
std::optional<Problem> type_problem(const rows::Column&, ForeignType, const rows::SourceForms&);

}  // namespace reportctl::source
