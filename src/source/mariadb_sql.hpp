// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl::source {

/// How the error of a refused division begins. MariaDB has no function that fails with given words; but its error about a lock
/// name that is too long repeats that name, so the words stand there, separated by |.
inline constexpr std::string_view kRefusedDivision = "rc_division|";  ///< what was written

/// A statement as MariaDB and MySQL take it.
struct MariadbSql {
  std::string text;                ///< `?` for each parameter, and no comment: there are several ways to read one
  std::vector<std::string> names;  ///< of the parameters, one for each `?`
  std::string problem = {};        ///< why it is no query for a report; empty: it may be one
  std::string hint = {};
};
/// `is_text`: of a parameter by its name. Text is compared byte by byte, whatever the collation of the column. Never throws on
/// bad input: the server's parser has the last word.
MariadbSql mariadb_sql(std::string_view sql, const std::function<bool(std::string_view name)>& is_text);

}  // namespace reportctl::source
