// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "expect.hpp"
#include "mariadb/sql.hpp"
#include "numbered_sql.hpp"
#include "reportctl/rows/sql_lexer.hpp"
#include "sqlite/sql.hpp"

using namespace reportctl;
using namespace reportctl::source;

namespace {

/// As the lint of modules sees them: a parameter that one reading has and another one lacks would be a way around the tenant
/// wall.
std::vector<std::string> parameters(std::string_view sql, rows::Dialect dialect) {
  std::vector<std::string> names;
  for (const auto& token : rows::sql_tokens(sql, dialect))
    if (token.kind == rows::SqlToken::Kind::bind) names.emplace_back(token.text.substr(1));
  return names;
}

std::vector<std::string> each_once(const std::vector<std::string>& names) {
  std::vector<std::string> once;
  for (const auto& name : names)
    if (std::find(once.begin(), once.end(), name) == once.end()) once.push_back(name);
  return once;
}

bool are_same(std::vector<std::string> some, std::vector<std::string> others) {
  some = each_once(some), others = each_once(others);
  std::sort(some.begin(), some.end());
  std::sort(others.begin(), others.end());
  return some == others;
}

/// It is closed and has no colon by itself, which would make a parameter of a word that is put behind it. No database takes such.
bool is_whole(std::string_view sql, rows::Dialect dialect) {
  rows::SqlLexer lexer(sql, dialect);
  while (const auto token = lexer.next())
    if (token->text == ":") return false;
  return !lexer.problem();
}

void check_numbered(std::string_view sql, rows::Dialect dialect) {
  const auto numbered = number_parameters(sql, dialect);
  const auto names = each_once(parameters(sql, dialect));
  EXPECT(numbered.names == names);
  EXPECT(parameters(numbered.text, dialect).empty());
  EXPECT(parameters(numbered.checked, dialect).empty());
}

}  // namespace

/// Every rewriting of a statement finds the parameters that the one lexer finds.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string sql = "SELECT " + std::string(reinterpret_cast<const char*>(data), size);
  check_numbered(sql, rows::Dialect::postgresql);
  check_numbered(sql, rows::Dialect::duckdb);
  const auto mariadb = mariadb_sql(sql, [](std::string_view name) { return name == "account"; });
  if (mariadb.problem.empty() && is_whole(sql, rows::Dialect::mariadb))
    EXPECT(are_same(mariadb.names, parameters(sql, rows::Dialect::mariadb)));
  if (is_whole(sql, rows::Dialect::sqlite))
    EXPECT(are_same(parameters(with_checked_numbers(sql), rows::Dialect::sqlite), parameters(sql, rows::Dialect::sqlite)));
  return 0;
}
