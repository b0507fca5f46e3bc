// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "xlsx_cells.hpp"
#include "xlsx_packer.hpp"
#include "xlsx_text.hpp"

namespace reportctl::render {

/// Rows of a data sheet, as libxlsxwriter writes them in constant memory, at many times its speed: the XML of a million rows is
/// made in place, and packed while it is made. What stands around the rows is libxlsxwriter's (XlsxBook).
class XlsxRows {
 public:
  XlsxRows(std::size_t columns, XlsxText&, XlsxPacker&);

  void begin_sheet();
  /// `lines`: of its highest cell. Programs that trust the heights of a file show a row without one as one line.
  void begin_row(std::size_t lines = 1);
  /// From left to right; cells may be left out.
  void add(std::size_t column, const XlsxCell&);
  void end_row();
  void end_sheet();

  /// Of this sheet, so far.
  [[nodiscard]] lxw_row_t rows() const { return row_; }
  [[nodiscard]] std::uint64_t bytes() const { return given_ + static_cast<std::uint64_t>(at_ - begin_); }

 private:
  /// What is before the value of a cell, behind the number of its row; most cells of a column have the same.
  struct Tail {
    const lxw_format* format = nullptr;
    XlsxCell::Kind kind = XlsxCell::Kind::none;
    std::uint8_t size = 0;
    std::array<char, 48> text{};
  };
  struct Column {
    std::array<char, 16> head{};  ///< `<c r="AB`
    std::uint8_t size = 0;
    Tail tail;
  };
  Tail tail_of(const XlsxCell&);
  void make_room(std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) flush();
  }
  void flush();
  void put_head(std::size_t column, const XlsxCell&);
  void put_text(std::string_view);
  void put_piece(std::string_view);
  template <std::size_t kSize>
  void put(const char (&text)[kSize]);

  XlsxText& texts_;
  XlsxPacker& packer_;
  std::vector<Column> columns_;
  std::vector<std::pair<lxw_format*, int>> styles_;
  lxw_row_t row_ = 0;
  std::array<char, 8> number_{};  ///< of the row, from 1
  std::size_t number_size_ = 0;
  std::uint64_t given_ = 0;
  char* begin_ = nullptr;
  char* at_ = nullptr;
  char* end_ = nullptr;
};

}  // namespace reportctl::render
