// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bind_sql.hpp"
#include "instant_sql.hpp"
#include "reportctl/catalog/query.hpp"

namespace reportctl::catalog {

/// What the names of a query stand for, and which of them it uses.
class QueryBinds {
 public:
  QueryBinds(const Report& report, const QueryInputs& inputs, const rows::DialectRules& rules)
      : report_(report), inputs_(inputs), rules_(rules) {}

  /// Error(invalid) for one that is not a parameter.
  [[nodiscard]] std::string_view checked(std::string_view name) const;
  /// `:from` and its kind; nullopt for any other name, and where there is no such moment.
  [[nodiscard]] std::optional<Bound> bound_of(std::string_view name) const;
  /// An id that is a number, where types are not told: an expression or a view may give it as text or as a number, so that it is
  /// compared as both.
  [[nodiscard]] std::optional<std::int64_t> number_of(std::string_view name) const;
  /// The values of a parameter; none where it means all.
  [[nodiscard]] std::vector<std::string> given(const Parameter&) const;

  /// The bind as SQL. `tested`: IS follows. Not of a period's moment.
  std::string use(std::string_view name, bool tested = false);
  /// A value of our own.
  std::string add(const std::string& name, Value value);
  /// The id as text and as a number.
  std::string both_of(std::string_view name, std::int64_t number);
  /// Those that were used, with their values.
  [[nodiscard]] std::vector<rows::Bind> used() const;

 private:
  /// A bind of the statement and the name whose value it has.
  struct Use {
    std::string bind;
    std::string name;
    std::optional<Value> value;  ///< of our own; else that of the name
  };
  [[nodiscard]] bool is_id(std::string_view name) const;
  [[nodiscard]] Value value_of(const std::string& name) const;
  [[nodiscard]] std::string further_bind(const std::string& name) const;
  [[nodiscard]] bool is_taken(const std::string& bind) const;

  const Report& report_;
  const QueryInputs& inputs_;
  const rows::DialectRules& rules_;
  std::vector<Use> used_;
};

}  // namespace reportctl::catalog
