// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "reportctl/base/time.hpp"
#include "reportctl/rows/instant_form.hpp"
#include "reportctl/rows/query.hpp"
#include "sql_tables.hpp"

namespace reportctl::catalog {

/// An instant as an argument of a macro, or as what is compared with a bound.
struct InstantSql {
  std::string sql;
  NamedInstant named;
  bool typed = false;  ///< a bind or the result of a macro: it has the common form already
};

/// A moment of the period: a bind's name and value.
struct Bound {
  std::string name;  ///< `from`
  Instant at{};
  bool within_day = false;  ///< of a period that is not whole days
};

/// Writes what a query needs to read instants as its source keeps them, indexes still used, and to end where one is not kept so.
class InstantWriter {
 public:
  using Value = decltype(rows::Bind::value);
  /// Adds a bind of that name, unless there is one, and gives its SQL, `:name`.
  using AddBind = std::function<std::string(const std::string& name, Value value)>;
  InstantWriter(const rows::SourceForms& forms, std::string zone, AddBind add)
      : forms_(forms), common_(forms.common()), timezone_(std::move(zone)), add_(std::move(add)) {}

  /// In the common form.
  [[nodiscard]] std::string common(const InstantSql&) const;
  /// The same, and every value is looked at where the source has no types.
  [[nodiscard]] std::string strict(const InstantSql&) const;
  /// As the macros of the dialect take it: as it is, or as a timestamptz.
  [[nodiscard]] std::string macro_argument(const InstantSql&) const;
  [[nodiscard]] std::string bound(const Bound&) const;
  /// `op` with the instant on its left.
  [[nodiscard]] std::string compared(const InstantSql&, std::string_view op, const Bound&) const;
  /// from <= instant < to; with `closed`, <= to.
  [[nodiscard]] std::string in_period(const InstantSql&, const Bound& from, const Bound& to, bool closed) const;

  /// As it stands, but refused where the source's type is another one.
  [[nodiscard]] std::string checked(const InstantSql&) const;

 private:
  [[nodiscard]] std::string zoned(const InstantSql&) const;
  [[nodiscard]] std::string kept(const std::string& zoned, const rows::InstantForm&) const;
  [[nodiscard]] std::string kept_bound(const Bound&, const rows::InstantForm&) const;
  /// A bound within a day as one of whole days: of a period that ends there, that day counts. Error(invalid) where one begins.
  [[nodiscard]] Bound day_edge(const Bound&) const;
  [[nodiscard]] std::string datetime_bound(const Bound&, const rows::InstantForm&) const;
  [[nodiscard]] std::string day_bound(const Bound&) const;
  [[nodiscard]] std::string micros(const Bound&) const;
  [[nodiscard]] std::string edge(const Bound&, const rows::InstantForm&, std::string_view op) const;
  [[nodiscard]] std::string compared_exactly(const InstantSql&, std::string_view op, const Bound&) const;
  [[nodiscard]] std::string within_edges(const InstantSql&, std::string_view op, const Bound&) const;

  const rows::SourceForms& forms_;
  rows::InstantForm common_;
  std::string timezone_;
  AddBind add_;
};

}  // namespace reportctl::catalog
