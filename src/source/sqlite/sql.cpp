// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "reportctl/base/text.hpp"
#include "sql_operands.hpp"

namespace reportctl::source {
namespace {

/// Functions whose values are numbers without a look.
constexpr std::string_view kNumeric =
    " abs avg count cume_dist dense_rank instr julianday length ntile percent_rank rank rc_boolean rc_difference rc_in_period "
    "rc_instant rc_minor_units rc_number rc_product rc_quotient rc_remainder rc_seconds_between rc_sum rc_whole round row_number "
    "sum total unicode unixepoch ";
/// Functions whose values are text.
constexpr std::string_view kTextual =
    " date datetime format group_concat hex lower printf quote rc_local_date rc_local_timestamp replace rtrim strftime substr "
    "substring time trim ltrim typeof upper ";
/// What may stand before and behind a comparison that is a whole; any other word may stand behind it.
constexpr std::string_view kBeforeComparison = " where and or not when then else on having select distinct ";
constexpr std::string_view kContinuesComparison = " collate is in like glob between not isnull notnull escape regexp match ";
/// Words between which something stands that is a condition as a whole, and where it may begin and end otherwise.
constexpr std::string_view kBeforeCondition = " where and or not when on having ";
constexpr std::string_view kBehindCondition = " and or then ";
constexpr std::string_view kMayEndCondition =
    " where group having order limit window union intersect except join left right full inner cross natural end else ";

/// A bind that the catalog itself compares, as it knows the other side to be kept.
bool is_own_bind(std::string_view name) {
  return is_among(" account depot from previous timezone to workspace ", name.substr(0, name.find('_')));
}

/// The affinity that SQLite gives to the name of a type.
bool is_numeric_type(std::string_view type) {
  const std::string name = to_lower(type);
  if (name.find("int") != std::string_view::npos) return true;
  for (const char* part : {"char", "clob", "text", "blob"})
    if (name.find(part) != std::string_view::npos) return false;
  return !name.empty();
}

std::string_view function_of(std::string_view sign) {
  switch (sign.front()) {
    case '+':
      return "rc_sum";
    case '-':
      return "rc_difference";
    case '*':
      return "rc_product";
    case '/':
      return "rc_quotient";
    default:
      return "rc_remainder";
  }
}

class NumberChecker final : public SqlOperands {
 public:
  NumberChecker(std::string_view sql, std::span<const rows::Bind> binds)
      : SqlOperands(sql, rows::Dialect::sqlite), binds_(binds) {}

 private:
  Operand calculated(const Operand& left, const Operand& right) override {
    Part& sign = parts()[left.last + 1];
    parts()[left.first].before.insert(0, fmt::format("{}(", function_of(sign.token.text)));
    sign.instead = ",";
    parts()[right.last].after += fmt::format(", {}, {})", label_of(left), label_of(right));
    return {left.first, right.last, true};
  }

  void negated(const Operand& operand) override { check(operand, "rc_number"); }

  [[nodiscard]] bool gives_number(std::size_t name) const override { return is_word_of(name, kNumeric); }

  void called(std::size_t open, std::size_t close) override {
    const std::string& name = parts()[open - 1].word;
    const std::size_t comma = outermost(open, close, ",");
    const bool alone = comma == kNoToken;
    if (name == "cast") {
      const std::size_t as = outermost(open, close, "as");
      if (as != kNoToken && as > open + 1 && as + 1 < close && is_numeric_type(between(as + 1, close - 1)))
        check({open + 1, as - 1, false}, "rc_number");
      return;
    }
    if (close == open + 1) return;
    if (name == "abs" || name == "round") {
      check({open + 1, (alone ? close : comma) - 1, false}, "rc_number");
    } else if (name == "iif" && !alone) {
      check({open + 1, comma - 1, false}, "rc_truth");
    } else if (name == "rc_difference" && !alone) {
      parts()[close - 1].after +=
          fmt::format(", {}, {}", label_of({open + 1, comma - 1, false}), label_of({comma + 1, close - 1, false}));
    } else if ((name == "sum" || name == "avg" || name == "total" || name == "rc_whole" || name == "rc_number") && alone) {
      if (is(open + 1, "distinct") && open + 2 < close)
        check({open + 2, close - 1, false}, "rc_number");
      else if (!is(open + 1, "*"))
        parts()[close - 1].after += ", " + label_of({open + 1, close - 1, false});
    }
  }

