// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

struct SpeakingError {
  std::string_view prefix;  ///< of the error
  const char* hint;
};
/// Errors that name tables, columns, files or limits.
constexpr std::array<SpeakingError, 8> kSpeaking{
    {{"Catalog Error: ", kSeeContract},
     {"Binder Error: ", kSeeContract},
     {"Parser Error: ", ""},
     {"IO Error: ", "check the path in the source's url, and that this user may read it"},
     {"Permission Error: ", "a report may only read the tables of its source"},
     {"Out of Memory Error: ", "raise memory_limit in the source's url (as in ?memory_limit=1GB), or choose a shorter window"},
     {"Serialization Error: ", "the file may be of a newer DuckDB than the library"},
     {"INTERNAL Error: ", "it is a fault of DuckDB; try another version of its library"}}};

/// The first line; those that follow quote the statement.
std::string first_line(std::string_view text) { return visible(repair_utf8(text.substr(0, text.find('\n')))); }

}  // namespace

Problem duckdb_problem(std::string_view source, std::string_view error) {
  if (const auto problem = refused_by_query(source, error)) return *problem;
  for (const SpeakingError& kind : kSpeaking)
    if (error.starts_with(kind.prefix)) return {first_line(error.substr(kind.prefix.size())), kind.hint};
  if (error.find("read-only mode") != std::string_view::npos)
    return {"the query would write, and the database is open for reading only", kMayOnlyRead};
  if (error.find("configuration has been locked") != std::string_view::npos)
    return {"the query would change DuckDB's configuration", kMayOnlyRead};
  const std::string_view kind = error.substr(0, error.find(':'));
  return {fmt::format("the query failed ({})", first_line(kind)), kCorrectData};
}

ForeignType foreign_type(duckdb_type type) {
  switch (type) {
    case duckdb_boolean:
      return ForeignType::boolean;
    case duckdb_tinyint:
    case duckdb_smallint:
    case duckdb_integer:
    case duckdb_bigint:
    case duckdb_utinyint:
    case duckdb_usmallint:
    case duckdb_uinteger:
    case duckdb_ubigint:
    case duckdb_hugeint:
    case duckdb_uhugeint:
      return ForeignType::integer;
    case duckdb_float:
    case duckdb_double:
      return ForeignType::real;
    case duckdb_decimal:
      return ForeignType::decimal;
    case duckdb_varchar:
    case duckdb_enum:
      return ForeignType::text;
    case duckdb_uuid:
      return ForeignType::written;
    case duckdb_date:
      return ForeignType::date;
    case duckdb_timestamp:
    case duckdb_timestamp_s:
    case duckdb_timestamp_ms:
    case duckdb_timestamp_ns:
      return ForeignType::timestamp;
    case duckdb_timestamp_tz:
      return ForeignType::instant;
    case duckdb_time:
    case duckdb_time_tz:
      return ForeignType::time_of_day;
    case duckdb_interval:
      return ForeignType::interval;
    case duckdb_blob:
      return ForeignType::binary;
    default:  // SELECT NULL has a type of its own, and what is not yet known has none
      return type == duckdb_invalid || type >= 36 ? ForeignType::any : ForeignType::other;
  }
}

}  // namespace reportctl::source
