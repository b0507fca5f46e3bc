// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clickhouse/answer.hpp"
#include "columns.hpp"
#include "decode.hpp"
#include "instant_reader.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::source {

/// The rows of a statement that was executed, one by one as the server sends them.
class ClickhouseRows final : public rows::RowStream {
 public:
  /// Waits for the columns; Error(source) where they are not those of the report.
  ClickhouseRows(std::shared_ptr<ClickhouseConnection>, rows::Columns);
  ~ClickhouseRows() override { close(); }
  ClickhouseRows(const ClickhouseRows&) = delete;
  ClickhouseRows& operator=(const ClickhouseRows&) = delete;
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }
  const rows::Row* next() override;

 private:
  template <typename Reader, typename... Value>
  friend void read_cell(Reader&, Currencies&, const Step&, const Value&...);

  void close() noexcept;
  void read_row();
  std::string_view text_of(const Step&);
  std::int64_t integer_of(const Step&);
  std::int64_t boolean_of(const Step&);
  std::int64_t scaled_of(const Step&);
  std::int64_t day_of(const Step&);
  std::int64_t instant_of(const Step&);
  std::int64_t untyped_instant(const Step&);
  [[nodiscard]] bool has_fraction(const Step&) const;
  [[nodiscard]] double real_of(const Step&) const;
  std::string_view digits_of(const Step&);
  /// Of text in any of its types.
  std::string_view bytes_of(const Step&);
  [[nodiscard]] const ClickhouseType& type(const Step& step) const {
    return answer_.types()[static_cast<std::size_t>(step.column)];
  }
  [[nodiscard]] const ClickhousePlace& place(const Step& step) const {
    return answer_.places()[static_cast<std::size_t>(step.column)];
  }
  [[nodiscard]] const rows::Column& column(const Step& step) const { return columns_[static_cast<std::size_t>(step.column)]; }
  /// Of a value that no cell holds: an empty cell, where the module says so.
  std::int64_t odd(const Step&, std::string_view words);
  [[noreturn]] void misfit(const Step&, std::string_view found);
  [[noreturn]] void misfit(const Step&);
  [[noreturn]] void no_currency(const Step&);

  std::shared_ptr<ClickhouseConnection> connection_;  ///< null when the stream is finished
  ClickhouseAnswer answer_;
  rows::Columns columns_;
  std::vector<Digits> digits_;        ///< of the numbers of the row, as text
  std::vector<std::string> written_;  ///< of its ids and addresses
  std::vector<rows::Cell> cells_;
  std::vector<Step> steps_;
  rows::Row row_;
  Currencies currencies_;
  TimeReader times_;
  InstantReader undeclared_;  ///< of what has no type that tells the moment
  std::int64_t row_number_ = 0;
};

}  // namespace reportctl::source
