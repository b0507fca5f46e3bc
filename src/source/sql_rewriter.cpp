// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_rewriter.hpp"

#include <fmt/format.h>

#include "refused_by_query.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr std::string_view kFractionTypes = " decimal numeric double real float float8 dec ";
/// Functions whose value has a fraction where an argument has one.
constexpr std::string_view kPassOn = " abs coalesce greatest ifnull least max min nullif round sum truncate ";

}  // namespace

void RewrittenSql::write(const std::string& sql, rows::Dialect dialect,
                         const std::function<std::string(std::string_view name)>& parameter) {
  const char* behind = nullptr;
  for (const rows::SqlToken& token : rows::sql_tokens(sql, dialect)) {
    if (behind != nullptr && token.text.data() != behind) text += ' ';
    behind = token.text.data() + token.text.size();
    if (token.kind != rows::SqlToken::Kind::bind) {
      if (token.text != ";") text += token.text;
      continue;
    }
    const std::string_view name = token.text.substr(1);
    text += parameter(name);
    names.emplace_back(name);
  }
}

std::pair<std::string, std::string> SqlRewriter::reading_problem(std::span<const ForbiddenSql> forbidden,
                                                                 std::string_view signs) const {
  if (!is(0, "select") && !is(0, "with") && !is(0, "(") && !is(0, "values")) return {"the query is not a SELECT", kMayOnlyRead};
  for (std::size_t i = 0; i < parts().size(); ++i) {
    if (is_kind(i, Kind::foreign_bind)) return {"the query has a parameter without a name", "write :name instead of ? or @name"};
    if (is(i, ";") && i + 1 < parts().size()) return {"the query holds more than one statement", "a report is one SELECT"};
    const std::string_view text = parts()[i].token.text;
    if (is_kind(i, Kind::sign) && text.size() == 1 && signs.find(text) != std::string_view::npos)
      return {fmt::format("the query has a {} outside of quotes", text),
              "comments begin with --, names are written in double quotes"};
    // A function is called by its name in quotes, too.
    const bool quoted = is_kind(i, Kind::quoted_name) && text.size() > 1;
    const std::string name = quoted ? to_lower(text.substr(1, text.size() - 2)) : parts()[i].word;
    for (const ForbiddenSql& one : forbidden)
      if (is_among(one.words, name) && (one.behind.empty() ? !quoted : is(i + 1, one.behind) && (!quoted || one.behind == "(")))
        return {one.problem, kMayOnlyRead};
  }
  return {};
}

void SqlRewriter::name_type(std::size_t open, std::size_t close, std::span<const TypeNames> names, const char* decimal) {
  const std::size_t as = outermost(open, close, "as");
  if (as == kNoToken || as + 1 >= close) return;
  for (const TypeNames& type : names) {
    if (!is_word_of(as + 1, type.words)) continue;
    parts()[as + 1].instead = type.here;
    for (std::size_t i = as + 2; i < close; ++i)  // VARYING, PRECISION, WITH TIME ZONE
      if (!type.has_digits || is_kind(i, Kind::word)) parts()[i].instead = "";
  }
  if (is_word_of(as + 1, " numeric decimal ") && as + 2 == close) parts()[as + 1].instead = decimal;
}

bool SqlRewriter::has_fraction(std::size_t first, std::size_t last) const {
  for (std::size_t i = first; i <= last && i < parts().size(); ++i) {
    const std::string_view text = parts()[i].token.text;
    if (is_kind(i, Kind::number) && text.find_first_of(".eE") != std::string_view::npos && !text.starts_with("0x")) return true;
    const std::size_t partner = parts()[i].partner;
    if (partner == kNoToken || partner <= i) continue;
    if (is(i, "(")) {
      const bool call = i > 0 && is_name(i - 1);
      if (!call && !is(i + 1, "select") && !is(i + 1, "with") && has_fraction(i + 1, partner - 1)) return true;
      if (call && call_has_fraction(i, partner)) return true;
    }
    i = partner;
  }
  return false;
}

bool SqlRewriter::call_has_fraction(std::size_t open, std::size_t close) const {
  if (is_word_of(open - 1, " avg ")) return true;
  if (is(open - 1, "cast")) {
    const std::size_t as = outermost(open, close, "as");
    return as != kNoToken && is_word_of(as + 1, kFractionTypes);
  }
  if (!is_word_of(open - 1, kPassOn)) return false;
  const std::size_t comma = is_word_of(open - 1, " nullif round truncate ") ? outermost(open, close, ",") : kNoToken;
  return has_fraction(open + 1, (comma == kNoToken ? close : comma) - 1);
}

bool SqlRewriter::is_exact(std::size_t first, std::size_t last) const {
  if (is(first, "cast") && is(first + 1, "(") && parts()[first + 1].partner == last) {
    const std::size_t as = outermost(first + 1, last, "as");
    return as != kNoToken && (is(as + 1, "decimal") || is(as + 1, "signed") || is(as + 1, "bigint") || is(as + 1, "numeric"));
  }
  return first == last && is_kind(first, Kind::number) && parts()[first].token.text.find_first_of("eE") == std::string_view::npos;
}

}  // namespace reportctl::source
