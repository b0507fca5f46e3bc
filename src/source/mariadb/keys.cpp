// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/keys.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

struct Key {
  std::string table;
  std::string column;
  std::string collation;
};

/// A collation `…_bin` tells case and accents apart, but takes blanks at the end for none where it pads.
std::vector<Key> loose_keys(MariadbConnection& connection) {
  std::vector<Key> keys;
  for (auto& row :
       connection.run("SELECT c.table_name, c.column_name, c.collation_name FROM information_schema.columns c"
                      " JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name"
                      " WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' AND c.collation_name IS NOT NULL"
                      " AND c.collation_name <> 'binary' AND c.collation_name NOT LIKE '%|_bin' ESCAPE '|'"
                      " AND (c.column_name = 'id' OR c.column_name LIKE '%|_id' ESCAPE '|')"
                      " ORDER BY CAST(c.table_name AS BINARY), c.ordinal_position"))
    keys.push_back({row[0], row[1], row[2]});
  return keys;
}

std::string quoted_column(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

}  // namespace

std::vector<std::string> key_warnings(MariadbConnection& connection) {
  constexpr std::size_t kMost = 6;
  const auto keys = loose_keys(connection);
  if (keys.empty()) return {};
  std::vector<std::string> names;
  for (const Key& key : keys)
    if (names.size() < kMost) names.push_back(fmt::format("{}.{} ({})", visible(key.table), visible(key.column), key.collation));
  if (keys.size() > kMost) names.push_back(fmt::format("{} more", keys.size() - kMost));
  return {fmt::format(
      "the collation of {} takes \"shop\" and \"SHOP\" for the same key when tables are joined; give keys a collation "
      "that ends in _bin",
      join(names, ", "))};
}

std::vector<std::string> key_problems(MariadbConnection& connection) {
  std::vector<std::string> problems;
  for (const Key& key : loose_keys(connection)) {
    // Most keys have an index in the order of their collation, in which the same ones lie side by side.
    const auto twins =
        connection.run(fmt::format("SELECT 1 FROM {0} GROUP BY {1} HAVING COUNT(DISTINCT CAST({1} AS BINARY)) > 1 LIMIT 1",
                                   quoted_column(key.table), quoted_column(key.column)));
    if (!twins.empty())
      problems.push_back(
          fmt::format("{}.{} holds different keys that its collation {} takes for the same one, so that a join mixes "
                      "their rows; give the column a collation that ends in _bin",
                      visible(key.table), visible(key.column), key.collation));
  }
  return problems;
}

}  // namespace reportctl::source
