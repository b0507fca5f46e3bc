// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
//
// Rows of data sheets against libxlsxwriter's own: the same cells are written by both into sheets of one workbook.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "reportctl/render/writer.hpp"
#include "xlsx/xlsx_book.hpp"
#include "xlsx/xlsx_cells.hpp"
#include "xlsx/xlsx_package.hpp"
#include "xlsx/xlsx_rows.hpp"

using namespace reportctl;
using namespace reportctl::render;

namespace {

/// The parts of a finished workbook, each checked against its CRC.
std::map<std::string, std::string> parts_of(const std::string& bytes) {
  TempFile file = TempFile::create(std::filesystem::temp_directory_path());
  file.write(bytes);
  const XlsxPackage package(file, {});
  std::map<std::string, std::string> parts;
  for (std::size_t i = 0; i < package.parts(); ++i) {
    const std::string text = package.text(i);
    CHECK_MESSAGE(crc_of(text) == package.part(i).crc, package.part(i).name);
    parts[package.part(i).name] = text;
  }
  return parts;
}

/// Cells of a sheet with their tags; a row without cells is none, as libxlsxwriter has it.
std::vector<std::string> cells_of(const std::string& sheet) {
  std::vector<std::string> cells;
  const std::size_t end = sheet.find("</sheetData>");
  for (std::size_t at = sheet.find("<c r="); at < end;) {
    const std::size_t next = std::min(sheet.find("<c r=", at + 1), end);
    std::string cell = sheet.substr(at, next - at);
    if (const auto row = cell.find("</row>"); row != std::string::npos) cell.resize(row);
    cells.push_back(std::move(cell));
    at = next;
  }
  return cells;
}

/// `<c r="A1" s="3"><v>` and the number behind it.
std::pair<std::string, double> split(const std::string& cell) {
  const std::size_t at = cell.find("<v>") + 3;
  return {cell.substr(0, at), std::strtod(cell.c_str() + at, nullptr)};
}

void check_same(const std::string& ours, const std::string& theirs) {
  if (ours == theirs) return;
  REQUIRE_MESSAGE(ours.find("><v>") != std::string::npos, ours << " for " << theirs);
  const auto [our_head, our_number] = split(ours);
  const auto [their_head, their_number] = split(theirs);
  CHECK(our_head == their_head);
  CHECK_MESSAGE(std::abs(our_number - their_number) <= 5e-16 * std::abs(their_number), ours << " for " << theirs);
}

class Generator {
 public:
  Generator(lxw_workbook* book, XlsxCells& cells) {
    for (const auto type : {rows::ColumnType::text, rows::ColumnType::money, rows::ColumnType::date})
      for (const std::size_t scale : {0U, 2U, 3U}) formats_.push_back(cells.format(type, scale, XlsxStyle::body));
    formats_.push_back(cells.format(rows::ColumnType::money, 2, XlsxStyle::total));
    formats_.push_back(xlsx().workbook_add_format(book));  // equal to the default
    formats_.push_back(nullptr);
  }

  /// Valid until the next one.
  XlsxCell next() {
    lxw_format* const format = formats_[below(formats_.size())];
    switch (below(5)) {
      case 0:
        return {};
      case 1:
        return {.kind = XlsxCell::Kind::truth, .number = static_cast<std::int64_t>(below(2)), .text = {}, .format = format};
      case 2: {
        const auto digits = static_cast<int>(below(16));
        const auto size = static_cast<std::int64_t>(std::pow(10, digits)) - 1;
        const std::int64_t number = std::uniform_int_distribution<std::int64_t>(-size, size)(random_);
        return {.kind = XlsxCell::Kind::number,
                .scale = static_cast<int>(below(24)) - 3,
                .number = number,
                .text = {},
                .format = format};
      }
      default:
        text_ = text();
        return text_.empty() ? XlsxCells::blank(formats_.front()) : XlsxCells::text(text_, format);
    }
  }

 private:
  std::size_t below(std::size_t end) { return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_); }
  std::string text() {
    static const std::vector<std::string> kPieces = {"a",
                                                     "Order",
                                                     " ",
                                                     "\t",
                                                     "\n",
                                                     "\r\n",
                                                     "&",
                                                     "<",
                                                     ">",
                                                     "\"",
                                                     "'",
                                                     "_x",
                                                     "_x0041_",
                                                     "\x01",
                                                     std::string(1, '\0'),
                                                     "\xEF\xBF\xBE",
                                                     "é",
                                                     "東京",
                                                     "😀",
                                                     "=1",
                                                     "]]>"};
    std::string text;
    for (std::size_t left = below(6); left > 0; --left) text += kPieces[below(kPieces.size())];
    if (below(3000) == 0)
      for (const std::string one = text + "x"; text.size() < 40'000;) text += one;
    return text;
  }
  std::mt19937 random_{17};
  std::vector<lxw_format*> formats_;
  std::string text_;
};

}  // namespace

