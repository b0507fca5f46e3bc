// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "reportctl/base/time.hpp"
#include "reportctl/rows/boolean_form.hpp"
#include "reportctl/rows/cell.hpp"
#include "reportctl/rows/dialect.hpp"

namespace reportctl::rows {

/// How a source keeps moments: as declared in the configuration (`sources.NAME.instants`, reportctl.conf.5), never guessed.
enum class InstantKind : std::uint8_t {
  utc_text,
  offset_text,
  sql_text,
  epoch,
  epoch_ms,
  epoch_us,
  julian_day,
  timestamptz,
  timestamp,
  day
};

/// All that differs between the kinds, except how they are read and written.
struct InstantKindFacts {
  InstantKind kind;
  std::string_view name;     ///< as people declare it
  bool zoned;                ///< the name of a time zone follows: `sql-text Europe/Berlin`
  bool sqlite;               ///< SQLite can keep it
  bool postgresql;           ///< PostgreSQL can keep it, and so can DuckDB and MariaDB
  std::int64_t units;        ///< numbers: of a second; 0: no such number
  std::string_view example;  ///< 2026-03-17T06:00:00Z
};

/// One row for each kind, in the order of the enumerators.
inline constexpr std::array kInstantKinds{
    InstantKindFacts{InstantKind::utc_text, "utc-text", false, true, false, 0, "text like 2026-03-17T06:00:00Z"},
    InstantKindFacts{InstantKind::offset_text, "offset-text", false, true, false, 0, "text like 2026-03-17T07:00:00+01:00"},
    InstantKindFacts{InstantKind::sql_text, "sql-text", true, true, false, 0, "text like 2026-03-17 06:00:00"},
    InstantKindFacts{InstantKind::epoch, "epoch", false, true, true, 1, "a number of seconds since 1970 UTC"},
    InstantKindFacts{InstantKind::epoch_ms, "epoch-ms", false, true, true, 1000, "a number of milliseconds since 1970 UTC"},
    InstantKindFacts{InstantKind::epoch_us, "epoch-us", false, true, true, 1000000, "a number of microseconds since 1970 UTC"},
    InstantKindFacts{InstantKind::julian_day, "julian-day", false, true, false, 0, "a Julian day like 2461116.75"},
    InstantKindFacts{InstantKind::timestamptz, "timestamptz", false, false, true, 0, "type timestamptz"},
    InstantKindFacts{InstantKind::timestamp, "timestamp", true, false, true, 0, "type timestamp without time zone"},
    InstantKindFacts{InstantKind::day, "day", false, true, true, 0, "a day like 2026-03-17"},
};

struct InstantForm {
  InstantKind kind = InstantKind::utc_text;
  std::string zone = {};  ///< IANA name, of the kinds that have one
  bool operator==(const InstantForm&) const = default;
  [[nodiscard]] const InstantKindFacts& facts() const { return kInstantKinds[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::string str() const;  ///< `sql-text Europe/Berlin`
};

/// What str() writes; else what is wrong, as words that follow the written text.
std::variant<InstantForm, std::string> parse_instant_form(std::string_view written);

/// A moment as the form keeps it: a number, or text (of a Julian day: its digits). PostgreSQL's types are text in UTC.
/// Precondition: not a day.
std::variant<std::int64_t, std::string> kept_as(const InstantForm&, Instant);

/// The words in which sources say what reports ask for, in lower case: `fault` for the ends of charging sessions that were
/// faults, `online` for the states of a charger that can be reached.
using WordsByMeaning = std::map<std::string, std::vector<std::string>, std::less<>>;
const WordsByMeaning& usual_words();

/// Columns that tables have beside those of the contract, `account_id`, `depot_id` and `workspace_id`, by table in lower case.
using ScopeColumns = std::map<std::string, std::set<std::string, std::less<>>, std::less<>>;

/// What an installation knows of the data of a source, beyond its dialect.
struct SourceForms {
  SourceForms(Dialect);  // NOLINT: a dialect alone is a source without declarations
  Dialect dialect;
  InstantForm usual;                                 ///< of what is not declared apart
  std::map<std::string, InstantForm> declared = {};  ///< by `table` and `table.column`, in lower case
  std::map<std::string, std::string> views = {};     ///< SELECTs that stand for tables, by name in lower case
  BooleanForm usual_boolean = {};                    ///< of what is not declared apart
  std::map<std::string, BooleanForm> booleans = {};  ///< declared, as instants are
  bool single_tenant = false;                        ///< all of it belongs to one account
  WordsByMeaning words = {};                         ///< where they are not those of usual_words()
  UnitDigits currencies = {};                        ///< beside those of ISO 4217
  ScopeColumns scope_columns = {};                   ///< of the tables that have some

  /// Of a column; both names in any case.
  [[nodiscard]] const InstantForm& form_of(std::string_view table, std::string_view column) const;
  [[nodiscard]] const BooleanForm& boolean_of(std::string_view table, std::string_view column) const;
  /// What bounds, macros and columns of type timestamp have in a query: the usual form, unless its order is not that of time.
  [[nodiscard]] InstantForm common() const;
};

}  // namespace reportctl::rows
