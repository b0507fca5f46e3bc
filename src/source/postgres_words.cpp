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
constexpr std::array<StateHint, 7> kDataExceptions{{{"22003", "a number is out of range"},
                                                    {"22007", "a date or time cannot be read"},
                                                    {"22008", "a date or time is out of range"},
                                                    {"22012", "division by zero"},
                                                    {"22021", "text is not valid in its encoding"},
                                                    {"22023", "a function was given a value that it does not take"},
                                                    {"22P02", "a value does not have the form of its type"}}};

const char* state_hint(std::string_view state) {
  if (state == "42501") return "grant the login SELECT on the tables of the reports, and USAGE on their schema";
  if (state == "42P01" || state == "42703" || state == "42883" || state == "3F000")
    return "reportctl source check shows what the reports expect; write views where your tables are named otherwise";
  if (state == "25006") return "a report may only read";
  if (state == kQueryCanceled) return "somebody ended it on the server; the next run tries again";
  if (state.starts_with("40")) return "the next run tries again";
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

std::string connecting_hint(std::string_view words) {
  if (has_words(words, "password")) return "check the user in the source's url and its password_file";
  if (has_words(words, "certificate") || has_words(words, "SSL"))
    return "check sslmode and sslrootcert in the source's url; verify-full needs the server's authority and its host name";
  if (has_words(words, "does not exist") || has_words(words, "pg_hba.conf"))
    return "check user and database in the source's url, and the server's pg_hba.conf";
  return "check host and port in the source's url, and that the server runs and lets this host in";
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
