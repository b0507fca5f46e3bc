// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/store/sight.hpp"

namespace reportctl::store {

/// The conditions of a list. Only those that were asked for stand in the statement, so that it can use an index.
class Where {
 public:
  /// `{}` in the condition is the value. An empty optional adds nothing.
  template <typename Value>
  Where& add(std::string_view condition, const Value& value) {
    if constexpr (is_optional<Value>) {
      if (value) add(condition, *value);
    } else {
      add(fmt::format(fmt::runtime(condition), parameter(value)));
    }
    return *this;
  }
  Where& add(std::string_view condition) {
    conditions_ += fmt::format("{}{}", conditions_.empty() ? "" : " AND ", condition);
    return *this;
  }
  /// `?3`, bound to this value.
  template <typename Value>
  std::string parameter(const Value& value) {
    parameters_.push_back(parameter_of(value));
    return fmt::format("?{}", parameters_.size());
  }
  [[nodiscard]] const std::string& conditions() const { return conditions_; }
  [[nodiscard]] std::string str() const { return conditions_.empty() ? std::string() : " WHERE " + conditions_; }
  [[nodiscard]] const Parameters& parameters() const { return parameters_; }

 private:
  std::string conditions_;
  Parameters parameters_;
};

/// A table as lists read it.
struct ListedTable {
  const char* table;    ///< `runs r`
  const char* joined;   ///< `LEFT JOIN …`, or nothing
  const char* key;      ///< `r.number`: grows, so that the newest come first
  const char* id;       ///< `r.id`
  const char* account;  ///< `r.account`
  const char* only;     ///< what Seen::only is compared with
};

struct Listed {
  const ListedTable& table;
  std::string columns;
  Where where;
  const Sight& sight;
};

/// The newest, at most `limit` of them (0: all). With a sight the newest of each of its accounts are looked up first, so that
/// what is out of sight costs nothing.
Selected select_newest(Listed list, int limit);

/// Those whose id is, or begins with (at least kShortestPrefix characters), the one that was asked for; a few are enough.
Selected select_by_id(Listed list, std::string_view id);

/// [[account, only or null], …], for json_each().
std::string sight_json(const std::vector<Seen>&);

/// The condition that the row is in sight, for tables that are read by something else than the account.
void add_in_sight(Where&, const ListedTable&, const Sight&);

/// What a lookup says when it fails.
struct Sought {
  const char* kind;  ///< `run`
  std::string_view asked;
  const char* shown_by;  ///< `reportctl runs list`
};
/// The one that select_by_id() found. Error(not_found), Error(conflict) with the candidates.
template <typename Row>
Row only_one(std::vector<Row> found, const Sought& sought) {
  if (found.empty()) {
    throw Error(ErrorKind::not_found, fmt::format("{} \"{}\" does not exist", sought.kind, visible(sought.asked)),
                fmt::format("`{}` shows them", sought.shown_by));
  }
  if (found.size() == 1 || found.front().id == sought.asked) return std::move(found.front());
  std::vector<std::string> ids;
  for (const auto& row : found) ids.push_back(row.id);
  throw Error(ErrorKind::conflict, fmt::format("{} \"{}\" is ambiguous: {}", sought.kind, visible(sought.asked), join(ids, ", ")),
              "give more of the id");
}

}  // namespace reportctl::store