TEST_CASE("rows of data sheets have the cells that libxlsxwriter would write") {
  constexpr std::size_t kColumns = 30;  // to AD
  constexpr lxw_row_t kRows = 700;      // some pieces of the packer
  Spec spec;
  XlsxBook book(spec);
  XlsxCells cells(book.get(), spec.locale());
  XlsxRows rows(kColumns, cells.texts(), book.packer());
  const std::vector<lxw_worksheet*> ours = {book.add_sheet("One"), book.add_sheet("Two")};
  const std::vector<lxw_worksheet*> theirs = {book.add_sheet("Three"), book.add_sheet("Four")};
  Generator generator(book.get(), cells);
  for (std::size_t sheet = 0; sheet < ours.size(); ++sheet) {
    rows.begin_sheet();
    for (lxw_row_t row = 0; row < kRows; ++row) {
      rows.begin_row();
      for (std::size_t column = 0; column < kColumns; ++column) {
        const XlsxCell cell = generator.next();
        rows.add(column, cell);
        cells.write({theirs[sheet], row, static_cast<lxw_col_t>(column)}, cell);
      }
      rows.end_row();
    }
    CHECK(rows.rows() == kRows);
    CHECK(rows.bytes() > 2 * XlsxPacker::kPiece);
    ours[sheet]->dim_rowmin = 0;  // there are rows
    rows.end_sheet();
  }
  StringSink sink;
  book.finish(sink);
  const auto parts = parts_of(sink.text);
  for (std::size_t sheet = 1; sheet <= ours.size(); ++sheet) {
    const auto mine = cells_of(parts.at(fmt::format("xl/worksheets/sheet{}.xml", sheet)));
    const auto wanted = cells_of(parts.at(fmt::format("xl/worksheets/sheet{}.xml", sheet + ours.size())));
    CHECK(wanted.size() > kRows * kColumns / 2);
    REQUIRE(mine.size() == wanted.size());
    for (std::size_t i = 0; i < mine.size(); ++i) check_same(mine[i], wanted[i]);
  }
}

TEST_CASE("numbers of cells are decimals to the last digit") {
  Spec spec;
  XlsxBook book(spec);
  XlsxCells cells(book.get(), spec.locale());
  XlsxRows rows(7, cells.texts(), book.packer());
  book.add_sheet("Report")->dim_rowmin = 0;
  const auto cell = [&](rows::ColumnType type, std::int64_t number, std::uint8_t scale) {
    return cells.value({.name = {}, .label = {}, .type = type}, {.null = false, .scale = scale, .number = number, .text = {}});
  };
  rows.begin_sheet();
  rows.begin_row();
  rows.add(0, cell(rows::ColumnType::money, -123450, 2));
  rows.add(1, cell(rows::ColumnType::percent, 1234, 2));
  rows.add(2, cell(rows::ColumnType::timestamp, 1'773'759'601, 0));  // 2026-03-17T15:00:01Z is day 46098
  rows.add(3, cell(rows::ColumnType::duration, 1, 0));
  rows.add(4, cell(rows::ColumnType::duration, 129'600, 0));
  rows.add(5, cell(rows::ColumnType::integer, 1'230'000'000'000'000'000, 0));
  rows.add(6, cell(rows::ColumnType::decimal, 0, 3));
  rows.end_row();
  rows.end_sheet();
  StringSink sink;
  book.finish(sink);
  const auto parts = parts_of(sink.text);
  std::vector<std::string> values;
  for (const std::string& one : cells_of(parts.at("xl/worksheets/sheet1.xml")))
    values.push_back(one.substr(one.find("<v>") + 3, one.find("</v>") - one.find("<v>") - 3));
  // 54,001 seconds of 86,400 are 0.62501157407407…, one is 0.0000115740740740…
  CHECK(values == std::vector<std::string>{"-1234.5", "0.1234", "46098.62501157407", "0.00001157407407", "1.5",
                                           "1230000000000000000", "0"});
}

TEST_CASE("what packing throws comes out of handing over rows, or of finishing") {
  XlsxPacker packer(std::filesystem::temp_directory_path());
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  REQUIRE(::dup2(full.get(), packer.file().fd()) >= 0);
  const auto fill = [&] {
    for (int i = 0; i < 64; ++i) {
      std::mt19937 random(static_cast<unsigned>(i));  // nothing that packs well
      for (std::size_t at = 0; at < XlsxPacker::kPiece; ++at) packer.piece()[at] = static_cast<char>(random());
      packer.take(XlsxPacker::kPiece);
    }
    packer.end_sheet();
    packer.finish();
  };
  CHECK_THROWS_AS(fill(), Error);
}
