// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "columns.hpp"
#include "decode.hpp"
#include "instant_reader.hpp"
#include "mariadb/connection.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::source {

/// The rows of a running statement, one by one as the server sends them, inside a transaction that ends with the stream.
class MariadbRows final : public rows::RowStream {
 public:
  MariadbRows(std::shared_ptr<MariadbConnection>, std::vector<MariadbField>, rows::Columns);
  ~MariadbRows() override { close(); }
  MariadbRows(const MariadbRows&) = delete;
  MariadbRows& operator=(const MariadbRows&) = delete;
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override;

 private:
  /// Where a value of the current row is.
  struct Place {
    std::int64_t number = 0;
    double real = 0;
    float small_real = 0;
    MYSQL_TIME time{};
    std::string bytes = {};
    unsigned long length = 0;
    my_bool null = 0;
    my_bool cut = 0;
    std::string digits = {};  ///< of a number as text
  };
  template <typename Reader, typename... Value>
  friend void read_cell(Reader&, Currencies&, const Step&, const Value&...);

  void close() noexcept;
  void bind();
  void read_row();
  std::string_view text_of(const Step&);
  std::int64_t integer_of(const Step&);
  std::int64_t boolean_of(const Step&);
  std::int64_t scaled_of(const Step&);
  std::int64_t day_of(const Step&);
  std::int64_t instant_of(const Step&);
  std::optional<std::int64_t> untyped_instant(const Step&);
  std::int64_t odd(const Step&, std::string_view words);
  [[nodiscard]] bool has_fraction(const Step&) const;
  [[nodiscard]] std::string_view bytes_of(const Step&) const;
  std::string_view digits_of(const Step&);
  [[nodiscard]] const MariadbField& field(const Step& step) const { return fields_[static_cast<std::size_t>(step.column)]; }
  [[nodiscard]] const Place& place(const Step& step) const { return places_[static_cast<std::size_t>(step.column)]; }
  [[nodiscard]] const rows::Column& column(const Step& step) const { return columns_[static_cast<std::size_t>(step.column)]; }
  [[noreturn]] void misfit(const Step&, std::string_view found);
  [[noreturn]] void misfit(const Step&);
  [[noreturn]] void no_currency(const Step&);

  std::shared_ptr<MariadbConnection> connection_;  ///< null when the stream is finished
  std::vector<MariadbField> fields_;
  rows::Columns columns_;
  std::vector<Place> places_;
  std::vector<MYSQL_BIND> binds_;
  std::vector<rows::Cell> cells_;
  std::vector<Step> steps_;
  rows::Row row_;
  Currencies currencies_;
  TimeReader times_;
  InstantReader undeclared_;  ///< of what has no type that tells the moment
  std::int64_t row_number_ = 0;
};

}  // namespace reportctl::source
