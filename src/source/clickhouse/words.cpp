// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr int kReadAfterEnd = 32;
constexpr int kNotAllData = 33;
constexpr int kSyntaxError = 62;
constexpr int kUnknownSetting = 115;
constexpr int kTimeoutExceeded = 159;
constexpr int kTooSlow = 160;
constexpr int kReadonly = 164;
constexpr int kSettingConstraint = 452;
constexpr int kQueryWasCancelled = 394;

constexpr const char* kTypes = "write CAST(x AS …) around one side";
constexpr const char* kShards = "see the servers behind the source's own; a report is made of all of them, or not at all";
constexpr const char* kProfileLimits =
    "the profile of the login limits what a query may read or give: raise the limit, or choose a shorter window";
/// Errors that name relations, columns, rights, servers and limits.
constexpr std::array<CodeWords, 32> kSpeakingCodes{
    {{10, kSeeContract},
     {16, kSeeContract},
     {36, ""},
     {42, ""},
     {43, kTypes},
     {46, "a function that this server does not know; it may be too old"},
     {47, kSeeContract},
     {48, "write the query without it, for instance with a JOIN in place of a subquery"},
     {53, kTypes},
     {60, kSeeContract},
     {63, "a function that this server does not know; it may be too old"},
     {81, kCheckDatabase},
     {158, kProfileLimits},
     {184, ""},
     {191, kProfileLimits},
     {192, kCheckLogin},
     {193, kCheckLogin},
     {194, kCheckLogin},
     {202, "the server is busy; try again later, or raise max_concurrent_queries"},
     {207, kNameTable},
     {209, kShards},
     {210, kShards},
     {215, kGroupBy},
     {241, "raise the memory of the login (max_memory_usage), or choose a shorter window"},
     {242, kShards},
     {243, kDiskFull},
     {279, kShards},
     {307, kProfileLimits},
     {386, kTypes},
     {396, kProfileLimits},
     {497, kGrantSelect},
     {516, kCheckLogin}}};

/// Data exceptions, without the data.
constexpr std::array<CodeWords, 14> kDataCodes{{{6, "a value does not have the form of its type"},
                                                {38, "a date or time cannot be read"},
                                                {41, "a date or time cannot be read"},
                                                {69, "a number is out of range"},
                                                {70, "a value cannot be converted to the other type"},
                                                {72, "a value does not have the form of its type"},
                                                {125, "a subquery gives more than one row"},
                                                {153, "division by zero"},
                                                {321, "a number is out of range"},
                                                {349, "a null is converted to a type without nulls"},
                                                {407, "a number is out of range"},
                                                {436, "a date or time cannot be read"},
                                                {467, "a value is no boolean"},
                                                {691, "a value is none of the enumeration"}}};

/// Without what quotes the query, and the name of the version.
std::string_view unquoting(std::string_view words) {
  for (const std::string_view quoting : {": In scope ", " in scope SELECT ", " in scope WITH ", ": while executing",
                                         ": In query ", " (version ", ". Stack trace", ": While "})
    words = words.substr(0, words.find(quoting));
  return words;
}

std::string speaking(std::string_view words) { return one_line(unquoting(words)); }

}  // namespace

ClickhouseError clickhouse_error(std::string_view answer) {
  constexpr std::string_view kCode = "Code: ";
  constexpr std::string_view kException = "DB::Exception: ";
  const std::size_t at = answer.find(kCode);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = answer.substr(at + kCode.size());
  const auto code = parse_integer(rest.substr(0, rest.find_first_not_of("0123456789")));
  std::size_t words = rest.find(kException);
  if (!code || words == std::string_view::npos) return {};
  // A server behind it speaks last, after its name.
  for (std::size_t next = words; next != std::string_view::npos; next = rest.find(kException, next + 1)) words = next;
  return {static_cast<int>(*code), std::string(rest.substr(words + kException.size()))};
}

bool is_clickhouse_timeout(const ClickhouseError& error) { return error.code == kTimeoutExceeded || error.code == kTooSlow; }

Problem clickhouse_problem(std::string_view source, const ClickhouseError& error) {
  // `Cannot parse string 'rc_whole|12.5' as Int64`
  const std::string_view said = unquoting(error.words);
  if (const auto problem = refused_by_query(source, said.substr(0, said.rfind("' as ")))) return *problem;
  if (error.code == kSyntaxError) {
    // What follows quotes the statement.
    const std::size_t open = error.words.find('(');
    const std::size_t close = error.words.find(')', std::min(open, error.words.size()));
    const bool told = open != std::string::npos && close != std::string::npos;
    return {told ? fmt::format("syntax error at {}", visible(repair_utf8(error.words.substr(open + 1, close - open - 1))))
                 : "syntax error",
            "a word that ClickHouse reserves is written in double quotes"};
  }
  if (error.code == kUnknownSetting)
    return {fmt::format("the server is too old: {}", speaking(error.words)), "reports need ClickHouse 24.8 or later"};
  if (error.code == kReadonly || error.code == kSettingConstraint)
    return {
        speaking(error.words),
        "give the login a profile with readonly = 2 and without constraints: with readonly = 1 reportctl may not say how nulls "
        "are joined, that no shard is left out, and how long a query may take"};
  if (error.code == kReadAfterEnd || error.code == kNotAllData)
    return {fmt::format("the data ended too early (code {})", error.code),
            "a server behind the source's own went away, or an empty text is converted to a number or a time"};
  if (error.code == kQueryWasCancelled) return {"the query was ended on the server", kEndedByOther};
  const auto code = static_cast<unsigned>(error.code);
  if (const char* const hint = words_of(kSpeakingCodes, code)) return {speaking(error.words), hint};
  if (const char* const what = words_of(kDataCodes, code)) return {fmt::format("the query failed: {}", what), kCorrectData};
  return {fmt::format("the query failed (code {})", error.code), "the server's log has its words"};
}

}  // namespace reportctl::source
