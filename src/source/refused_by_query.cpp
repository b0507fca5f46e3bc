// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "refused_by_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

#include "instant_reader.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

/// How values of a type may be declared; empty: no idea.
std::string likely_form(std::string type) {
  type = to_lower(type);
  const auto has = [&](std::string_view part) { return type.find(part) != std::string::npos; };
  if (has("timestamp with") || has("datetime")) return "timestamptz";
  if (has("timestamp")) return "timestamp UTC";
  if (has("date")) return "day";
  const bool number = (has("int") && !has("interval")) || has("double") || has("float");
  return number ? "epoch" : "";
}

}  // namespace

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

const char* words_of(std::span<const CodeWords> all, unsigned code) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const CodeWords& one) { return one.code == code; });
  return found == all.end() ? nullptr : found->words;
}

Problem binary_sum(std::string_view sum) {
  return {fmt::format("{} adds up binary numbers (double precision), {}, and differs from run to run", sum, kInexact),
          "add decimals, as in sum({{decimal(x)}}) and avg({{decimal(x)}})"};
}

Problem not_whole(std::string_view value) {
  return {fmt::format("a value that must be whole is {}, not an integer", value),
          "amounts are integers of minor units (cents), counts are integers; correct the data, or the view that gives them"};
}

std::optional<Problem> refused_by_query(std::string_view source, std::string_view error) {
  const auto parts_behind = [&](std::string_view mark) {
    const std::size_t at = error.find(mark);
    return at == std::string_view::npos ? std::vector<std::string>() : split(error.substr(at + mark.size()), '|');
  };
  const auto clean = [](std::string_view text) { return visible(repair_utf8(text.substr(0, text.find('\n')))); };
  if (const auto parts = parts_behind(rows::kRefusedInstant); parts.size() > 2) {
    const auto form = rows::parse_instant_form(parts[1]);
    const auto* const known = std::get_if<rows::InstantForm>(&form);
    return instant_problem(source, parts[0], {"a value of type " + clean(parts[2]), likely_form(parts[2])},
                           known != nullptr ? *known : rows::InstantForm{rows::InstantKind::timestamptz});
  }
  if (const auto parts = parts_behind(rows::kRefusedBoolean); parts.size() > 2) {
    const auto form = rows::parse_boolean_form(parts[1]);
    if (std::holds_alternative<rows::BooleanForm>(form))
      return boolean_problem(source, parts[0], parts[2], std::get<rows::BooleanForm>(form));
  }
  if (const auto parts = parts_behind(rows::kRefusedWhole); !parts.empty()) return not_whole(clean(parts[0]));
  if (const auto parts = parts_behind(rows::kRefusedSum); !parts.empty()) return binary_sum(clean(parts[0]));
  if (const auto parts = parts_behind(rows::kRefusedZone); !parts.empty())
    return Problem{fmt::format("the time {} cannot be converted to another time zone: MariaDB does that from 1970 to 2037 only",
                               clean(parts[0])),
                   kCorrectData};
  if (const auto parts = parts_behind(rows::kRefusedDivision); !parts.empty())
    return Problem{fmt::format("{} divides a number that is not an integer, and is no decimal for sure", clean(parts[0])),
                   "write {{decimal(x)}} around one side, so that every database divides with a fraction"};
  return std::nullopt;
}

}  // namespace reportctl::source
