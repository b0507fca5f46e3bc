// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::testing {

using Table = std::vector<std::vector<std::string>>;

/// RFC 4180, read strictly and naively, a character at a time: the independent judge of what the writer made. nullopt for a quote
/// inside an unquoted field, text behind a closing quote, a line end of another kind outside of quotes, or a last line without an
/// end.
inline std::optional<Table> read_csv(std::string_view text, char delimiter = ',', std::string_view line_end = "\n") {
  Table table;
  std::vector<std::string> line;
  std::string field;
  enum { start, bare, quoted, closed } state = start;
  const auto end_field = [&] {
    line.push_back(field);
    field.clear();
    state = start;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (state == quoted) {
      if (c == '"')
        state = closed;
      else
        field += c;
    } else if (c == '"') {
      if (state == bare) return std::nullopt;
      if (state == closed) field += '"';
      state = quoted;
    } else if (c == delimiter) {
      end_field();
    } else if (text.substr(i).starts_with(line_end)) {
      i += line_end.size() - 1;
      end_field();
      table.push_back(line);
      line.clear();
    } else {
      if (c == '\r' || c == '\n' || state == closed) return std::nullopt;
      field += c;
      state = bare;
    }
  }
  if (state != start || !line.empty()) return std::nullopt;
  return table;
}

/// What a spreadsheet would run, told in another way than the writer does: code point by code point.
inline bool runs_as_formula(std::string_view text) {
  std::u32string points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
      point = point << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    points += point;
    i += size;
  }
  for (const char32_t point : points) {
    if (point == 0 || point == 0x20 || point == 0xA0 || point == 0x200B || point == 0xFEFF) continue;
    return std::u32string_view(U"=+-@|%\t\r\n\uFF1D\uFF0B\uFF0D\uFF20").find(point) != std::u32string_view::npos;
  }
  return false;
}

}  // namespace reportctl::testing
