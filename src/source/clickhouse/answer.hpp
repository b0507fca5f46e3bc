// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clickhouse/connection.hpp"
#include "clickhouse/types.hpp"

namespace reportctl::source {

/// The answer to a statement that was just executed, in RowBinaryWithNamesAndTypes: how many columns, their names, their types,
/// and then the values of each row, one behind the other.
class ClickhouseAnswer {
 public:
  /// Waits for the columns.
  explicit ClickhouseAnswer(ClickhouseConnection&);
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] const std::vector<ClickhouseType>& types() const { return types_; }
  /// The next row. False at the end of a whole answer.
  bool next();
  /// Its values; they stay where they are until the next one is asked for.
  [[nodiscard]] const std::vector<ClickhousePlace>& places() const { return places_; }

 private:
  bool locate();
  bool locate(const ClickhouseType&, ClickhousePlace&);
  std::optional<std::size_t> length();
  std::string text();

  ClickhouseConnection& connection_;
  std::string bytes_;
  std::size_t row_ = 0;  ///< where the row begins that is looked at
  std::size_t at_ = 0;
  std::vector<std::string> names_;
  std::vector<ClickhouseType> types_;
  std::vector<ClickhousePlace> places_;
};

}  // namespace reportctl::source
