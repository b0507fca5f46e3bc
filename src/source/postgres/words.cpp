// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "instant_reader.hpp"
#include "numbered_sql.hpp"
#include "postgres/postgres_refusal.hpp"
#include "postgres/types.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

/// Classes of SQLSTATE whose messages name relations, columns, rights, resources and the like.
constexpr std::array<std::string_view, 14> kSpeakingClasses = {"08", "0A", "25", "26", "28", "3D", "3F",
                                                               "40", "42", "53", "54", "55", "57", "58"};

struct StateHint {
  std::string_view state;
  const char* what;
};
/// Data exceptions, without the data.
constexpr std::array<StateHint, 8> kDataExceptions{
    {{"22003", "a number is out of range"},
     {"22007", "a date or time cannot be read"},
     {"22008", "a date or time is out of range"},
     {"22012", "division by zero"},
     {"22021", "text is not valid in its encoding"},
     {"22023", "a function was given a value that it does not take"},
     {"22P02", "a value does not have the form of its type"},
     {"22P05", "a character of the query or of a value is not in the encoding of the database"}}};

/// The functions of the server that look up a time zone: their errors have the SQLSTATE of any wrong argument.
bool is_about_zone(const PGresult* result) {
  const char* const function = pq().PQresultErrorField(result, PG_DIAG_SOURCE_FUNCTION);
  constexpr std::array<std::string_view, 4> kFunctions = {"timestamptz_zone", "timestamp_zone", "timetz_zone",
                                                          "DecodeTimezoneName"};
  return function != nullptr && std::find(kFunctions.begin(), kFunctions.end(), function) != kFunctions.end();
}

/// What follows the character at which the server says that it failed.
std::string_view text_at_error(const PGresult* result, std::string_view sql) {
  const char* const field = pq().PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
  const auto position = field == nullptr ? std::nullopt : parse_integer(field);
  if (!position) return {};
  long long characters = 0;
  for (std::size_t i = 0; i < sql.size(); ++i)
    if ((static_cast<unsigned char>(sql[i]) & 0xC0U) != 0x80U && ++characters == *position) return sql.substr(i);
  return {};
}

/// The catalog's queries hold instants against the range of the type that was declared, with their names behind it in a comment.
std::optional<Problem> refused_instant(const PGresult* result, const FailedStatement& statement) {
  if (sqlstate_of(result) != "42883") return std::nullopt;
  const std::string_view rest = text_at_error(result, statement.sql);
  const std::size_t begin = rest.find("/*");
  const std::size_t end = rest.find("*/");
  if (!rest.starts_with("<@ ") || begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
  rows::InstantForm expected{rows::InstantKind::timestamptz};
  if (rest.starts_with("<@ tsrange")) expected.kind = rows::InstantKind::timestamp;
  if (rest.starts_with("<@ daterange")) expected.kind = rows::InstantKind::day;
  // `operator does not exist: TYPE <@ tstzrange`, in the language of the server.
  const std::string_view words = pq().PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string_view upto = words.substr(0, words.find(" <@"));
  const std::string_view type = upto.substr(upto.rfind(": ") == std::string_view::npos ? 0 : upto.rfind(": ") + 2);
  FoundInstant found{visible(repair_utf8(type)), {}};
  if (type == "timestamp without time zone") found.form = "timestamp UTC";
  if (type == "timestamp with time zone") found.form = "timestamptz";
  if (type == "date") found.form = "day";
  if (type == "bigint" || type == "integer" || type == "double precision" || type == "numeric") found.form = "epoch";
  return instant_problem(statement.source, rest.substr(begin + 2, end - begin - 2), found, expected);
}

Problem binary_calculation(std::string_view written) {
  return {fmt::format("{} calculates with binary numbers (double precision), {}", written, kInexact),
          "calculate with decimals, as in {{decimal(x)}} * 2 and {{difference(x, y)}}"};
}

/// What NumberedSql::checked and ::calculating refuse.
std::optional<Problem> refused_sum(const PGresult* result, const FailedStatement& statement) {
  if (sqlstate_of(result) != "42883") return std::nullopt;
  std::string_view name = text_at_error(result, statement.sql);
  const std::string_view words = pq().PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const bool binary =
      words.find("(double precision)") != std::string_view::npos || words.find("(real)") != std::string_view::npos;
  if (!name.starts_with(kAddsUp) || !binary) return std::nullopt;
  const bool calculates = name.starts_with(kCalculates);
  name.remove_prefix(calculates ? kCalculates.size() : kAddsUp.size());
  name = name.substr(0, name.find("*/"));
  return calculates ? binary_calculation(name) : binary_sum(name);
}

/// What {{truth(…)}} refuses: `invalid input syntax for type boolean: "orders.paid (1/0): t"`.
std::optional<Problem> refused_boolean(std::string_view words, const FailedStatement& statement) {
  constexpr std::string_view kType = " boolean: \"";
  const std::size_t at = words.find(kType);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string_view rest = words.substr(at + kType.size());
  const std::size_t open = rest.find(" (");
  const std::size_t close = rest.find("): ");
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return std::nullopt;
  const auto form = rows::parse_boolean_form(rest.substr(open + 2, close - open - 2));
  if (!std::holds_alternative<rows::BooleanForm>(form)) return std::nullopt;
  return boolean_problem(statement.source, rest.substr(0, open), rest.substr(close + 3, rest.rfind('"') - close - 3),
                         std::get<rows::BooleanForm>(form));
}

const char* state_hint(std::string_view state) {
  if (state == "42501") return "grant the login SELECT on the tables of the reports, and USAGE on their schema";
  if (state == "42P01" || state == "42703" || state == "42883" || state == "3F000") return kSeeContract;
  if (state == "42804")
    return "types do not go together; a boolean that is kept as text or as a number is written {{truth(x)}}, and declared: "
           "sources.NAME.booleans (reportctl.conf(5))";
  if (state == "25006") return kMayOnlyRead;
  if (state == kQueryCanceled) return kEndedByOther;
  if (state == "55P03") return kTableHeld;
  if (state.starts_with("40")) return "run the report again";
  if (state == "22P05") return "leave the character out, or ask for a database in UTF8";
  if (state == "22P02") return "correct the data, the view that gives them, or the account's key in the source";
  if (state.starts_with("22")) return kCorrectData;
  return "";
}

}  // namespace

