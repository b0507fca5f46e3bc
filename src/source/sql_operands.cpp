// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_operands.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr std::size_t kLongestName = 60;

/// Words after which an operand begins, or that are none, so that a minus is a sign, a star no product, and a parenthesis no
/// call.
constexpr std::string_view kNoOperand =
    " all and as between by case cross distinct else end escape except exists filter from full glob group having if in inner "
    "intersect is isnull join left like limit match materialized natural not notnull offset on or order outer over partition "
    "regexp returning "
    "right select set then union using values when where window with ";

}  // namespace

bool is_among(std::string_view list, std::string_view word) {
  return list.find(fmt::format(" {} ", word)) != std::string_view::npos;
}

SqlOperands::SqlOperands(std::string_view sql, rows::Dialect dialect) : sql_(sql) {
  for (const rows::SqlToken& token : rows::sql_tokens(sql, dialect)) {
    parts_.push_back({token});
    if (token.kind == Kind::word) parts_.back().word = to_lower(token.text);
  }
  pair_up();
}

std::string SqlOperands::text() {
  scan(0, parts_.size());
  finished();
  if (parts_.empty()) return std::string(sql_);
  return std::string(sql_.substr(0, offset(0))) + written(0, parts_.size() - 1) +
         std::string(sql_.substr(end_of(parts_.size() - 1)));
}

std::string SqlOperands::written(std::size_t first, std::size_t last) const {
  std::string out;
  for (std::size_t i = first; i <= last; ++i) {
    if (i > first) out += sql_.substr(end_of(i - 1), offset(i) - end_of(i - 1));
    const auto& part = parts_[i];
    const std::string piece = part.before + (part.instead ? *part.instead : std::string(part.token.text)) + part.after;
    const bool is_glued =
        !out.empty() && !piece.empty() && rows::continues_word(out.back()) && rows::continues_word(piece.front());
    if (is_glued) out += ' ';  // `WHEN-a/2` has become a call
    out += piece;
  }
  return out;
}

bool SqlOperands::is_name(std::size_t i) const {
  return is_kind(i, Kind::quoted_name) || (is_kind(i, Kind::word) && !is_among(kNoOperand, parts_[i].word));
}

void SqlOperands::pair_up() {
  std::vector<std::size_t> open;
  const auto close = [&](std::size_t i, std::string_view opener) {
    if (open.empty() || !is(open.back(), opener)) return;
    parts_[i].partner = open.back();
    parts_[open.back()].partner = i;
    open.pop_back();
  };
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (is(i, "(") || is(i, "case")) open.push_back(i);
    if (is(i, ")")) close(i, "(");
    if (is(i, "end")) close(i, "case");
  }
}

/// Everything from `begin` to `end`, expressions or not.
void SqlOperands::scan(std::size_t begin, std::size_t end) {
  bool between = false;  // whose AND is still to come
  const bool simple_case = is(begin - 1, "case") && !is(begin, "when");
  std::vector<Operand> seen;
  std::vector<Operand> whens;
  for (std::size_t i = begin; i < end;) {
    const bool closes_between = between && i > begin && is(i - 1, "and");
    if (closes_between) between = false;
    if (is(i, "between")) between = true;
    const auto operand = sum(i, end);
    if (!operand) {
      ++i;
      continue;
    }
    const bool is_when = simple_case && i > begin && is(i - 1, "when");
    if (is_when) whens.push_back(*operand);
    if (!closes_between && !is_when) found(*operand, begin, end);
    seen.push_back(*operand);
    compared(seen, closes_between, begin, end);
    i = operand->last + 1;
  }
  if (simple_case && !seen.empty() && seen.front().first == begin) chosen(seen.front(), whens, begin - 1);
}

/// `a + b - c`: the chains bind to the left.
std::optional<SqlOperands::Operand> SqlOperands::sum(std::size_t i, std::size_t end) {
  auto left = product(i, end);
  while (left && left->last + 1 < end && (is(left->last + 1, "+") || is(left->last + 1, "-"))) {
    const auto right = product(left->last + 2, end);
    if (!right) break;
    left = calculated(*left, *right);
  }
  return left;
}

std::optional<SqlOperands::Operand> SqlOperands::product(std::size_t i, std::size_t end) {
  auto left = factor(i, end);
  while (left && left->last + 1 < end && (is(left->last + 1, "*") || is(left->last + 1, "/") || is(left->last + 1, "%"))) {
    const auto right = factor(left->last + 2, end);
    if (!right) break;
    left = calculated(*left, *right);
  }
  return left;
}

