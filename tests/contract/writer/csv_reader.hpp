// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <algorithm>
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

/// One character of a text, and where it stands.
struct Point {
  char32_t code;
  std::size_t at;
};

inline std::vector<Point> points_of(std::string_view text) {
  std::vector<Point> points;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t code = size == 1 ? lead : lead & (0xFFU >> (size + 1));
    for (std::size_t k = 1; k < size && i + k < text.size(); ++k)
      code = code << 6U | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    points.push_back({code, i});
    i += size;
  }
  return points;
}

/// Where a spreadsheet would run a part of the text, by the rule in reportctl-security(7), told in another way than the writer
/// does: code point by code point.
inline std::vector<std::size_t> formulas_in(std::string_view text) {
  const std::u32string_view separators = U",;|\t\n\v\f\r";
  const std::u32string_view signs = U"=+-@%\uFF1D\uFF0B\uFF0D\uFF20";
  const auto is_in = [](char32_t code, std::u32string_view set) { return set.find(code) != std::u32string_view::npos; };
  const auto points = points_of(text);
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i > 0 && !is_in(points[i - 1].code, separators)) continue;
    std::size_t k = i;
    while (k < points.size() && is_in(points[k].code, std::u32string_view(U"\0 '\"\u00A0\u200B\uFEFF", 7))) ++k;
    if (k == points.size()) continue;
    const bool is_sign = is_in(points[k].code, signs);
    const bool alone = k + 1 == points.size() || is_in(points[k + 1].code, separators);
    const bool runs = i == 0 ? is_sign || is_in(points[k].code, U"|\t\n\v\f\r") : is_sign && !alone;
    if (runs) found.push_back(points[i].at);
  }
  return found;
}

/// The text as a file must hold it: an apostrophe in each of these places, and no NUL.
inline std::string as_guarded(std::string_view text) {
  std::string out;
  const auto places = formulas_in(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (std::find(places.begin(), places.end(), i) != places.end()) out += '\'';
    if (text[i] != '\0') out += text[i];
  }
  return out;
}

/// The documented way back: without one apostrophe at each place before what would be a formula without it.
inline std::string as_unguarded(std::string_view text) {
  std::string out(text);
  for (std::size_t at = out.size(); at-- > 0;) {
    if (out[at] != '\'') continue;
    const std::string without = out.substr(0, at) + out.substr(at + 1);
    const auto places = formulas_in(without);
    if (std::find(places.begin(), places.end(), at) != places.end()) out = without;
  }
  return out;
}

}  // namespace reportctl::testing
