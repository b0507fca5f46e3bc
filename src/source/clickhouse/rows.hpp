// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clickhouse/answer.hpp"
#include "engine_rows.hpp"

namespace reportctl::source {

/// The rows of a statement that was executed, one by one as the server sends them.
class ClickhouseRows final : public EngineRows<ClickhouseRows, ClickhouseConnection> {
 public:
  /// Waits for the columns; Error(source) where they are not those of the report.
  ClickhouseRows(std::shared_ptr<ClickhouseConnection>, rows::Columns);
  ~ClickhouseRows() override { close(); }
  const rows::Row* next() override;

 private:
  friend EngineRows;
  bool fetch() { return answer_.next(); }
  void release() noexcept { connection_->end(); }
  [[nodiscard]] bool locate(const Step& step) const { return !place(step).null; }
  [[nodiscard]] ForeignType type_of(const Step& step) const { return type(step).foreign(); }
  /// Of text in any of its types, and of what is written as one.
  std::string_view bytes_of(const Step&);
  std::string_view digits_of(const Step& step) { return number_text(type(step), place(step), digits_[index(step)]); }
  [[nodiscard]] double real_of(const Step&) const;
  [[nodiscard]] bool is_true(const Step& step) const { return *place(step).data != '\0'; }
  [[nodiscard]] bool has_fraction(const Step&) const;
  std::optional<std::int64_t> whole_of(const Step&);
  [[nodiscard]] std::int64_t date_of(const Step& step) const { return small_integer(type(step), place(step)); }
  std::int64_t moment_of(const Step&);
  [[nodiscard]] const ClickhouseType& type(const Step& step) const { return answer_.types()[index(step)]; }
  [[nodiscard]] const ClickhousePlace& place(const Step& step) const { return answer_.places()[index(step)]; }

  ClickhouseAnswer answer_;
  std::vector<Digits> digits_;        ///< of the numbers of the row, as text
  std::vector<std::string> written_;  ///< of its ids and addresses
};

}  // namespace reportctl::source