std::string_view sqlstate_of(const PGresult* result) {
  const char* state = pq().PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view() : state;
}

bool ends_connection(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" || sqlstate == "57P05";
}

bool is_of_another_server(const PGresult* result) {
  const char* const severity = pq().PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return sqlstate_of(result).starts_with("08") && severity != nullptr && std::string_view(severity) == "ERROR";
}

Problem server_problem(const PGresult* result, const FailedStatement& statement) {
  const std::string_view state = sqlstate_of(result);
  if (const auto problem = refused_instant(result, statement)) return *problem;
  if (const auto problem = refused_sum(result, statement)) return *problem;
  const char* primary = pq().PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string hint = state_hint(state);
  if (state == "22023" && is_about_zone(result))
    return {"the query failed: the server does not know a time zone that the report uses",
            "update the server's time zone data (tzdata), or use the older name of the zone"};
  if (state == "55P03") return {"a table is locked by another session", hint};
  if (primary != nullptr &&
      std::find(kSpeakingClasses.begin(), kSpeakingClasses.end(), state.substr(0, 2)) != kSpeakingClasses.end())
    return {one_line(primary), hint};
  // What {{whole(…)}} refuses: the only cast to bigint of text that reports have.
  constexpr std::string_view kNotWhole = "bigint: ";
  const std::string words = primary == nullptr ? std::string() : one_line(primary);
  if (const std::size_t at = words.find(kNotWhole); state == "22P02" && at != std::string::npos && words.size() < 160 &&
                                                    words.find_first_of("-0123456789", at) != std::string::npos)
    return not_whole(words.substr(at + kNotWhole.size()));
  if (const auto problem = refused_boolean(words, statement)) return *problem;
  const auto* known =
      std::find_if(kDataExceptions.begin(), kDataExceptions.end(), [&](const auto& one) { return one.state == state; });
  if (known != kDataExceptions.end()) return {fmt::format("the query failed: {}", known->what), hint};
  return {fmt::format("the query failed (SQLSTATE {})", state.empty() ? "unknown" : visible(repair_utf8(state))),
          hint.empty() ? "the server's log has its words" : hint};
}

ForeignType foreign_type(Oid type) {
  switch (type) {
    case kBool:
      return ForeignType::boolean;
    case kBytea:
      return ForeignType::binary;
    case kInt2:
    case kInt4:
    case kInt8:
      return ForeignType::integer;
    case kFloat4:
    case kFloat8:
      return ForeignType::real;
    case kNumeric:
      return ForeignType::decimal;
    case kDate:
      return ForeignType::date;
    case kTimestamp:
      return ForeignType::timestamp;
    case kTimestamptz:
      return ForeignType::instant;
    case kInterval:
      return ForeignType::interval;
    case kTime:
    case kTimetz:
      return ForeignType::time_of_day;
    case kText:
    case kVarchar:
    case kBpchar:
      return ForeignType::text;
    case kMoney:  // its text depends on settings
      return ForeignType::other;
    default:
      return ForeignType::written;
  }
}

}  // namespace reportctl::source
