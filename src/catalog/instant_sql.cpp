// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "instant_sql.hpp"

#include <fmt/format.h>

#include <cmath>

#include "reportctl/base/error.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::catalog {
namespace {

using rows::Dialect;
using rows::InstantForm;
using rows::InstantKind;
using rows::sql_literal;

/// The range of a type: with `<@`, PostgreSQL takes nothing but that type, where a comparison would convert what it gets.
std::string_view range_of(InstantKind kind) {
  switch (kind) {
    case InstantKind::timestamp:
      return "tsrange";
    case InstantKind::day:
      return "daterange";
    case InstantKind::timestamptz:
      return "tstzrange";
    default:
      return {};
  }
}

/// What DuckDB calls those types.
std::string_view types_of(InstantKind kind) {
  switch (kind) {
    case InstantKind::timestamp:
      return "'TIMESTAMP', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'";
    case InstantKind::day:
      return "'DATE'";
    case InstantKind::timestamptz:
      return "'TIMESTAMP WITH TIME ZONE'";
    default:
      return {};
  }
}

/// What stands in a number in ClickHouse where the types are right, and ends the query where they are not: what refuses, as text.
std::string one_or(const std::string& is_right, const std::string& refusal) {
  return fmt::format("toUInt8(concat(if({}, '', {}), '1'))", is_right, refusal);
}

/// Always true, and gone before the query runs, but refused where the expression is of another type.
std::string type_check(const InstantSql& instant, Dialect dialect) {
  const InstantForm& form = instant.named.form;
  const std::string_view range = range_of(form.kind);
  if (range.empty() || instant.typed) return "TRUE";
  const std::string refusal = sql_literal(fmt::format("{}{}|{}|", rows::kRefusedInstant, instant.named.name, form.str()));
  if (dialect == Dialect::clickhouse)
    return one_or(fmt::format("match(toTypeName({}), '\\b{}\\b')", instant.sql,
                              form.kind == InstantKind::day ? "Date(32)?" : "DateTime(64)?"),
                  fmt::format("concat({}, toTypeName({}), '|')", refusal, instant.sql));
  if (dialect == Dialect::duckdb)
    return fmt::format("CASE WHEN typeof({0}) IN ({1}) THEN TRUE ELSE error({2} || typeof({0})) END", instant.sql,
                       types_of(form.kind), refusal);
  return fmt::format("(TRUE OR ({}) <@ {} 'empty' /*{}*/)", instant.sql, range, rows::comment_words(instant.named.name));
}

std::string form_and_name(const InstantSql& instant, const InstantForm& common) {
  const InstantForm& form = instant.typed ? common : instant.named.form;
  return fmt::format("{}, {}", sql_literal(form.str()), sql_literal(instant.named.name));
}

/// From UTC to the clock of a zone, or back. MariaDB gives back what lies beyond the years it knows as it is.
std::string shifted_sql(const std::string& sql, const std::string& zone, bool to_zone) {
  if (zone == "UTC") return sql;
  return fmt::format(
      "(CASE WHEN ({0}) BETWEEN '1970-01-02 00:00:00' AND '2037-12-31 00:00:00' THEN CONVERT_TZ({0}, {1}, {2}) ELSE "
      "CAST(IS_FREE_LOCK(RPAD(CONCAT({3}, {0}), 200, '|')) AS datetime) END)",
      sql, to_zone ? "'+00:00'" : sql_literal(zone), to_zone ? sql_literal(zone) : "'+00:00'", sql_literal(rows::kRefusedZone));
}

constexpr std::string_view kEpoch = "TIMESTAMP '1970-01-01 00:00:00'";

bool is_word_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

bool is_upper(std::string_view op) { return op.starts_with('<') && op != "<>"; }
bool is_lower(std::string_view op) { return op.starts_with('>'); }

}  // namespace

std::string InstantWriter::checked(const InstantSql& instant) const {
  const bool untyped =
      forms_.dialect == Dialect::sqlite || forms_.dialect == Dialect::mariadb || range_of(instant.named.form.kind).empty();
  if (instant.typed || untyped) return instant.sql;
  return fmt::format("(CASE WHEN {} THEN {} END)", type_check(instant, forms_.dialect), instant.sql);
}

std::string InstantWriter::zoned(const InstantSql& instant) const {
  const InstantForm& form = instant.typed ? common_ : instant.named.form;
  if (forms_.dialect == Dialect::mariadb) {
    if (form.kind == InstantKind::timestamp) return shifted_sql(instant.sql, form.zone, false);
    if (form.facts().units == 0) return instant.sql;
    return fmt::format("({} + INTERVAL ({}) * {} MICROSECOND)", kEpoch, instant.sql, 1000000 / form.facts().units);
  }
  if (forms_.dialect == Dialect::clickhouse && form.facts().units > 0)
    return fmt::format("fromUnixTimestamp64Micro(toInt64(({}) * {}), 'UTC')", instant.sql, 1000000 / form.facts().units);
  if (form.kind == InstantKind::timestamp) return fmt::format("(({}) AT TIME ZONE {})", checked(instant), sql_literal(form.zone));
  if (form.facts().units == 1) return fmt::format("to_timestamp({})", instant.sql);
  if (form.facts().units > 1) return fmt::format("to_timestamp(({}) / {}.0)", instant.sql, form.facts().units);
  return checked(instant);
}

