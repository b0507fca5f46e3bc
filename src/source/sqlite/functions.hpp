// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <sqlite3.h>

#include <optional>
#include <string>
#include <string_view>

#include "instant_reader.hpp"

namespace reportctl::source {

/// What SQLite lacks and modules need. Deterministic; NULL gives NULL; an instant that is not of its form and a zone that is none
/// end the query. `form`: rows::InstantForm as text; `name`: what people call the value.
///
///     rc_instant(instant, form, name)              microseconds since 1970 UTC
///     rc_in_period(instant, from, to, form, name)  1 when from <= instant < to, both in microseconds; else 0
///     rc_kept(instant, form, name, other)          as the other form keeps it, to the second
///     rc_local_date(instant, form, name, zone)     the local day, 'YYYY-MM-DD'
///     rc_local_timestamp(instant, form, name, zone)   the local wall time, 'YYYY-MM-DDTHH:MM:SS'
///     rc_seconds_between(a, form, name, b, form, name)  whole seconds from a to b
///     rc_boolean(value, form, name)                0 or 1; `form`: rows::BooleanForm as text
class SqliteFunctions {
 public:
  /// `source`: its name, for hints.
  explicit SqliteFunctions(std::string source) : source_(std::move(source)) {}
  /// Returns SQLite's result code. The connection borrows this object.
  int add_to(sqlite3*);
  /// In the order of the names above, for the authorizer.
  static bool has(std::string_view name);
  /// Why a function has ended the query, in better words than SQLite's; nullopt: none has.
  [[nodiscard]] const std::optional<Problem>& problem() const { return problem_; }

 private:
  /// The arguments of a call that say how an instant is kept.
  struct Kept {
    sqlite3_value** form_and_name;
    int form_index;
  };
  static void instant(sqlite3_context*, int count, sqlite3_value** values);
  static void in_period(sqlite3_context*, int count, sqlite3_value** values);
  static void kept(sqlite3_context*, int count, sqlite3_value** values);
  static void local_date(sqlite3_context*, int count, sqlite3_value** values);
  static void local_timestamp(sqlite3_context*, int count, sqlite3_value** values);
  static void seconds_between(sqlite3_context*, int count, sqlite3_value** values);
  static void boolean(sqlite3_context*, int count, sqlite3_value** values);
  static void local(sqlite3_context*, sqlite3_value** values, int length);
  static InstantReader& reader(sqlite3_context*, Kept);
  /// Uses the microseconds of the value: NULL gives NULL, what is not of its form fails the call.
  template <typename Use>
  static void with_micros(sqlite3_context*, sqlite3_value* value, Kept, Use);
  static SqliteFunctions& self(sqlite3_context*);
  void refuse(sqlite3_context*, sqlite3_value* value, const rows::InstantForm&, std::string_view name);
  /// nullptr when there is no such zone.
  ZonedFormatter* formatter_of(std::string_view zone);

  struct Function;
  static const Function kFunctions[7];
  std::string source_;
  std::optional<Problem> problem_;
  std::string zone_;
  std::optional<ZonedFormatter> formatter_;
};

}  // namespace reportctl::source
