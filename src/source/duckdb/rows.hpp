// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "duckdb/database.hpp"
#include "engine_rows.hpp"

namespace reportctl::source {

/// The rows of a running statement, a chunk of DuckDB's vectors at a time.
class DuckdbRows final : public EngineRows<DuckdbRows, DuckdbDatabase> {
 public:
  /// Takes the result.
  DuckdbRows(std::shared_ptr<DuckdbDatabase>, duckdb_result, rows::Columns);
  ~DuckdbRows() override { close(); }
  const rows::Row* next() override;

 private:
  /// A column of the result, and of the current chunk.
  struct Vector {
    duckdb_type type = duckdb_invalid;
    ForeignType foreign = ForeignType::other;
    duckdb_type kept_as = duckdb_invalid;  ///< the integers of decimals and enumerations
    std::uint8_t places = 0;               ///< of decimals
    std::vector<std::string> words;        ///< of an enumeration
    const std::uint64_t* validity = nullptr;
    const void* data = nullptr;
  };
  friend EngineRows;
  bool fetch();
  void release() noexcept;
  bool next_chunk();
  void describe();
  [[nodiscard]] bool locate(const Step&) const;
  [[nodiscard]] ForeignType type_of(const Step& step) const { return of(step).foreign; }
  std::string_view bytes_of(const Step&);
  std::string_view digits_of(const Step&);
  [[nodiscard]] double real_of(const Step&) const;
  [[nodiscard]] bool is_true(const Step& step) const { return at<bool>(of(step)); }
  [[nodiscard]] bool has_fraction(const Step& step) const { return of(step).places > 0; }
  [[nodiscard]] std::optional<std::int64_t> whole_of(const Step&) const;
  [[nodiscard]] std::optional<std::int64_t> scaled_exact_of(const Step&) const;
  std::int64_t date_of(const Step&);
  std::int64_t moment_of(const Step&);
  std::optional<std::int64_t> untyped_micros(const Step&);
  [[nodiscard]] const Vector& of(const Step& step) const { return vectors_[index(step)]; }
  template <typename Value>
  [[nodiscard]] const Value& at(const Vector& vector) const {
    return static_cast<const Value*>(vector.data)[row_in_chunk_];
  }
  /// Of an integer type, or the digits of a decimal; nullopt for another type, and for what 128 bits do not hold.
  [[nodiscard]] std::optional<__int128> exact_of(const Vector&) const;
  [[nodiscard]] std::string_view text_in(const Vector&) const;

  duckdb_result result_;
  duckdb_data_chunk chunk_ = nullptr;
  std::vector<Vector> vectors_;
  std::vector<std::string> written_;  ///< texts of numbers and ids, by column
  idx_t row_in_chunk_ = 0;
  idx_t chunk_size_ = 0;
};

}  // namespace reportctl::source
