// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/rows/aggregate.hpp"
#include "reportctl/rows/cell.hpp"
#include "reportctl/schedule/cadence.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/schedule/window.hpp"

namespace reportctl::catalog {

/// A report module as plain data: everything that governs a report on demand, scheduled and exported. Format: reportctl-module.5.

using schedule::Surface;
std::string_view surface_name(Surface);  ///< run, schedule, export

enum class ParameterType { id, id_list, enumeration, integer, decimal, boolean, text, date };
std::string_view parameter_type_name(ParameterType);  ///< id, id_list, enum, …

struct Parameter {
  std::string name;
  std::string label;
  ParameterType type = ParameterType::text;
  bool required = false;
  std::vector<std::string> values;       ///< enum: what is allowed
  std::optional<std::string> fallback;   ///< `default:`
  std::string filter;                    ///< SQL expression compared with the value; empty: bound as `:name` only
  std::string choices;                   ///< SQL giving id, name; empty: any value of the type
  bool accepts_all = false;              ///< id_list: the single word `all` is a value and filters nothing
  std::set<schedule::ScopeKind> scopes;  ///< it may be given (and is required) in these only; empty: in every scope of the report
};

inline constexpr std::string_view kAll = "all";
/// True for the word `all` alone, where the parameter knows it: no id, but every one.
bool means_all(const Parameter&, const std::vector<std::string>& given);

enum class WindowKind { snapshot, cadence, range, lookback };
std::string_view window_kind_name(WindowKind);

/// What the module allows as a period.
struct WindowPolicy {
  WindowKind kind = WindowKind::snapshot;
  std::vector<schedule::NamedRange> ranges;  ///< cadence: which ranges a schedule may choose instead; range: which are allowed
  schedule::NamedRange default_range = schedule::NamedRange::last_7d;  ///< range
  int default_days = 1;                                                ///< lookback
  int max_days = 0;                                                    ///< lookback
};

/// `count`, `total(column)`, `minimum(column)`, `maximum(column)`, `average(column)`, `distinct(column)`, `ratio(column,
/// column)`. Money is kept apart by currency.
struct Aggregate {
  using Kind = rows::AggregateKind;
  Kind kind = Kind::count;
  int column = -1;          ///< index into the shape's columns; -1 for count
  int divisor = -1;         ///< of a ratio
  bool is_percent = false;  ///< of a ratio
};
struct Metric {
  std::string label;
  Aggregate value;
};
struct Chart {
  std::string type;    ///< line, bar, stacked_bar
  std::string x;       ///< as written, e.g. `day(placed_at)`
  std::string y;       ///< as written, e.g. `sum(total)`
  std::string series;  ///< a column whose values are drawn apart; empty: none
};

/// What a run gives: columns, metrics, chart and query. A module has one, or one per value of an enum parameter (`variants:`).
struct Shape {
  rows::Columns columns;
  std::vector<Metric> summary;
  std::optional<Chart> chart;
  std::string query;                                    ///< for every kind of source, unless one of the two below is given
  std::map<std::string, std::string> query_by_dialect;  ///< `sqlite`, `postgresql`, `duckdb`
};

inline constexpr std::string_view kBuiltIn = "built in";

struct Report {
  std::string id;
  std::vector<std::string> aliases;
  std::string label;
  std::string family;
  std::string description;
  bool is_list = false;        ///< `kind: list`: tells the parts of schedules; no report, and hidden as such
  bool single_tenant = false;  ///< for sources of one account only: the query need not name it
  bool hidden = false;
  std::string hidden_reason;
  std::set<Surface> surfaces;
  std::set<schedule::ScopeKind> scopes;
  std::set<std::string> roles;  ///< role names; empty: every role
  std::string feature;          ///< feature flag the account must have; empty: none
  WindowPolicy window;
  std::string ready;      ///< SQL giving one instant, to which the data are complete; empty: nothing tells
  bool compares = false;  ///< `compare: previous_period`: mails say how the metrics changed against the period before
  std::set<schedule::CadenceKind> cadences;
  int day_of_month_max = 28;
  std::vector<std::string> formats;            ///< canonical names, the first is the default
  std::vector<std::string> formats_on_demand;  ///< further ones, which schedules do not have
  std::vector<Parameter> parameters;
  std::string variant_parameter;  ///< name of the enum parameter that chooses the shape; empty: one shape under key ""
  std::map<std::string, Shape> shapes;
  std::string origin;  ///< kBuiltIn, or the operator's file

  /// Of a list: the names of its columns.
  [[nodiscard]] std::vector<std::string> list_columns() const;
  [[nodiscard]] const Parameter* parameter(std::string_view name) const;
  /// The shape for these parameters. Precondition: validated (the variant parameter has one of its values).
  [[nodiscard]] const Shape& shape(const schedule::Parameters&) const;
};

/// The module's rule: one of the roles may use it. A module without roles is open to every role.
/// Without any role nothing is open.
bool report_allows(const Report&, const std::set<access::Role>&);

/// The chosen columns, and in front of the first amount of money the column that says its currency: amounts of several currencies
/// never stand alone.
std::vector<std::string> with_currencies(const rows::Columns&, const std::vector<std::string>& chosen);

}  // namespace reportctl::catalog
