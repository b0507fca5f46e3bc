// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr unsigned kMysqlTimeout = 3024;   ///< ER_QUERY_TIMEOUT of MySQL
constexpr unsigned kWrongLockName = 3057;  ///< ER_USER_LOCK_WRONG_NAME of MySQL

/// Errors that name relations, columns, rights and the like.
constexpr std::array<CodeWords, 21> kSpeakingErrors{{
    {ER_BAD_FIELD_ERROR, kSeeContract},
    {ER_NO_SUCH_TABLE, kSeeContract},
    {ER_SP_DOES_NOT_EXIST, kSeeContract},
    {ER_BAD_DB_ERROR, kCheckDatabase},
    {ER_NO_DB_ERROR, "name the database in the source's url"},
    {ER_DBACCESS_DENIED_ERROR, kGrantSelect},
    {ER_TABLEACCESS_DENIED_ERROR, kGrantSelect},
    {ER_COLUMNACCESS_DENIED_ERROR, kGrantSelect},
    {ER_SPECIFIC_ACCESS_DENIED_ERROR, "a report may only read the tables of its source"},
    {ER_PROCACCESS_DENIED_ERROR, "grant the login EXECUTE on the functions that the reports call"},
    {ER_VIEW_INVALID, "a view of the source does not hold any more, or its definer lacks a right"},
    {ER_CANT_AGGREGATE_2COLLATIONS, "write CAST(x AS text) around one of the columns, or give both the same collation"},
    {ER_NON_UNIQ_ERROR, kNameTable},
    {ER_WRONG_FIELD_WITH_GROUP, kGroupBy},
    {ER_MIX_OF_GROUP_FUNC_AND_FIELDS, kGroupBy},
    {ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION, kMayOnlyRead},
    {ER_LOCK_DEADLOCK, "run the report again"},
    {ER_CONNECT_TO_FOREIGN_DATA_SOURCE, "a report needs all servers of its tables: see that this one runs"},
    {ER_DISK_FULL, kDiskFull},
    {ER_RECORD_FILE_FULL, kDiskFull},
    {ER_TRUNCATED_WRONG_VALUE_FOR_FIELD, kCorrectData},
}};

/// Data exceptions, without the data.
constexpr std::array<CodeWords, 9> kDataErrors{{
    {ER_DATA_OUT_OF_RANGE, "a number is out of range"},
    {ER_WARN_DATA_OUT_OF_RANGE, "a number is out of range"},
    {ER_DIVISION_BY_ZERO, "division by zero"},
    {ER_TRUNCATED_WRONG_VALUE, "a value does not have the form of its type"},
    {ER_WRONG_VALUE_FOR_TYPE, "a date or time cannot be read"},
    {ER_CUT_VALUE_GROUP_CONCAT, "a list of texts is too long and was cut"},
    {ER_WARN_ALLOWED_PACKET_OVERFLOWED, "a text is larger than the server's max_allowed_packet"},
    {ER_SUBQUERY_NO_1_ROW, "a subquery gives more than one row"},
    {ER_DATA_OVERFLOW, "a number is out of range"},
}};

}  // namespace

const char* refusal_hint(unsigned code) {
  switch (code) {
    case ER_ACCESS_DENIED_ERROR:
    case ER_ACCESS_DENIED_NO_PASSWORD_ERROR:
      return kCheckLogin;
    case ER_DBACCESS_DENIED_ERROR:
      return "grant the login SELECT on the tables of the reports, and check the database in the source's url";
    case ER_BAD_DB_ERROR:
      return kCheckDatabase;
    case ER_HOST_NOT_PRIVILEGED:
    case ER_HOST_IS_BLOCKED:
      return "the server does not let this host in: make the login for it (CREATE USER reports@HOST), or FLUSH HOSTS";
    case ER_CON_COUNT_ERROR:
    case ER_TOO_MANY_USER_CONNECTIONS:
    case ER_USER_LIMIT_REACHED:
      return kNoConnectionLeft;
    case ER_SERVER_SHUTDOWN:
      return kStarting;
    case ER_MUST_CHANGE_PASSWORD_LOGIN:
      return "the login's password has expired: set a new one";
    case CR_SSL_CONNECTION_ERROR:
      return "check sslmode and sslrootcert in the source's url; verify-full needs the server's authority and its host name";
    case kOutsideCluster:
      return kUseOtherNode;
    case CR_UNKNOWN_HOST:
      return "check the host in the source's url, and the name server of this machine";
    case CR_AUTH_PLUGIN_CANNOT_LOAD:
      return "the login is made in a way that would tell its password to any server: use sslmode=verify-full, or another plugin";
    default:
      return kCheckHost;
  }
}

bool is_answer(unsigned code) {
  return code < CR_MIN_ERROR && code != ER_SERVER_SHUTDOWN && code != ER_CON_COUNT_ERROR && code != kOutsideCluster;
}

bool is_lost(unsigned code) {
  return code == CR_SERVER_GONE_ERROR || code == CR_SERVER_LOST || code == CR_SERVER_LOST_EXTENDED ||
         code == ER_SERVER_SHUTDOWN || code == ER_CONNECTION_KILLED || code == ER_NET_READ_ERROR ||
         code == ER_NET_READ_INTERRUPTED || code == ER_NET_ERROR_ON_WRITE || code == ER_NET_WRITE_INTERRUPTED ||
         code == CR_MALFORMED_PACKET || code == CR_SSL_CONNECTION_ERROR;
}

bool is_timeout(unsigned code) { return code == ER_STATEMENT_TIMEOUT || code == kMysqlTimeout; }

Problem mariadb_problem(std::string_view source, const MariadbError& error) {
  if (error.code == ER_TOO_LONG_IDENT || error.code == kWrongLockName)
    if (const auto problem = refused_by_query(source, error.words)) return *problem;
  if (error.code == ER_PARSE_ERROR) {
    // What follows quotes the statement.
    const std::size_t at = error.words.find("near '");
    const std::string_view rest = at == std::string::npos ? std::string_view() : std::string_view(error.words).substr(at + 6);
    const std::string_view word = rest.substr(0, rest.find_first_of(" \n'"));
    return {word.empty() ? "syntax error at the end of the query" : fmt::format("syntax error at {}", visible(repair_utf8(word))),
            "a word that MariaDB reserves is written in double quotes"};
  }
  if (error.code < 1000)  // of its files
    return {fmt::format("the server cannot use its temporary files (error {})", error.code),
            "see the server's log, and its disks"};
  if (error.code == kOutsideCluster) return {kOutsideClusterWords, kUseOtherNode};
  if (error.code == ER_QUERY_INTERRUPTED) return {"the query was ended on the server", kEndedByOther};
  if (error.code == ER_LOCK_WAIT_TIMEOUT) return {"a table is locked by another session", kTableHeld};
  if (const char* const hint = words_of(kSpeakingErrors, error.code)) return {one_line(error.words), hint};
  if (const auto warned = warned_problem(error.code)) return *warned;
  return {fmt::format("the query failed (error {})", error.code), "the server's manual has its words"};
}

std::optional<Problem> warned_problem(unsigned code) {
  const char* const what = words_of(kDataErrors, code);
  return what == nullptr ? std::nullopt : std::optional(Problem{fmt::format("the query failed: {}", what), kCorrectData});
}

}  // namespace reportctl::source
