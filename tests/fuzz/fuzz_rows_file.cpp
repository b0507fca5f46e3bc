// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/manage/rows_file.hpp"

using namespace reportctl;
using reportctl::schedule::PartList;

namespace {

std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

/// Rows written as RFC 4180 says and read again are the same, whatever stands in them.
void check_round_trip(const PartList::Rows& rows, char delimiter, const char* line_end) {
  std::set<std::string> columns;
  for (const auto& [key, row] : rows)
    for (const auto& [column, value] : row.values)
      if (column != schedule::kKeyColumn && column != schedule::kToColumn) columns.insert(column);
  for (const auto& column : columns)  // no name of a parameter; the separator would be taken for another one
    if (column.find_first_of(",;\t\r\n") != std::string::npos || column != to_lower(trim(column))) return;
  std::string text = "key";
  for (const auto& column : columns) text += delimiter + quoted(column);
  text += std::string(1, delimiter) + "to" + line_end;
  for (const auto& [key, row] : rows) {
    auto to = row.to;
    if (to.empty()) to.emplace_back();
    for (const auto& address : to) {
      text += quoted(key);
      for (const auto& column : columns) {
        const auto value = row.values.find(column);
        text += delimiter + quoted(value == row.values.end() ? "" : value->second);
      }
      text += delimiter + quoted(address) + line_end;
    }
  }
  PartList::Rows again;
  const auto problems = manage::read_rows_file(text, again);
  EXPECT(problems.empty() && again == rows);
}

}  // namespace

/// A list is read whole or refused with text that can be shown.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  PartList::Rows rows;
  const auto problems = manage::read_rows_file(text, rows);
  for (const auto& problem : problems) EXPECT(!problem.empty() && is_valid_utf8(problem) && !has_control(problem));
  if (!problems.empty()) return 0;
  EXPECT(!rows.empty());
  for (const auto& [key, row] : rows) {
    EXPECT(!key.empty() && row.problem.empty());
    for (const auto& [column, value] : row.values) EXPECT(!column.empty() && !value.empty());
  }
  check_round_trip(rows, ',', "\n");
  check_round_trip(rows, ';', "\r\n");
  check_round_trip(rows, '\t', "\n");
  return 0;
}