  /// `WHERE paid AND …`, `paid IS TRUE`: text would be false without a word.
  void found(const Operand& operand, std::size_t begin, std::size_t end) override {
    if (is_condition(operand, begin, end)) check(without_parentheses(operand), "rc_truth");
  }

  [[nodiscard]] bool is_reference_or_call(const Operand& operand) const {
    std::size_t last = operand.first;
    if (operand.first > operand.last || !is_name(operand.first)) return false;
    while (last + 2 <= operand.last && is(last + 1, ".") && is_name(last + 2)) last += 2;
    return last == operand.last || (is(last + 1, "(") && parts()[last + 1].partner <= operand.last);
  }

  [[nodiscard]] bool is_condition(const Operand& operand, std::size_t begin, std::size_t end) const {
    const Operand bare = without_parentheses(operand);
    if (bare.number || !is_reference_or_call(bare) || parts()[bare.first].word.starts_with("rc_")) return false;
    const std::size_t next = operand.last + 1;
    std::size_t truth = next + 1;
    if (is(next, "is") && is(truth, "not")) ++truth;
    const bool held = is(next, "is") || is(next, "=") || is(next, "==") || is(next, "<>") || is(next, "!=");
    if (held && truth < end && (is(truth, "true") || is(truth, "false"))) return true;
    const bool starts = operand.first > begin && is_word_of(operand.first - 1, kBeforeCondition) &&
                        !(is(operand.first - 1, "not") && operand.first > 1 && is(operand.first - 2, "is"));
    const bool ends = next < end && is_word_of(next, kBehindCondition);
    const bool may_start = operand.first == begin || is(operand.first - 1, "select") || is(operand.first - 1, ",") ||
                           is(operand.first - 1, "then") || is(operand.first - 1, "else");
    const bool may_end = next >= end || is(next, ",") || is_word_of(next, kMayEndCondition);
    return (starts && (ends || may_end)) || (ends && may_start);
  }

  /// `paid = 1`, `'t' <> paid`, `paid IN (1, 2)`, `n BETWEEN 1 AND 9`: to SQLite, text and numbers differ without a word. It
  /// becomes `(rc_equals(…) AND paid = (SELECT 1))`, so that an index still serves it.
  void compared(const std::vector<Operand>& seen, bool closes_between, std::size_t begin, std::size_t end) override {
    if (seen.size() < (closes_between ? 3U : 2U)) return;
    const Operand& left = seen[seen.size() - (closes_between ? 3 : 2)];
    const Operand& right = seen.back();
    if (!may_be_compared(left.first, right.last, begin, end)) return;
    std::size_t sign = left.last + 1;
    const bool negated = is(sign, "not");
    if (negated) ++sign;
    std::string checks;
    if (closes_between) {
      const Operand& middle = seen[seen.size() - 2];
      if (!is(sign, "between") || middle.first != sign + 1 || right.first != middle.last + 2) return;
      std::vector<Operand> constants;
      for (const Operand& one : {middle, right})
        if (is_constant(one)) constants.push_back(one);
      checks = order_check(left, constants);
    } else if (is(sign, "in") && is(sign + 1, "(") && right.first == sign + 1) {
      const auto listed = constants_within(right);
      if (listed) checks = equality_check(left, source_of(right), *listed, "IN");
      if (!checks.empty() && listed->size() == 1) hide(listed->front());
    } else if (!negated) {
      const bool same = is(sign, "=") || is(sign, "==");
      const bool equal = same || is(sign, "<>") || is(sign, "!=") || is(sign, "is");
      const bool ordered = is(sign, "<") || is(sign, ">") || is(sign, "<=") || is(sign, ">=");
      if (is(sign, "is") && is(sign + 1, "not")) ++sign;
      if (right.first != sign + 1 || (!equal && !ordered)) return;
      const bool turned = is_constant(left);
      if (turned == is_constant(right)) return;
      const Operand& other = turned ? right : left;
      const Operand& constant = turned ? left : right;
      checks = equal ? equality_check(other, source_of(constant), {constant}, "=") : order_check(other, {constant});
      if (!checks.empty() && same) hide(constant);
    }
    if (checks.empty()) return;
    parts()[left.first].before.insert(0, fmt::format("({} AND ", checks));
    parts()[right.last].after += ")";
  }

