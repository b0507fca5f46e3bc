// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "columns.hpp"

namespace reportctl::source {

/// Words of a server, printable and on one line.
std::string one_line(std::string_view words);

/// What several engines advise.
constexpr const char* kSeeContract =
    "reportctl source check shows what the reports expect; create views if your tables have different names";
constexpr const char* kCorrectData = "correct the data, or the view that gives them";
constexpr const char* kCheckLogin = "check the user in the source's url and its password_file";
constexpr const char* kCheckDatabase = "check the database in the source's url";
constexpr const char* kCheckHost = "check host and port in the source's url, and that the server runs and lets this host in";
constexpr const char* kGrantSelect = "grant the login SELECT on the tables of the reports";
constexpr const char* kNoConnectionLeft = "the server has no connection left for this login; try again later, or raise its limit";
constexpr const char* kStarting = "the server is starting or stopping; try again in a moment";
constexpr const char* kEndedByOther = "somebody ended it on the server; run the report again";
constexpr const char* kTableHeld = "a migration or another session holds the table; run the report again when it has finished";
constexpr const char* kGroupBy = "every column outside of sum(), count() and the like stands in GROUP BY";
constexpr const char* kNameTable = "write the name of the table before the column";
constexpr const char* kDiskFull = "the server's disk is full: make room, or choose a shorter window";
constexpr const char* kMayOnlyRead = "a report may only read";

/// What an error of that number means; null: it is not among them.
struct CodeWords {
  unsigned code;
  const char* words;
};
const char* words_of(std::span<const CodeWords>, unsigned code);

/// Why binary numbers are refused in sums and calculations.
constexpr std::string_view kInexact = "which is not exact";

/// A sum of binary numbers, `sum(x)`.
Problem binary_sum(std::string_view sum);
/// What {{whole(…)}} refuses: `value`, a number.
Problem not_whole(std::string_view value);
/// Of an error in which a query says itself what it refuses (rows::kRefused…); nullopt where it does not.
std::optional<Problem> refused_by_query(std::string_view source, std::string_view error);

}  // namespace reportctl::source
