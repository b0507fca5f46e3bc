// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "boolean_sql.hpp"

#include <fmt/format.h>

namespace reportctl::catalog {

using rows::sql_literal;

std::string truth_sql(const std::string& expression, const std::string& name, const rows::BooleanForm& form,
                      rows::Dialect dialect) {
  const std::string text = fmt::format("CAST(({}) AS {})", expression, dialect == rows::Dialect::mariadb ? "char" : "text");
  const std::string yes = sql_literal(form.yes);
  const std::string no = sql_literal(form.no);
  const std::string refused = sql_literal(fmt::format("{}{}|{}|", rows::kRefusedBoolean, name, form.str()));
  switch (dialect) {
    case rows::Dialect::sqlite:
      return fmt::format("rc_boolean({}, {}, {})", expression, sql_literal(form.str()), sql_literal(name));
    case rows::Dialect::duckdb:
      return fmt::format(
          "(CASE WHEN typeof({0}) = 'BOOLEAN' THEN CAST({0} AS boolean) WHEN rtrim({1}) = {2} THEN TRUE WHEN rtrim({1}) = {3} "
          "THEN "
          "FALSE ELSE CAST(error({4} || {1}) AS boolean) END)",
          expression, text, yes, no, refused);
    case rows::Dialect::mariadb:
      return fmt::format(
          // A number has as many digits in HEX as it needs, and BIT one byte; a text has two for each byte.
          "(CASE WHEN RTRIM({1}) = {2} THEN TRUE WHEN RTRIM({1}) = {3} THEN FALSE WHEN HEX({0}) IN ('1', '01') THEN TRUE WHEN "
          "HEX({0}) "
          "IN ('0', '00') THEN FALSE ELSE IS_FREE_LOCK(RPAD(CONCAT({4}, {1}), 200, '|')) END)",
          expression, text, yes, no, refused);
    case rows::Dialect::clickhouse:
      return fmt::format(
          "toBool(toUInt8(multiIf(toTypeName({0}) IN ('Bool', 'Nullable(Bool)'), CAST(CAST(({0}) AS integer) AS text), "
          "rtrim({1}) "
          "= {2}, '1', rtrim({1}) = {3}, '0', concat({4}, {1}, '|'))))",
          expression, text, yes, no, refused);
    case rows::Dialect::postgresql:
      break;
  }
  // The text of what is neither word becomes an error of the server's cast, with the name, for source/postgres/words to read.
  return fmt::format(
      "(CASE WHEN pg_typeof({0}) = CAST('boolean' AS regtype) THEN CAST({1} AS boolean) WHEN rtrim({1}) = {2} THEN TRUE WHEN "
      "rtrim({1}) = {3} THEN FALSE ELSE CAST({4} || ' (' || {5} || '): ' || {1} AS boolean) END)",
      expression, text, yes, no, sql_literal(name), sql_literal(form.str()));
}

}  // namespace reportctl::catalog
