// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <array>
#include <string>

#include "connection.hpp"

namespace reportctl::store {

/// A column (of a period, its three) and the field that it fills, so that what is selected and what is read cannot differ.
template <typename Row>
struct Column {
  const char* sql;
  void (*read)(Query&, Row&);
};

inline void read_value(Query& query, std::string& value) { value = query.text(); }
inline void read_value(Query& query, std::int64_t& value) { value = query.integer(); }
inline void read_value(Query& query, int& value) { value = query.small(); }
inline void read_value(Query& query, bool& value) { value = query.flag(); }
inline void read_value(Query& query, Instant& value) { value = query.instant(); }
inline void read_value(Query& query, std::optional<Instant>& value) { value = query.optional_instant(); }
inline void read_value(Query& query, std::optional<std::int64_t>& value) { value = query.optional_integer(); }
inline void read_value(Query& query, std::optional<std::string>& value) { value = query.optional_text(); }
inline void read_value(Query& query, std::optional<schedule::Period>& value) { value = query.optional_period(); }

template <typename Row, typename Value>
Row row_type(Value Row::*);

/// An enumeration needs a read_value() of its own.
template <auto Member>
constexpr auto column(const char* sql) {
  using Row = decltype(row_type(Member));
  return Column<Row>{sql, [](Query& query, Row& row) { read_value(query, row.*Member); }};
}

/// `a, b, c`, for SELECT.
template <typename Row, std::size_t Size>
std::string select_list(const std::array<Column<Row>, Size>& columns) {
  std::string list;
  for (const auto& column : columns) list += fmt::format("{}{}", list.empty() ? "" : ", ", column.sql);
  return list;
}

template <typename Row, std::size_t Size>
Row read_columns(Query& query, const std::array<Column<Row>, Size>& columns) {
  Row row;
  for (const auto& column : columns) column.read(query, row);
  return row;
}

/// All rows of a query that selects these columns and nothing else.
template <typename Row, std::size_t Size>
std::vector<Row> read_all(Query& query, const std::array<Column<Row>, Size>& columns) {
  std::vector<Row> rows;
  while (query.next()) rows.push_back(read_columns(query, columns));
  return rows;
}

}  // namespace reportctl::store
