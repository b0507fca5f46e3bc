// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine_rows.hpp"
#include "sqlite/database.hpp"

namespace reportctl::source {

/// The rows of a running statement, inside a snapshot that ends with the stream.
class SqliteRows final : public EngineRows<SqliteRows, SqliteDatabase> {
 public:
  SqliteRows(std::shared_ptr<SqliteDatabase>, Statement, rows::Columns);
  ~SqliteRows() override { close(); }
  const rows::Row* next() override;

 private:
  /// A value and its storage class, which is not asked twice.
  struct Value {
    sqlite3_value* value;
    int type;
  };
  friend EngineRows;
  bool fetch();
  void release() noexcept { statement_.reset(); }
  void find_values();
  void read_row();
  std::string_view raw_text(Value);
  std::string_view text_of(const Step&, Value);
  std::string_view digits_of(const Step&, Value);
  std::int64_t integer_of(const Step&, Value);
  std::int64_t scaled_of(const Step&, Value);
  std::int64_t truth_of(const Step&, Value);
  std::int64_t day_of(const Step&, Value);
  std::int64_t instant_of(const Step&, Value);
  using EngineRows::misfit;
  [[noreturn]] void misfit(const Step&, Value);
  [[noreturn]] void misfit_instant(const Step&, Value);

  Statement statement_;
  std::vector<std::array<char, 24>> digits_;  ///< per column: an integer in a text column, as text
  std::vector<sqlite3_value*> values_;        ///< of the current row, by column
};

}  // namespace reportctl::source
