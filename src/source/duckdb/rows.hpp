// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columns.hpp"
#include "decimal.hpp"
#include "decode.hpp"
#include "duckdb/database.hpp"
#include "instant_reader.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::source {

/// The rows of a running statement, a chunk of DuckDB's vectors at a time.
class DuckdbRows final : public rows::RowStream {
 public:
  /// Takes the result.
  DuckdbRows(std::shared_ptr<DuckdbDatabase>, duckdb_result, rows::Columns);
  ~DuckdbRows() override { close(); }
  DuckdbRows(const DuckdbRows&) = delete;
  DuckdbRows& operator=(const DuckdbRows&) = delete;
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override;

 private:
  /// A column of the result, and of the current chunk.
  struct Vector {
    duckdb_type type = duckdb_invalid;
    duckdb_type kept_as = duckdb_invalid;  ///< the integers of decimals and enumerations
    std::uint8_t places = 0;               ///< of decimals
    std::vector<std::string> words;        ///< of an enumeration
    const std::uint64_t* validity = nullptr;
    const void* data = nullptr;
  };
  void close() noexcept;
  bool next_chunk();
  void describe();
  void read_row();
  template <typename Reader, typename... Value>
  friend void read_cell(Reader&, Currencies&, const Step&, const Value&...);
  [[nodiscard]] bool has_fraction(const Step& step) const { return of(step).places > 0; }
  [[noreturn]] void no_currency(const Step&);
  [[nodiscard]] const Vector& of(const Step& step) const { return vectors_[static_cast<std::size_t>(step.column)]; }
  template <typename Value>
  [[nodiscard]] const Value& at(const Vector& vector) const {
    return static_cast<const Value*>(vector.data)[row_in_chunk_];
  }
  /// Of an integer type, or the digits of a decimal; nullopt for another type, and for what 128 bits do not hold.
  [[nodiscard]] std::optional<__int128> whole_of(const Vector&) const;
  [[nodiscard]] std::string_view text_in(const Vector&) const;
  std::string_view text_of(const Step&);
  std::int64_t integer_of(const Step&);
  std::int64_t boolean_of(const Step&);
  std::int64_t scaled_of(const Step&);
  std::int64_t day_of(const Step&);
  std::int64_t instant_of(const Step&);
  std::optional<std::int64_t> untyped_instant(const Step&);
  std::int64_t real_of(const Step&, double);
  /// Of a value that no cell holds: an empty cell, where the module says so.
  std::int64_t odd(const Step&, std::string_view words);
  [[noreturn]] void misfit(const Step&, std::string_view found);
  [[noreturn]] void misfit(const Step&);

  std::shared_ptr<DuckdbDatabase> database_;  ///< null when the stream is finished
  duckdb_result result_;
  duckdb_data_chunk chunk_ = nullptr;
  rows::Columns columns_;
  std::vector<Vector> vectors_;
  std::vector<std::string> digits_;  ///< texts of numbers, by column
  std::vector<rows::Cell> cells_;
  std::vector<Step> steps_;
  rows::Row row_;
  Currencies currencies_;
  TimeReader times_;
  InstantReader undeclared_;
  idx_t row_in_chunk_ = 0;
  idx_t chunk_size_ = 0;
  std::int64_t row_number_ = 0;
};

}  // namespace reportctl::source
