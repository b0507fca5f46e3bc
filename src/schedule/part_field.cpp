// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "part_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

namespace reportctl::schedule {
namespace {

std::string column_text(std::string_view column, std::string_view value) { return fmt::format("{}={}", column, value); }

std::pair<std::string, std::string> column_of(const std::string& text) {
  const auto equals = std::min(text.find('='), text.size());
  return {text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))};
}

}  // namespace

FieldText parts_text(const PartList& parts) {
  FieldText text;
  if (!parts.module.empty()) text.values.push_back(parts.module);
  for (const auto& [key, row] : parts.rows) {
    auto& columns = text.named[key];
    for (const auto& to : row.to) columns.push_back(column_text(kToColumn, to));
    for (const auto& [column, value] : row.values) columns.push_back(column_text(column, value));
  }
  return text;
}

PartList read_parts(const FieldText& text) {
  PartList parts;
  if (!text.values.empty()) parts.module = text.values.front();
  for (const auto& [key, columns] : text.named) {
    auto& row = parts.rows[key];
    for (const auto& column : columns) {
      auto [name, value] = column_of(column);
      if (name == kToColumn)
        row.to.push_back(std::move(value));
      else
        row.values[name] = std::move(value);
    }
  }
  return parts;
}

nlohmann::ordered_json rows_json(const Parameters& rows) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& [key, columns] : rows) {
    nlohmann::ordered_json row = {{kKeyColumn, key}, {kToColumn, nlohmann::ordered_json::array()}};
    for (const auto& column : columns) {
      auto [name, value] = column_of(column);
      if (name == kToColumn)
        row[name].push_back(std::move(value));
      else
        row[name] = std::move(value);
    }
    list.push_back(std::move(row));
  }
  return list;
}

FieldText read_rows(const nlohmann::ordered_json& rows) {
  FieldText text;
  for (const auto& row : rows) {
    auto& columns = text.named[row.at(std::string(kKeyColumn)).get<std::string>()];
    for (const auto& [name, value] : row.items()) {
      if (name == kKeyColumn) continue;
      for (const auto& one : value.is_array() ? value.get<std::vector<std::string>>() : std::vector{value.get<std::string>()})
        columns.push_back(column_text(name, one));
    }
  }
  return text;
}

}  // namespace reportctl::schedule
