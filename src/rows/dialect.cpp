// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/dialect.hpp"

namespace reportctl::rows {
namespace {

/// `rc_…` are functions that the source registers. To an integer by way of its text: a cast alone would round 12.34. min and max
/// of several values are NULL when one of them is; LEAST and GREATEST skip it, and so do the macros. Dates, instants and lists
/// are text.
constexpr DialectRules kSqlite{
    .dialect = Dialect::sqlite,
    .name = "sqlite",
    .label = "SQLite",
    .scheme = "sqlite",
    .old_scheme = "",
    .url_form = "sqlite:/PATH",
    .url_example = "sqlite:/srv/shop/shop.db",
    .kin = "",
    .escape_strings = false,
    .dollar_quotes = false,
    .foreign_quotes = true,
    .nested_comments = false,
    .positional_parameters = true,
    .untyped_ids = true,
    .types_from_use = false,
    .text_cast = "",
    .list_cast = "",
    .integer_cast = "",
    .decimal_cast = "numeric",
    .boolean_cast = "",
    .date_cast = "",
    .instant_cast = "",
    .always = "1=1",
    .in_list = "CAST(({0}) AS TEXT) IN (SELECT value FROM json_each({1}))",
    .earlier = "coalesce(min({0}, {1}), {0}, {1})",
    .later = "coalesce(max({0}, {1}), {0}, {1})",
    .local_date = "rc_local_date({0}, {2})",
    .local_timestamp = "rc_local_timestamp({0}, {2})",
    .seconds_between = "rc_seconds_between({0}, {1})",
    .text_order = "({0}) COLLATE BINARY",
    .decimal = "rc_number({0})",
    .difference = "rc_difference({0}, {1})",
    .whole = "rc_whole({0})",
    .money = "rc_minor_units({0}, {1})",
    .truths = "0 or 1",
    .instants = "instants are text like 2026-03-17T06:00:00Z",
    .days = "days are text like 2026-03-17",
};

constexpr DialectRules kPostgresql{
    .dialect = Dialect::postgresql,
    .name = "postgresql",
    .label = "PostgreSQL",
    .scheme = "postgresql",
    .old_scheme = "postgres",
    .url_form = "postgresql://USER@HOST/DATABASE",
    .url_example = "postgresql://reports@db.example.com/shop",
    .kin = "",
    .escape_strings = true,
    .dollar_quotes = true,
    .foreign_quotes = false,
    .nested_comments = true,
    .positional_parameters = false,
    .untyped_ids = false,
    .types_from_use = true,
    .text_cast = "text",
    .list_cast = "text[]",
    .integer_cast = "bigint",
    .decimal_cast = "numeric",
    .boolean_cast = "boolean",
    .date_cast = "date",
    .instant_cast = "timestamptz",
    .always = "TRUE",
    .in_list = "CAST(({0}) AS text) = ANY({1})",
    .earlier = "LEAST({0}, {1})",
    .later = "GREATEST({0}, {1})",
    .local_date = "CAST(({0}) AT TIME ZONE {2} AS date)",
    .local_timestamp = "(({0}) AT TIME ZONE {2})",
    .seconds_between = "CAST(floor(extract(epoch FROM ({1}) - ({0}))) AS bigint)",
    .text_order = "CAST(({0}) AS text) COLLATE \"C\"",
    .decimal = "CAST(({0}) AS numeric)",
    .difference = "(CAST(({0}) AS numeric) - CAST(({1}) AS numeric))",
    .whole = "CAST(CAST(({0}) AS text) AS bigint)",
    .money = "CAST(CAST(trim_scale(CAST(({0}) AS numeric) * {1}) AS text) AS bigint)",
    .truths = "a boolean",
    .instants = "instants are of type timestamptz, or as sources.NAME.instants declares (reportctl.conf(5))",
    .days = "days are of type date",
};

/// PostgreSQL's grammar. `rc_…` are macros that the source makes. A difference of timestamps would go through intervals, which
/// takes ten times as long.
constexpr DialectRules kDuckdb = [] {
  DialectRules rules = kPostgresql;
  rules.dialect = Dialect::duckdb;
  rules.name = "duckdb";
  rules.label = "DuckDB";
  rules.scheme = "duckdb";
  rules.old_scheme = "";
  rules.url_form = "duckdb:/PATH";
  rules.url_example = "duckdb:/srv/shop/facts.duckdb";
  rules.kin = "postgresql";
  rules.decimal_cast = "decimal(38, 12)";
  rules.seconds_between = "CAST(floor((epoch_us({1}) - epoch_us({0})) / 1000000.0) AS bigint)";
  rules.decimal = "rc_decimal({0})";
  rules.difference = "(rc_decimal({0}) - rc_decimal({1}))";
  rules.whole = "rc_whole({0})";
  rules.money = "rc_minor_units(rc_decimal({0}) * {1})";
  rules.instants = "instants are of type TIMESTAMP WITH TIME ZONE, or as sources.NAME.instants declares (reportctl.conf(5))";
  rules.days = "days are of type DATE";
  return rules;
}();

/// A moment is a DATETIME in UTC, as the session is: TIMESTAMP becomes one. CONVERT_TZ gives back what lies beyond its years as
/// it is, and no function fails with words of its own, but the name of a lock that is too long is in the error. Texts are read by
/// SQLite's rules: the source sends no comment, and has quotes and backslashes read as they are there (source/mariadb/sql).
constexpr DialectRules kMariadb{
    .dialect = Dialect::mariadb,
    .name = "mariadb",
    .label = "MariaDB",
    .scheme = "mysql",
    .old_scheme = "mariadb",
    .url_form = "mysql://USER@HOST/DATABASE",
    .url_example = "mysql://reports@db.example.com/shop",
    .kin = "",
    .escape_strings = false,
    .dollar_quotes = false,
    .foreign_quotes = true,
    .nested_comments = false,
    .positional_parameters = true,
    .untyped_ids = false,
    .types_from_use = false,
    .text_cast = "char",
    .list_cast = "",
    .integer_cast = "signed",
    .decimal_cast = "decimal(38, 12)",
    .boolean_cast = "signed",
    .date_cast = "date",
    .instant_cast = "datetime(6)",
    .always = "TRUE",
    .in_list =
        "CAST(CAST(({0}) AS char) AS binary) IN (SELECT CAST(value AS binary) FROM JSON_TABLE({1}, '$[*]' COLUMNS (value "
        "longtext "
        "CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) AS list)",
    .earlier = "coalesce(LEAST({0}, {1}), {0}, {1})",
    .later = "coalesce(GREATEST({0}, {1}), {0}, {1})",
    .local_date =
        "CAST((CASE WHEN ({0}) BETWEEN '1970-01-02 00:00:00' AND '2037-12-31 00:00:00' THEN CONVERT_TZ({0}, '+00:00', {2}) "
        "ELSE CAST(IS_FREE_LOCK(RPAD(CONCAT('rc_zone|', {0}), 200, '|')) AS datetime) END) AS date)",
    .local_timestamp =
        "CAST((CASE WHEN ({0}) BETWEEN '1970-01-02 00:00:00' AND '2037-12-31 00:00:00' THEN CONVERT_TZ({0}, '+00:00', "
        "{2}) ELSE CAST(IS_FREE_LOCK(RPAD(CONCAT('rc_zone|', {0}), 200, '|')) AS datetime) END) AS datetime(6))",
    .seconds_between = "CAST(FLOOR(TIMESTAMPDIFF(MICROSECOND, {0}, {1}) / 1000000.0) AS signed)",
    .text_order = "CAST(CAST(({0}) AS char) AS binary)",
    .decimal = "CAST(({0}) AS decimal(38, 12))",
    .difference = "(CAST(({0}) AS decimal(38, 12)) - CAST(({1}) AS decimal(38, 12)))",
    .whole =
        "(CASE WHEN ({0}) IS NULL OR CAST(({0}) AS char) REGEXP '^[+-]?[0-9]+$' THEN CAST(({0}) AS signed) ELSE "
        "IS_FREE_LOCK(RPAD(CONCAT('rc_whole|', {0}), 200, '|')) END)",
    .money =
        "(CASE WHEN CAST(({0}) AS decimal(38, 12)) * ({1}) % 1 = 0 OR ({0}) IS NULL THEN CAST(CAST(({0}) AS decimal(38, 12)) * "
        "({1}) "
        "AS signed) ELSE IS_FREE_LOCK(RPAD(CONCAT('rc_whole|', TRIM(TRAILING '0' FROM CAST(({0}) AS decimal(38, 12)) * ({1}))), "
        "200, "
        "'|')) END)",
    .truths = "0 or 1",
    .instants = "instants are of type TIMESTAMP, or as sources.NAME.instants declares (reportctl.conf(5))",
    .days = "days are of type DATE",
};

/// A moment is a DateTime or a DateTime64, whose zone is only how it is shown. A column of a
/// wrong type ends the query before it runs: the dialect then writes a constant that ClickHouse cannot read as a number. Texts
/// are read by SQLite's rules; the source writes them as they are written here (source/clickhouse/sql).
constexpr DialectRules kClickhouse{
    .dialect = Dialect::clickhouse,
    .name = "clickhouse",
    .label = "ClickHouse",
    .scheme = "clickhouse+https",
    .old_scheme = "clickhouse+http",
    .url_form = "clickhouse+https://USER@HOST/DATABASE",
    .url_example = "clickhouse+https://reports@db.example.com/shop",
    .kin = "",
    .escape_strings = false,
    .dollar_quotes = false,
    .foreign_quotes = false,
    .nested_comments = false,
    .positional_parameters = true,
    .untyped_ids = false,
    .types_from_use = false,
    .text_cast = "",
    .list_cast = "",
    .integer_cast = "",
    .decimal_cast = "decimal(38, 12)",
    .boolean_cast = "boolean",
    .date_cast = "Date32",
    .instant_cast = "timestamp",
    .always = "TRUE",
    .in_list = "CAST(({0}) AS text) IN {1}",
    .earlier = "coalesce(least({0}, {1}), {0}, {1})",
    .later = "coalesce(greatest({0}, {1}), {0}, {1})",
    .local_date = "toDate32(toTimeZone({0}, {2}))",
    .local_timestamp = "addSeconds(toTimeZone({0}, 'UTC'), timeZoneOffset(toTimeZone({0}, {2})))",
    .seconds_between =
        "toInt64(floor(divide(toUnixTimestamp64Micro(CAST({1} AS timestamp)) - toUnixTimestamp64Micro(CAST({0} AS "
        "timestamp)), 1000000)))",
    .text_order = "CAST(({0}) AS text)",
    .decimal = "CAST(CAST(({0}) AS text) AS decimal(38, 12))",
    .difference = "(CAST(CAST(({0}) AS text) AS decimal(38, 12)) - CAST(CAST(({1}) AS text) AS decimal(38, 12)))",
    .whole = "toInt64(concat(if(match(CAST(({0}) AS text), '^-?[0-9]+$'), '', 'rc_whole|'), CAST(({0}) AS text)))",
    .money =
        "toInt64(concat(if(match(CAST(CAST(CAST(({0}) AS text) AS decimal(38, 12)) * {1} AS text), '^-?[0-9]+$'), '', "
        "'rc_whole|'), CAST(CAST(CAST(({0}) AS text) AS decimal(38, 12)) * {1} AS text)))",
    .truths = "a boolean",
    .instants = "instants are of type DateTime or DateTime64, or as sources.NAME.instants declares (reportctl.conf(5))",
    .days = "days are of type Date",
};

}  // namespace

const DialectRules& rules_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::sqlite:
      return kSqlite;
    case Dialect::postgresql:
      return kPostgresql;
    case Dialect::duckdb:
      return kDuckdb;
    case Dialect::mariadb:
      return kMariadb;
    case Dialect::clickhouse:
      return kClickhouse;
  }
  return kSqlite;
}

std::string sql_literal(std::string_view text) {
  std::string literal = "'";
  for (const char c : text) literal.append(c == '\'' ? 2 : 1, c);
  return literal + "'";
}

std::optional<Dialect> dialect_of_scheme(std::string_view scheme) {
  if (scheme.empty()) return std::nullopt;
  for (const Dialect dialect : kDialects)
    if (scheme == rules_of(dialect).scheme.text || scheme == rules_of(dialect).old_scheme.text) return dialect;
  return std::nullopt;
}

std::vector<std::string> dialect_phrases(Phrase DialectRules::*phrase) {
  std::vector<std::string> phrases;
  for (const Dialect dialect : kDialects) phrases.emplace_back((rules_of(dialect).*phrase).text);
  return phrases;
}

}  // namespace reportctl::rows
