// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "columns.hpp"
#include "decode.hpp"
#include "instant_reader.hpp"
#include "reportctl/rows/row_stream.hpp"
#include "sqlite/database.hpp"

namespace reportctl::source {

/// The rows of a running statement, inside a snapshot that ends with the stream.
class SqliteRows final : public rows::RowStream {
 public:
  SqliteRows(std::shared_ptr<SqliteDatabase>, Statement, rows::Columns);
  ~SqliteRows() override { close(); }
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override;

 private:
  /// A value and its storage class, which is not asked twice.
  struct Value {
    sqlite3_value* value;
    int type;
  };
  void close() noexcept;
  bool step();
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
  [[noreturn]] void misfit(const Step&, std::string_view found);
  [[noreturn]] void no_currency(const Step&);
  [[noreturn]] void misfit(const Step&, Value);
  [[noreturn]] void misfit_instant(const Step&, Value);

  std::shared_ptr<SqliteDatabase> database_;
  Statement statement_;
  rows::Columns columns_;
  std::vector<rows::Cell> cells_;
  std::vector<Step> steps_;
  std::vector<std::array<char, 24>> digits_;  ///< per column: an integer in a text column, as text
  std::vector<sqlite3_value*> values_;        ///< of the current row, by column
  rows::Row row_;
  TimeReader days_;
  InstantReader instants_;
  Currencies currencies_;
  std::int64_t row_number_ = 0;
};

}  // namespace reportctl::source
