// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "decode.hpp"
#include "reportctl/rows/row_stream.hpp"
#include "sqlite_database.hpp"

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
  using Number = std::optional<std::int64_t>;
  struct Step {
    int column;
    rows::ColumnType type;
    std::uint8_t scale;
    int currency;
  };
  void close() noexcept;
  bool step();
  void read(const Step&);
  void read_text(int column, sqlite3_value*);
  void read_money(const Step&, sqlite3_value*);
  void read_number(const Step&, sqlite3_value*, Number);
  [[nodiscard]] std::string_view text_of(sqlite3_value*);
  [[nodiscard]] Number scaled_of(sqlite3_value*, int scale);
  [[nodiscard]] Number time_of(sqlite3_value*, rows::ColumnType);
  [[noreturn]] void misfit(int column, std::string_view found);

  std::shared_ptr<SqliteDatabase> database_;
  Statement statement_;
  rows::Columns columns_;
  std::vector<Step> steps_;  ///< money last: it needs its currency
  std::vector<rows::Cell> cells_;
  std::vector<std::array<char, 24>> digits_;  ///< per column: an integer in a text column, as text
  rows::Row row_;
  TimeReader times_;
  std::int64_t row_number_ = 0;
};

}  // namespace reportctl::source