std::string InstantWriter::kept(const std::string& zoned, const InstantForm& form) const {
  if (forms_.dialect == Dialect::mariadb) {
    if (form.kind == InstantKind::timestamp) return shifted_sql(zoned, form.zone, true);
    if (form.facts().units == 0) return zoned;
    return fmt::format("(TIMESTAMPDIFF(MICROSECOND, {}, {}) DIV {})", kEpoch, zoned, 1000000 / form.facts().units);
  }
  if (forms_.dialect == Dialect::clickhouse) {
    if (form.kind == InstantKind::day) return fmt::format("toDate32(toTimeZone({}, {}))", zoned, sql_literal(timezone_));
    if (form.facts().units == 0) return zoned;
    return fmt::format("intDiv(toUnixTimestamp64Micro(CAST({} AS timestamp)), {})", zoned, 1000000 / form.facts().units);
  }
  if (form.kind == InstantKind::timestamp) return fmt::format("(({}) AT TIME ZONE {})", zoned, sql_literal(form.zone));
  if (form.kind == InstantKind::day) return fmt::format("CAST(({}) AT TIME ZONE {} AS date)", zoned, sql_literal(timezone_));
  if (form.facts().units > 0) return fmt::format("CAST(extract(epoch FROM {}) * {} AS bigint)", zoned, form.facts().units);
  return zoned;
}

std::string InstantWriter::common(const InstantSql& instant) const {
  const InstantForm& form = instant.typed ? common_ : instant.named.form;
  switch (forms_.dialect) {
    case Dialect::sqlite:
      return form == common_ ? instant.sql : strict(instant);
    case Dialect::postgresql:
    case Dialect::duckdb:
    case Dialect::mariadb:
    case Dialect::clickhouse:
      return form == common_ ? checked(instant) : kept(zoned(instant), common_);
  }
  return {};
}

std::string InstantWriter::strict(const InstantSql& instant) const {
  switch (forms_.dialect) {
    case Dialect::sqlite:
      return fmt::format("rc_kept({}, {}, {})", instant.sql, form_and_name(instant, common_), sql_literal(common_.str()));
    case Dialect::postgresql:
    case Dialect::duckdb:
    case Dialect::mariadb:
    case Dialect::clickhouse:
      return common(instant);
  }
  return {};
}

std::string InstantWriter::macro_argument(const InstantSql& instant) const {
  switch (forms_.dialect) {
    case Dialect::sqlite:
      return fmt::format("{}, {}", instant.sql, form_and_name(instant, common_));
    case Dialect::postgresql:
    case Dialect::duckdb:
    case Dialect::mariadb:
    case Dialect::clickhouse:
      return zoned(instant);
  }
  return {};
}

std::string InstantWriter::bound(const Bound& bound) const { return kept_bound(bound, common_); }

Bound InstantWriter::day_edge(const Bound& bound) const {
  const Zone zone = Zone::find(timezone_).value_or(Zone::utc());
  const Date day = zone.local_date(bound.at);
  if (!bound.within_day || zone.start_of_day(day) == bound.at) return {bound.name, bound.at};
  if (!bound.name.ends_with("to"))
    throw Error(ErrorKind::invalid,
                "the period begins within a day, but the report compares it with a column that keeps whole days only",
                "choose the window today, or one of whole days");
  return {bound.name + "_edge", zone.start_of_day(add_days(day, 1))};
}

std::string InstantWriter::kept_bound(const Bound& bound, const InstantForm& form) const {
  if (form.kind == InstantKind::day && bound.within_day) return kept_bound(day_edge(bound), form);
  switch (forms_.dialect) {
    case Dialect::postgresql:
    case Dialect::duckdb:
      return kept(fmt::format("CAST({} AS timestamptz)", add_(bound.name, format_utc(bound.at))), form);
    case Dialect::mariadb:
    case Dialect::clickhouse:
      if (form.kind == InstantKind::day) return day_bound(bound);
      if (form.facts().units == 0) return datetime_bound(bound, form);
      break;
    case Dialect::sqlite:
      break;
  }
  const std::string name = form == common_ ? bound.name : fmt::format("{}_as_{}", bound.name, static_cast<int>(form.kind));
  const auto value = rows::kept_as(form, bound.at);
  if (const auto* number = std::get_if<std::int64_t>(&value)) return add_(name, *number);
  const std::string bind = add_(name, std::get<std::string>(value));
  return form.kind == InstantKind::julian_day ? fmt::format("CAST({} AS real)", bind) : bind;
}

