// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "listing.hpp"

#include <nlohmann/json.hpp>
#include "reportctl/base/json.hpp"

namespace reportctl::store {

std::string sight_json(const std::vector<Seen>& sight) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& seen : sight) {
    list.push_back({seen.account, seen.only ? nlohmann::ordered_json(*seen.only) : nlohmann::ordered_json(nullptr)});
  }
  return json_text(list);
}

void add_in_sight(Where& where, const ListedTable& table, const Sight& sight) {
  if (!sight) return;
  where.add(fmt::format(R"sql(EXISTS (SELECT 1 FROM json_each({}) seen
              WHERE seen.value ->> 0 = {} AND (seen.value ->> 1 IS NULL OR seen.value ->> 1 = {})))sql",
                        where.parameter(sight_json(*sight)), table.account, table.only));
}

Selected select_newest(Listed list, int limit) {
  const auto& table = list.table;
  const auto most = list.where.parameter(limit > 0 ? limit : -1);
  if (!list.sight) {
    auto sql = fmt::format(R"sql(SELECT {} FROM {} {}{} ORDER BY {} DESC LIMIT {})sql", list.columns, table.table, table.joined,
                           list.where.str(), table.key, most);
    return {.sql = std::move(sql), .parameters = list.where.parameters()};
  }
  const auto seen = list.where.parameter(sight_json(*list.sight));
  list.where.add(fmt::format(R"sql({} = seen.value ->> 0 AND (seen.value ->> 1 IS NULL OR seen.value ->> 1 = {}))sql",
                             table.account, table.only));
  auto sql = fmt::format(R"sql(
      SELECT {columns} FROM json_each({seen}) seen
      CROSS JOIN {table} ON {key} IN (SELECT {key} FROM {table}{where} ORDER BY {key} DESC LIMIT {most}) {joined}
      ORDER BY {key} DESC LIMIT {most})sql",
                         fmt::arg("columns", list.columns), fmt::arg("seen", seen), fmt::arg("table", table.table),
                         fmt::arg("key", table.key), fmt::arg("where", list.where.str()), fmt::arg("most", most),
                         fmt::arg("joined", table.joined));
  return {.sql = std::move(sql), .parameters = list.where.parameters()};
}

Selected select_by_id(Listed list, std::string_view id) {
  constexpr int kEnough = 5;
  const auto& table = list.table;
  const auto asked = list.where.parameter(id);
  list.where.add(id.size() < kShortestPrefix ? fmt::format("{} = {}", table.id, asked)
                                             : fmt::format("{0} >= {1} AND {0} < {1} || '~'", table.id, asked));
  add_in_sight(list.where, table, list.sight);
  auto sql = fmt::format(R"sql(SELECT {} FROM {} {}{} ORDER BY {} LIMIT {})sql", list.columns, table.table, table.joined,
                         list.where.str(), table.id, kEnough);
  return {.sql = std::move(sql), .parameters = list.where.parameters()};
}

}  // namespace reportctl::store