  /// Where SQLite reads `a = 1 AND …`, it puts 1 for every other `a`, also within a check.
  void hide(const Operand& constant) {
    const bool collated = constant.last >= constant.first + 2 && is(constant.last - 1, "collate");  // which stays outside
    parts()[constant.first].before.insert(0, "(SELECT ");
    parts()[collated ? constant.last - 2 : constant.last].after += ")";
  }

  /// `CASE kind WHEN 1 THEN … END`.
  void chosen(const Operand& compared, const std::vector<Operand>& whens, std::size_t begin) override {
    const std::size_t end = parts()[begin].partner;
    std::string list;
    for (const Operand& when : whens) {
      if (!is_constant(when)) return;
      list += (list.empty() ? "(" : ", ") + source_of(when);
    }
    const std::string check = whens.empty() ? "" : equality_check(compared, list + ")", whens, "IN");
    if (check.empty()) return;
    parts()[begin].before.insert(0, fmt::format("CASE WHEN {} THEN ", check));
    parts()[end].after += " END";
  }

  /// No part of a longer comparison.
  [[nodiscard]] bool may_be_compared(std::size_t first, std::size_t last, std::size_t begin, std::size_t end) const {
    const bool starts = first == begin || is(first - 1, "(") || is(first - 1, ",") ||
                        (is_word_of(first - 1, kBeforeComparison) && !(is(first - 1, "not") && first > 1 && is(first - 2, "is")));
    const bool ends = last + 1 >= end || is(last + 1, ")") || is(last + 1, ",") ||
                      (is_kind(last + 1, Kind::word) && !is_word_of(last + 1, kContinuesComparison)) ||
                      is_kind(last + 1, Kind::quoted_name);
    return starts && ends;
  }
  /// A literal, a number with or without a sign, or the value of a parameter.
  [[nodiscard]] bool is_constant(const Operand& operand) const {
    std::size_t first = operand.first;
    if (first < operand.last && (is(first, "-") || is(first, "+"))) ++first;
    if (first != operand.last && !(is(first + 1, "collate") && first + 2 == operand.last)) return false;
    if (is_kind(first, Kind::bind)) return !is_own_bind(parts()[first].token.text.substr(1));
    return is_kind(first, Kind::literal) || is_kind(first, Kind::number);
  }
  /// nullopt: something else stands there too.
  [[nodiscard]] std::optional<std::vector<Operand>> constants_within(const Operand& list) const {
    std::vector<Operand> all;
    for (std::size_t i = list.first + 1; i < list.last; ++i) {
      Operand one{i, i, false};
      if (is(i, "-") || is(i, "+")) ++one.last;
      if (!is_constant(one) || (one.last + 1 < list.last && !is(one.last + 1, ","))) return std::nullopt;
      all.push_back(one);
      i = one.last + 1;
    }
    return all;
  }

  /// As which SQLite keeps it, as far as it can be told from the words.
  enum class Kept { unknown, number, text };
  [[nodiscard]] Kept kept(const Operand& operand) const {
    if (is_constant(operand))
      return is_kind(operand.last, Kind::number)    ? Kept::number
             : is_kind(operand.last, Kind::literal) ? Kept::text
             : is_kind(operand.last, Kind::bind)    ? bound(parts()[operand.last].token.text.substr(1))
                                                    : Kept::unknown;
    if (operand.number || (is_call(operand) && is_word_of(operand.first, kNumeric))) return Kept::number;
    if (!is_call(operand)) return Kept::unknown;
    if (is_word_of(operand.first, kTextual)) return Kept::text;
    const std::size_t as = is(operand.first, "cast") ? outermost(operand.first + 1, operand.last, "as") : kNoToken;
    if (as == kNoToken || as + 1 >= operand.last) return Kept::unknown;
    if (is_numeric_type(source_of({as + 1, operand.last - 1, false}))) return Kept::number;
    return is(as + 1, "text") ? Kept::text : Kept::unknown;
  }
  [[nodiscard]] Kept bound(std::string_view name) const {
    const auto bind = std::find_if(binds_.begin(), binds_.end(), [&](const rows::Bind& one) { return one.name == name; });
    if (bind == binds_.end() || std::holds_alternative<std::monostate>(bind->value)) return Kept::unknown;
    return std::holds_alternative<std::int64_t>(bind->value) ? Kept::number : Kept::text;
  }
  [[nodiscard]] bool is_call(const Operand& operand) const {
    return is_kind(operand.first, Kind::word) && is(operand.first + 1, "(") && parts()[operand.first + 1].partner == operand.last;
  }

