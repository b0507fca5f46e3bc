// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "../contract/writer/csv_reader.hpp"
#include "expect.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/rows/csv_delimiters.hpp"

using namespace reportctl;

namespace {

/// The first byte chooses the width, 0x1F ends a cell, 0x1E alone is a null; what remains is text, repaired as sources
/// hand it over.
std::vector<std::vector<rows::Cell>> table_of(const std::vector<std::string>& texts, std::size_t width) {
  std::vector<std::vector<rows::Cell>> table;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i % width == 0) table.emplace_back(width);
    rows::Cell& cell = table.back()[i % width];
    cell.null = texts[i] == "\x1E";
    cell.text = texts[i];
  }
  return table;
}

std::string expected(const rows::Cell& cell) { return cell.null ? std::string() : testing::as_guarded(cell.text); }

/// A spreadsheet that splits the file at another sign, and takes no quote for one, finds no formula either: a piece of it that
/// would be one begins with an apostrophe, or is nothing but a sign.
void check_other_separators(std::string_view file) {
  for (const std::size_t place : testing::formulas_in(file)) {
    if (place == 0 && file.find_first_of(",;|\t\n") == 0)
      continue;  // the first cell is empty: what follows is a place of its own
    std::string piece(file.substr(place));
    piece.resize(std::min(piece.size(), piece.find_first_of(",;|\t\n\v\f\r", 1)));
    std::erase(piece, '"');
    if (piece.starts_with('\'')) continue;
    std::erase_if(piece, [](char c) { return c == ' ' || c == '\0'; });
    for (const std::string_view unseen : {"\u00A0", "\u200B", "\uFEFF"})
      for (auto at = piece.find(unseen); at != std::string::npos; at = piece.find(unseen)) piece.erase(at, unseen.size());
    EXPECT(piece.size() <= std::string_view("\uFF1D").size());
  }
}

std::size_t header_size(const render::Spec& spec) {
  StringSink sink;
  render::make_writer(spec, sink)->finish({});
  return sink.text.size();
}

void check_table(render::Spec spec, char delimiter, const std::vector<std::vector<rows::Cell>>& table) {
  spec.csv.delimiter = delimiter;
  StringSink sink;
  const auto writer = render::make_writer(spec, sink);
  for (const auto& cells : table) writer->row(rows::Row(cells));
  writer->finish({});

  check_other_separators(std::string_view(sink.text).substr(header_size(spec)));
  const auto read = testing::read_csv(sink.text, delimiter);
  EXPECT(read && read->size() == table.size() + 1);
  for (std::size_t row = 0; row < table.size(); ++row) {
    EXPECT((*read)[row + 1].size() == spec.columns.size());
    for (std::size_t i = 0; i < spec.columns.size(); ++i) {
      EXPECT((*read)[row + 1][i] == expected(table[row][i]));
      for (const std::size_t place : testing::formulas_in((*read)[row + 1][i])) EXPECT((*read)[row + 1][i][place] == '\'');
      const std::string text(table[row][i].null ? std::string_view() : table[row][i].text);
      if (text.find('\0') == std::string::npos) EXPECT(testing::as_unguarded((*read)[row + 1][i]) == text);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t width = 1 + data[0] % 4;
  std::vector<std::string> texts = split({reinterpret_cast<const char*>(data) + 1, size - 1}, '\x1F');
  for (std::string& text : texts) text = repair_utf8(text);
  const auto table = table_of(texts, width);

  render::Spec spec;
  for (std::size_t i = 0; i < width; ++i)
    spec.columns.push_back({.name = "column", .label = texts[0], .type = rows::ColumnType::text});
  spec.labels = true;
  for (const auto& delimiter : rows::kCsvDelimiters) check_table(spec, delimiter.sign, table);
  return 0;
}
