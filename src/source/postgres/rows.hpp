// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columns.hpp"
#include "decode.hpp"
#include "instant_reader.hpp"
#include "postgres/connection.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::source {

/// The rows of a running statement, one message of the server at a time, inside a transaction that ends with the stream.
class PostgresRows final : public rows::RowStream {
 public:
  /// `types`: of the columns, as the server describes them.
  PostgresRows(std::shared_ptr<PostgresConnection>, std::vector<Oid> types, rows::Columns);
  ~PostgresRows() override { close(); }
  PostgresRows(const PostgresRows&) = delete;
  PostgresRows& operator=(const PostgresRows&) = delete;
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override;

 private:
  void close() noexcept;
  void read_row();
  template <typename Reader, typename... Value>
  friend void read_cell(Reader&, Currencies&, const Step&, const Value&...);
  static bool has_fraction(const Step&, std::string_view value);
  std::string_view text_of(const Step&, std::string_view value);
  std::int64_t integer_of(const Step&, std::string_view value);
  std::int64_t boolean_of(const Step&, std::string_view value);
  std::int64_t scaled_of(const Step&, std::string_view value);
  std::int64_t odd(const Step&, std::string_view value, std::string_view else_found);
  [[nodiscard]] std::string place_of(const Step&) const;
  std::int64_t day_of(const Step&, std::string_view value);
  std::int64_t instant_of(const Step&, std::string_view value);
  std::optional<std::int64_t> untyped_instant(const Step&, std::string_view value);
  [[nodiscard]] Oid type_of(const Step& step) const { return types_[static_cast<std::size_t>(step.column)]; }
  [[noreturn]] void misfit(const Step&, std::string_view found);
  [[noreturn]] void no_currency(const Step&);
  void warn_of_hidden_rows();
  [[noreturn]] void misfit(const Step&);

  std::shared_ptr<PostgresConnection> connection_;  ///< null when the stream is finished
  std::vector<Oid> types_;
  rows::Columns columns_;
  std::vector<rows::Cell> cells_;
  std::vector<Step> steps_;
  rows::Row row_;
  Currencies currencies_;
  PqResult result_;  ///< of the current row, whose texts the cells borrow
  TimeReader times_;
  InstantReader undeclared_;  ///< of what is neither text nor timestamptz
  std::int64_t row_number_ = 0;
};

}  // namespace reportctl::source