  /// What is compared may be kept otherwise than the constants, and can be evaluated once more.
  [[nodiscard]] bool needs_check(const Operand& compared, const std::vector<Operand>& constants) const {
    if (is_constant(compared) || constants.empty()) return false;
    for (std::size_t i = compared.first; i <= compared.last; ++i)
      for (const char* word : {"select", "over", "random", "true", "false", "null"})
        if (is(i, word)) return false;
    const Kept all = kept(without_parentheses(compared));
    const auto fits = [&](const Operand& one) { return kept(one) == all || is_kind(one.last, Kind::bind); };
    return all == Kept::unknown || !std::all_of(constants.begin(), constants.end(), fits);
  }
  /// SQLite may convert what a column is compared with, by the type of the column; nothing else is converted.
  [[nodiscard]] bool may_convert(const Operand& compared) const { return !is_call(compared) || is(compared.first, "cast"); }
  [[nodiscard]] std::string equality_check(const Operand& compared, const std::string& with,
                                           const std::vector<Operand>& constants, std::string_view op) const {
    if (!needs_check(compared, constants)) return {};
    const std::string value = source_of(compared);
    const std::string outcome = may_convert(compared) ? fmt::format("{} {} {}", value, op, with) : "NULL";
    std::string check = fmt::format("rc_equals({}, {}, {}", value, literal_of(compared), outcome);
    for (const Operand& one : constants) check += ", " + source_of(one);
    return unless_alike(compared, constants, check + ")");
  }
  [[nodiscard]] std::string order_check(const Operand& compared, const std::vector<Operand>& constants) const {
    const std::string value = source_of(compared);
    std::string checks;
    for (const Operand& one : constants) {
      if (!needs_check(compared, {one})) continue;
      const std::string outcome =
          may_convert(compared) ? fmt::format("({0} > {1}) - ({0} < {1})", value, source_of(one)) : "NULL";
      checks += fmt::format("{}rc_orders({}, {}, {}, {})", checks.empty() ? "" : " AND ", value, literal_of(compared), outcome,
                            source_of(one));
    }
    return checks.empty() ? checks : unless_alike(compared, constants, checks);
  }
  /// A call for every row is what checks cost. Numbers sort before all text, and text before blobs: what lies where the constants
  /// do is kept as they are.
  [[nodiscard]] std::string unless_alike(const Operand& compared, const std::vector<Operand>& constants,
                                         const std::string& check) const {
    const Kept all = kept(constants.front());
    const auto alike = [&](const Operand& one) { return kept(one) == all; };
    if (all == Kept::unknown || !std::all_of(constants.begin(), constants.end(), alike)) return check;
    return fmt::format("({} {} OR {})", source_of(compared), all == Kept::number ? "< ''" : "BETWEEN '' AND '\U0010FFFF'", check);
  }

  void check(const Operand& operand, std::string_view function) {
    const auto [first, last, number] = operand;
    if (number || first > last) return;
    if (first == last && !is_kind(first, Kind::word) && !is_kind(first, Kind::quoted_name)) return;
    if (is_word_of(first, " null true false ") && first == last) return;
    if (is(first + 1, "(") && parts()[first + 1].partner == last && is_word_of(first, kNumeric)) return;
    parts()[first].before.insert(0, fmt::format("{}(", function));
    parts()[last].after += fmt::format(", {})", label_of(operand));
  }

  /// Its name as a literal; '' for what is a number.
  [[nodiscard]] std::string label_of(const Operand& operand) const { return operand.number ? "''" : literal_of(operand); }
  [[nodiscard]] std::string literal_of(const Operand& operand) const {
    return rows::sql_literal(name_of(operand.first, operand.last));
  }
  [[nodiscard]] std::string source_of(const Operand& operand) const { return std::string(between(operand.first, operand.last)); }

  std::span<const rows::Bind> binds_;
};

}  // namespace

std::string with_checked_numbers(std::string_view sql, std::span<const rows::Bind> binds) {
  return NumberChecker(sql, binds).text();
}

}  // namespace reportctl::source