/// Signs, an operand, COLLATE, and what || and -> add to it.
std::optional<SqlOperands::Operand> SqlOperands::factor(std::size_t i, std::size_t end) {
  auto whole = signed_primary(i, end);
  if (!whole) return whole;
  if (is(whole->last + 1, "collate") && whole->last + 2 < end) whole = Operand{i, whole->last + 2, false};
  while (whole->last + 1 < end && (is(whole->last + 1, "||") || is(whole->last + 1, "->") || is(whole->last + 1, "->>"))) {
    const auto more = signed_primary(whole->last + 2, end);
    if (!more) break;
    whole = Operand{i, more->last, false};
  }
  return whole;
}

std::optional<SqlOperands::Operand> SqlOperands::signed_primary(std::size_t i, std::size_t end) {
  const std::size_t first = i;
  while (i < end && (is(i, "-") || is(i, "+") || is(i, "~"))) ++i;
  const auto operand = primary(i, end);
  if (!operand || i == first) return operand;
  if (is(i - 1, "-")) negated(*operand);
  return Operand{first, operand->last, is(first, "-")};
}

std::optional<SqlOperands::Operand> SqlOperands::primary(std::size_t i, std::size_t end) {
  if (i >= end) return std::nullopt;
  if (is_kind(i, Kind::number)) return Operand{i, i, true};
  if (is_kind(i, Kind::literal) || is_kind(i, Kind::bind) || is_kind(i, Kind::foreign_bind)) return Operand{i, i, false};
  if (is(i, "case") || is(i, "(")) return enclosed(i, i, end);
  if (is(i, "exists") && is(i + 1, "(")) {
    const auto all = enclosed(i, i + 1, end);
    return all ? std::optional(Operand{i, all->last, true}) : std::nullopt;
  }
  if (!is_name(i)) return std::nullopt;
  std::size_t last = i;
  while (last + 2 < end && is(last + 1, ".") && is_name(last + 2)) last += 2;
  if (!is(last + 1, "(") || last + 1 >= end) return Operand{i, last, is(i, "null") || is(i, "true") || is(i, "false")};
  return call(i, last + 1, end);
}

/// From `first` to the partner of `open`.
std::optional<SqlOperands::Operand> SqlOperands::enclosed(std::size_t first, std::size_t open, std::size_t end) {
  const std::size_t close = parts_[open].partner;
  if (close == kNoToken || close >= end || close < open) return std::nullopt;
  scan(open + 1, close);
  return Operand{first, close, false};
}

std::optional<SqlOperands::Operand> SqlOperands::call(std::size_t first, std::size_t open, std::size_t end) {
  const std::size_t close = parts_[open].partner;
  if (close == kNoToken || close >= end || close < open) return std::nullopt;
  const std::size_t as = parts_[open - 1].word == "cast" ? outermost(open, close, "as") : kNoToken;
  scan(open + 1, as == kNoToken ? close : as);
  called(open, close);
  Operand all{first, close, gives_number(open - 1)};
  for (const std::string_view word : {"filter", "over"}) {
    if (!is(all.last + 1, word) || all.last + 2 >= end) continue;
    if (const auto more = is(all.last + 2, "(") ? enclosed(first, all.last + 2, end) : std::nullopt)
      all.last = more->last;
    else if (word == "over" && is_name(all.last + 2))
      all.last += 2;
  }
  return all;
}

std::size_t SqlOperands::outermost(std::size_t open, std::size_t close, std::string_view text) const {
  for (std::size_t i = open + 1; i < close; ++i) {
    if (is(i, text)) return i;
    if (parts_[i].partner != kNoToken && parts_[i].partner > i) i = parts_[i].partner;
  }
  return kNoToken;
}

SqlOperands::Operand SqlOperands::without_parentheses(Operand operand) const {
  while (is(operand.first, "(") && parts_[operand.first].partner == operand.last) {
    ++operand.first;
    --operand.last;
  }
  return operand;
}

std::string SqlOperands::name_of(std::size_t first, std::size_t last) const {
  std::string name;
  for (std::size_t i = first; i <= last && name.size() <= kLongestName; ++i) {
    if (i > first && end_of(i - 1) != offset(i)) name += ' ';
    name += parts_[i].token.text;
  }
  if (name.size() > kLongestName) name = repair_utf8(name.substr(0, kLongestName)) + "…";
  return name;
}

}  // namespace reportctl::source
