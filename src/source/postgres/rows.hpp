// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine_rows.hpp"
#include "postgres/connection.hpp"

namespace reportctl::source {

/// The rows of a running statement, one message of the server at a time, inside a transaction that ends with the stream.
class PostgresRows final : public EngineRows<PostgresRows, PostgresConnection> {
 public:
  /// `types`: of the columns, as the server describes them.
  PostgresRows(std::shared_ptr<PostgresConnection>, std::vector<Oid> types, rows::Columns);
  ~PostgresRows() override { close(); }
  const rows::Row* next() override;

 private:
  friend EngineRows;
  bool fetch();
  void release() noexcept;
  void warn_of_hidden_rows();
  bool locate(const Step&);
  [[nodiscard]] ForeignType type_of(const Step& step) const { return foreign_[index(step)]; }
  [[nodiscard]] std::string_view bytes_of(const Step&) const;
  [[nodiscard]] std::string_view digits_of(const Step&) const { return value_; }
  [[nodiscard]] double real_of(const Step&) const;
  [[nodiscard]] bool is_true(const Step&) const { return value_ == "t"; }
  std::int64_t scaled_real_of(const Step&);
  std::int64_t date_of(const Step&);
  std::int64_t moment_of(const Step&);
  std::optional<std::int64_t> untyped_micros(const Step&);
  /// An empty cell, where the module says so and it is a value that no cell holds.
  std::int64_t unfit(const Step&, std::string_view else_found);

  std::vector<Oid> types_;
  std::vector<ForeignType> foreign_;
  PqResult result_;         ///< of the current row, whose texts the cells borrow
  std::string_view value_;  ///< of the current cell
};

}  // namespace reportctl::source