/// As the clock of the form's zone shows it, which is exact where a conversion in the query might not be.
std::string InstantWriter::datetime_bound(const Bound& bound, const InstantForm& form) const {
  const std::string zone = form.zone.empty() ? "UTC" : form.zone;
  std::string name = bound.name;
  if (zone != "UTC")
    for (const char c : "_in_" + zone) name += is_word_character(c) ? c : '_';
  const auto text = rows::kept_as({InstantKind::sql_text, zone}, bound.at);
  return fmt::format("CAST({} AS {})", add_(name, std::get<std::string>(text)), rules_of(forms_.dialect).instant_cast.text);
}

std::string InstantWriter::day_bound(const Bound& bound) const {
  const auto [name, at, within_day] = day_edge(bound);
  const std::string bind = add_(name + "_day", format_date(Zone::find(timezone_).value_or(Zone::utc()).local_date(at)));
  return forms_.dialect == Dialect::sqlite ? bind : fmt::format("CAST({} AS date)", bind);
}

std::string InstantWriter::micros(const Bound& bound) const {
  return add_(bound.name + "_us", std::int64_t{bound.at.time_since_epoch().count()} * 1000000);
}

/// What no instant at or after the bound is below, or no instant before it above: of texts the day alone, since what follows it
/// is written in several ways.
std::string InstantWriter::edge(const Bound& bound, const InstantForm& form, std::string_view op) const {
  if (form.facts().units > 0) return kept_bound(bound, form);
  const bool upper = is_upper(op);
  const std::string name = fmt::format("{}_{}", bound.name, upper ? "above" : "below");
  if (form.kind == InstantKind::julian_day) {
    const double day = static_cast<double>(bound.at.time_since_epoch().count()) / 86400 + 2440587.5;
    return add_(name, static_cast<std::int64_t>(upper ? std::ceil(day + 1e-6) : std::floor(day - 1e-6)));
  }
  const Zone zone = form.zone.empty() ? Zone::utc() : Zone::find(form.zone).value_or(Zone::utc());
  const int farthest = form.kind == InstantKind::offset_text ? 1 : 0;  // days that an offset may move it
  if (!upper) return add_(name, format_date(add_days(zone.local_date(bound.at), -farthest)));
  const Instant last = op == "<" ? bound.at - std::chrono::seconds{1} : bound.at;
  return add_(op == "<" ? name : name + "_too", format_date(add_days(zone.local_date(last), 1 + farthest)));
}

std::string InstantWriter::within_edges(const InstantSql& instant, std::string_view op, const Bound& bound) const {
  if (!instant.named.column || (!is_upper(op) && !is_lower(op))) return {};
  return fmt::format("{} {} {} AND ", instant.sql, is_upper(op) ? "<=" : ">=", edge(bound, instant.named.form, op));
}

std::string InstantWriter::compared_exactly(const InstantSql& instant, std::string_view op, const Bound& bound) const {
  const std::string edges = within_edges(instant, op, bound);
  return fmt::format("({}rc_instant({}, {}) {} {})", edges, instant.sql, form_and_name(instant, common_), op, micros(bound));
}

std::string InstantWriter::compared(const InstantSql& instant, std::string_view op, const Bound& bound) const {
  const InstantForm& form = instant.typed ? common_ : instant.named.form;
  switch (forms_.dialect) {
    case Dialect::sqlite:
      if (form.kind == InstantKind::day) return fmt::format("{} {} {}", instant.sql, op, day_bound(bound));
      return compared_exactly(instant, op, bound);
    case Dialect::mariadb:
      return fmt::format("({} {} {})", instant.sql, op, kept_bound(bound, form));
    case Dialect::postgresql:
    case Dialect::duckdb:
    case Dialect::clickhouse:
      return fmt::format("({} {} {} AND {})", instant.sql, op, kept_bound(bound, form), type_check(instant, forms_.dialect));
  }
  return {};
}

std::string InstantWriter::in_period(const InstantSql& instant, const Bound& from, const Bound& to, bool closed) const {
  const auto apart = [&] {
    const std::string since = compared(instant, ">=", from);
    return fmt::format("({} AND {})", since, compared(instant, closed ? "<=" : "<", to));
  };
  switch (forms_.dialect) {
    case Dialect::postgresql:
    case Dialect::duckdb:
    case Dialect::mariadb:
    case Dialect::clickhouse:
      return apart();
    case Dialect::sqlite:
      if (closed || instant.named.form.kind == InstantKind::day) return apart();
  }
  std::string sql = "(";
  if (instant.named.column) {
    const InstantForm& form = instant.named.form;
    sql += fmt::format("{} BETWEEN {} AND ", instant.sql, edge(from, form, ">="));
    sql += edge(to, form, "<") + " AND ";
  }
  sql += fmt::format("rc_in_period({}, {}, ", instant.sql, micros(from));
  return sql + fmt::format("{}, {}))", micros(to), form_and_name(instant, common_));
}

}  // namespace reportctl::catalog
