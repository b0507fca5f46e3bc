// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine_rows.hpp"
#include "mariadb/connection.hpp"

namespace reportctl::source {

/// The rows of a running statement, one by one as the server sends them, inside a transaction that ends with the stream.
class MariadbRows final : public EngineRows<MariadbRows, MariadbConnection> {
 public:
  MariadbRows(std::shared_ptr<MariadbConnection>, std::vector<MariadbField>, rows::Columns);
  ~MariadbRows() override { close(); }
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
  friend EngineRows;
  bool fetch() { return connection_->fetch(); }
  void release() noexcept { connection_->end(); }
  void bind();
  void read_row();
  [[nodiscard]] bool locate(const Step& step) const { return place(step).null == 0 && field(step).type != MYSQL_TYPE_NULL; }
  [[nodiscard]] ForeignType type_of(const Step& step) const { return field(step).foreign; }
  [[nodiscard]] std::string_view bytes_of(const Step&) const;
  std::string_view digits_of(const Step&);
  [[nodiscard]] double real_of(const Step&) const;
  [[nodiscard]] static bool is_true(const Step&) { return false; }  // it has no such type
  std::optional<std::int64_t> whole_of(const Step&);
  std::int64_t date_of(const Step&);
  std::int64_t moment_of(const Step&);
  std::optional<std::int64_t> untyped_micros(const Step&);
  [[nodiscard]] const MariadbField& field(const Step& step) const { return fields_[index(step)]; }
  [[nodiscard]] const Place& place(const Step& step) const { return places_[index(step)]; }

  std::vector<MariadbField> fields_;
  std::vector<Place> places_;
  std::vector<MYSQL_BIND> binds_;
};

}  // namespace reportctl::source
