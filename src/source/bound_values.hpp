// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <variant>

#include "reportctl/rows/query.hpp"
#include "reportctl/source/source.hpp"

namespace reportctl::source {

using BoundValue = decltype(rows::Bind::value);

/// Null where nothing gives a value of that name.
inline const BoundValue* bound_value(const rows::Query& query, std::string_view name) {
  const auto found = std::find_if(query.binds.begin(), query.binds.end(), [&](const auto& bind) { return bind.name == name; });
  return found == query.binds.end() ? nullptr : &found->value;
}

/// The value of a parameter of the query. `connection`: what fails with the source's name.
template <typename Connection>
const BoundValue& required_value(Connection& connection, const rows::Query& query, const std::string& name) {
  const auto has_nul = [](const std::string& text) { return text.find('\0') != std::string::npos; };
  const BoundValue* const value = bound_value(query, name);
  if (value == nullptr) connection.fail(fmt::format("the query asks for :{}, which nothing gives", name));
  const auto* const text = std::get_if<std::string>(value);
  const auto* const texts = std::get_if<std::vector<std::string>>(value);
  if ((text != nullptr && has_nul(*text)) || (texts != nullptr && std::any_of(texts->begin(), texts->end(), has_nul)))
    connection.fail(fmt::format("the value of :{} has a NUL character", name));
  return *value;
}

template <typename Connection>
void require_no_nul(Connection& connection, const rows::Query& query) {
  if (query.sql.find('\0') != std::string::npos) connection.fail("the query has a NUL character");
}

/// While it lives, the connection is in one operation of Source.
template <typename Connection>
struct Operation {
  explicit Operation(Connection& of) : connection(of) { connection.begin(); }
  ~Operation() { connection.end(); }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;
  Connection& connection;
};

/// Of rows `table, column`, ordered.
inline std::vector<TableInfo> tables_of(const std::vector<std::vector<std::string>>& rows) {
  std::vector<TableInfo> tables;
  for (const auto& row : rows) {
    if (tables.empty() || tables.back().name != row[0]) tables.push_back({row[0], {}});
    tables.back().columns.push_back(row[1]);
  }
  return tables;
}

}  // namespace reportctl::source
