// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "money_sql.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <vector>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/cell.hpp"

namespace reportctl::catalog {
namespace {

std::int64_t power_of_ten(int digits) {
  std::int64_t power = 1;
  for (int i = 0; i < digits; ++i) power *= 10;
  return power;
}

/// How many minor units one unit of the currency has. The reader of the rows refuses what is no currency.
std::string factor_sql(const std::string& currency, const rows::SourceForms& forms) {
  const std::string code = fmt::format("CAST(({}) AS text)", currency);
  std::string sql = "CASE";
  for (const auto& [own, digits] : forms.currencies)
    sql += fmt::format(" WHEN {} = {} THEN {}", code, rows::sql_literal(own), power_of_ten(digits));
  for (const auto& [digits, known] : rows::currencies_without_two_digits()) {
    if (digits < 0) continue;
    std::vector<std::string> codes;
    for (std::size_t at = 0; at < known.size(); at += 4) codes.push_back(rows::sql_literal(known.substr(at, 3)));
    sql += fmt::format(" WHEN upper({}) IN ({}) THEN {}", code, join(codes, ", "), power_of_ten(digits));
  }
  return sql + " ELSE 100 END";
}

}  // namespace

std::string money_sql(const std::string& amount, const std::string& currency, const rows::SourceForms& forms) {
  const std::string_view form = rules_of(forms.dialect).money.text;
  return fmt::format(fmt::runtime(form), amount, factor_sql(currency, forms));
}

}  // namespace reportctl::catalog
