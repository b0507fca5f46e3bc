// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "postgres_types.hpp"
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

const char* state_hint(std::string_view state) {
  if (state == "42501") return "grant the login SELECT on the tables of the reports, and USAGE on their schema";
  if (state == "42P01" || state == "42703" || state == "42883" || state == "3F000")
    return "reportctl source check shows what the reports expect; write views where your tables are named otherwise";
  if (state == "25006") return "a report may only read";
  if (state == kQueryCanceled) return "somebody ended it on the server; run the report again";
  if (state == "55P03") return "a migration or another session holds the table; run the report again when it has finished";
  if (state.starts_with("40")) return "run the report again";
  if (state == "22P05") return "leave the character out, or ask for a database in UTF8";
  if (state == "22P02") return "correct the data, the view that gives them, or the account's key in the source";
  if (state.starts_with("22")) return "correct the data, or the view that gives them";
  return "";
}

bool has_words(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

}  // namespace

std::string_view sqlstate_of(const PGresult* result) {
  const char* state = pq().PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view() : state;
}

bool ends_connection(std::string_view sqlstate) {
  return sqlstate.starts_with("08") || sqlstate == "57P01" || sqlstate == "57P02" || sqlstate == "57P03" || sqlstate == "57P05";
}

Problem server_problem(const PGresult* result) {
  const std::string_view state = sqlstate_of(result);
  const char* primary = pq().PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string hint = state_hint(state);
  if (state == "22023" && is_about_zone(result))
    return {"the query failed: the server does not know a time zone that the report uses",
            "update the server's time zone data (tzdata), or use the older name of the zone"};
  if (state == "55P03") return {"a table is locked by another session", hint};
  if (primary != nullptr &&
      std::find(kSpeakingClasses.begin(), kSpeakingClasses.end(), state.substr(0, 2)) != kSpeakingClasses.end())
    return {one_line(primary), hint};
  const auto* known =
      std::find_if(kDataExceptions.begin(), kDataExceptions.end(), [&](const auto& one) { return one.state == state; });
  if (known != kDataExceptions.end()) return {fmt::format("the query failed: {}", known->what), hint};
  return {fmt::format("the query failed (SQLSTATE {})", state.empty() ? "unknown" : visible(repair_utf8(state))),
          hint.empty() ? "the server's log has its words" : hint};
}

std::string one_line(std::string_view words) {
  std::string line;
  for (const std::string& part : split(words, '\n')) {
    const std::string_view text = trim(part);
    if (text.empty()) continue;
    if (!line.empty()) line += line.ends_with(':') ? " " : "; ";
    line += visible(repair_utf8(text));
  }
  return line.empty() ? "no reason given" : line;
}

namespace {

bool is_sqlstate(std::string_view text) {
  return text.size() == 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// Of libpq itself, in whose words there is no SQLSTATE.
const char* hint_for_words(std::string_view words) {
  if (has_words(words, "password")) return "check the user in the source's url and its password_file";
  if (has_words(words, "channel binding")) return "channel_binding=require needs TLS and a password in the form scram-sha-256";
  if (has_words(words, "private key file"))
    return "sslkey must name a key without a pass phrase that only this user can read (mode 0600), and that belongs to sslcert";
  if (has_words(words, "certificate") || has_words(words, "SSL"))
    return "check sslmode and sslrootcert in the source's url; verify-full needs the server's authority and its host name";
  if (has_words(words, "session is") || has_words(words, "server is") || has_words(words, "hot standby"))
    return "target_session_attrs in the source's url asks for another kind of server";
  if (has_words(words, "translate host name")) return "check the host in the source's url, and the name server of this machine";
  return "check host and port in the source's url, and that the server runs and lets this host in";
}

}  // namespace

Refusal read_refusal(std::string_view message) {
  // `…: FATAL:  28P01: words`, then `LOCATION:  …` where the server tells it.
  Refusal refusal;
  std::string kept;
  for (std::string line : split(message, '\n')) {
    if (line.starts_with("LOCATION:")) continue;
    for (std::size_t at = line.find(":  "); at != std::string::npos; at = line.find(":  ", at + 1)) {
      const std::string_view state = std::string_view(line).substr(at + 3, 5);
      if (!is_sqlstate(state) || std::string_view(line).substr(at + 8, 2) != ": ") continue;
      refusal.sqlstate = state;
      line.erase(at + 3, 7);
      break;
    }
    kept += line + '\n';
  }
  refusal.words = one_line(kept);
  return refusal;
}

std::string Refusal::hint() const {
  const std::string_view state = sqlstate;
  if (state.empty()) return hint_for_words(words);
  if (state == "28P01") return "check the user in the source's url and its password_file";
  if (state.starts_with("28"))
    return "the server does not let this user in from this host: check the user in the source's url, and the server's "
           "pg_hba.conf, "
           "which may ask for TLS (sslmode=require) or a client certificate";
  if (state == "3D000") return "check the database in the source's url";
  if (state == "42501") return "grant the login CONNECT on the database";
  if (state.starts_with("53")) return "the server has no connection left for this login; try again later, or raise its limit";
  if (state == "57P03") return "the server is starting or stopping; try again in a moment";
  if (state == "08P01") return "a pooler before the server may not pass on every parameter: check options in the source's url";
  return "check the parameters of the source's url, options above all";
}

std::string_view type_words(Oid type) {
  switch (type) {
    case kBool:
      return "a boolean";
    case kBytea:
      return "binary data";
    case kInt2:
    case kInt4:
    case kInt8:
      return "an integer";
    case kFloat4:
    case kFloat8:
    case kNumeric:
      return "a real number";
    case kDate:
      return "a date";
    case kTimestamp:
      return "a timestamp without time zone";
    case kTimestamptz:
      return "a timestamp";
    case kInterval:
      return "an interval";
    case kTime:
    case kTimetz:
      return "a time of day";
    case kText:
    case kVarchar:
    case kBpchar:
      return "text";
    default:
      return "a value of another type";
  }
}

}  // namespace reportctl::source
