// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: one class, which goes over the tokens once and judges each operand by what stands around it.
#include "sqlite_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::source {
namespace {

using Kind = rows::SqlToken::Kind;

constexpr std::size_t kNoToken = std::string_view::npos;
constexpr std::size_t kLongestName = 60;

/// Words after which an operand begins, or that are none, so that a minus is a sign, a star no product, and a parenthesis no
/// call.
constexpr std::string_view kNoOperand =
    " all and as between by case cross distinct else end escape except exists filter from full glob group having if in inner "
    "intersect is isnull join left like limit match materialized natural not notnull offset on or order outer over partition "
    "regexp returning "
    "right select set then union using values when where window with ";
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

bool is_among(std::string_view list, std::string_view word) { return list.find(fmt::format(" {} ", word)) != kNoToken; }

/// A bind that the catalog itself compares, as it knows the other side to be kept.
bool is_own_bind(std::string_view name) {
  return is_among(" account depot from previous timezone to workspace ", name.substr(0, name.find('_')));
}

/// The affinity that SQLite gives to the name of a type.
bool is_numeric_type(std::string_view type) {
  const std::string name = to_lower(type);
  if (name.find("int") != kNoToken) return true;
  for (const char* part : {"char", "clob", "text", "blob"})
    if (name.find(part) != kNoToken) return false;
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

class NumberChecker {
 public:
  explicit NumberChecker(std::string_view sql) : sql_(sql) {
    for (const rows::SqlToken& token : rows::sql_tokens(sql, rows::Dialect::sqlite)) {
      parts_.push_back({token});
      if (token.kind == Kind::word) parts_.back().word = to_lower(token.text);
    }
    pair_up();
  }

  std::string text() {
    scan(0, parts_.size());
    std::string out;
    std::size_t behind = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      out += sql_.substr(behind, offset(i) - behind);
      behind = end_of(i);
      out += parts_[i].before;
      out += parts_[i].instead.empty() ? parts_[i].token.text : parts_[i].instead;
      out += parts_[i].after;
    }
    return out.append(sql_.substr(behind));
  }

 private:
  struct Part {
    rows::SqlToken token;
    std::string word = {};           ///< in lower case, of a word
    std::size_t partner = kNoToken;  ///< of ( and ), CASE and END: the other one
    std::string before = {};         ///< what is written there, the outermost first
    std::string_view instead = {};
    std::string after = {};  ///< the outermost last
  };
  /// Tokens that are one expression.
  struct Operand {
    std::size_t first;
    std::size_t last;
    bool number;  ///< SQLite or a function of our own has looked at it
  };

  [[nodiscard]] std::size_t offset(std::size_t i) const {
    return static_cast<std::size_t>(parts_[i].token.text.data() - sql_.data());
  }
  [[nodiscard]] std::size_t end_of(std::size_t i) const { return offset(i) + parts_[i].token.text.size(); }
  [[nodiscard]] bool is_kind(std::size_t i, Kind kind) const { return i < parts_.size() && parts_[i].token.kind == kind; }
  [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
    return (is_kind(i, Kind::word) && parts_[i].word == text) || (is_kind(i, Kind::sign) && parts_[i].token.text == text);
  }
  [[nodiscard]] bool is_word_of(std::size_t i, std::string_view list) const {
    return is_kind(i, Kind::word) && is_among(list, parts_[i].word);
  }
  [[nodiscard]] bool is_name(std::size_t i) const {
    return is_kind(i, Kind::quoted_name) || (is_kind(i, Kind::word) && !is_among(kNoOperand, parts_[i].word));
  }

  void pair_up() {
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
  void scan(std::size_t begin, std::size_t end) {
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
      if (!closes_between && !is_when) look_at_condition(*operand, begin, end);
      seen.push_back(*operand);
      look_at_comparison(seen, closes_between, begin, end);
      i = operand->last + 1;
    }
    if (simple_case && !seen.empty() && seen.front().first == begin) look_at_case(seen.front(), whens, begin - 1);
  }

  /// `a + b - c`: the chains bind to the left.
  std::optional<Operand> sum(std::size_t i, std::size_t end) {
    auto left = product(i, end);
    while (left && left->last + 1 < end && (is(left->last + 1, "+") || is(left->last + 1, "-"))) {
      const auto right = product(left->last + 2, end);
      if (!right) break;
      left = calculated(*left, *right);
    }
    return left;
  }

  std::optional<Operand> product(std::size_t i, std::size_t end) {
    auto left = factor(i, end);
    while (left && left->last + 1 < end && (is(left->last + 1, "*") || is(left->last + 1, "/") || is(left->last + 1, "%"))) {
      const auto right = factor(left->last + 2, end);
      if (!right) break;
      left = calculated(*left, *right);
    }
    return left;
  }

  Operand calculated(const Operand& left, const Operand& right) {
    Part& sign = parts_[left.last + 1];
    parts_[left.first].before.insert(0, fmt::format("{}(", function_of(sign.token.text)));
    sign.instead = ",";
    parts_[right.last].after += fmt::format(", {}, {})", name_of(left), name_of(right));
    return {left.first, right.last, true};
  }

  /// Signs, an operand, COLLATE, and what || and -> add to it.
  std::optional<Operand> factor(std::size_t i, std::size_t end) {
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

  std::optional<Operand> signed_primary(std::size_t i, std::size_t end) {
    const std::size_t first = i;
    while (i < end && (is(i, "-") || is(i, "+") || is(i, "~"))) ++i;
    const auto operand = primary(i, end);
    if (!operand || i == first) return operand;
    if (is(i - 1, "-")) check(*operand, "rc_number");
    return Operand{first, operand->last, is(first, "-")};
  }

  std::optional<Operand> primary(std::size_t i, std::size_t end) {
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
  std::optional<Operand> enclosed(std::size_t first, std::size_t open, std::size_t end) {
    const std::size_t close = parts_[open].partner;
    if (close == kNoToken || close >= end || close < open) return std::nullopt;
    scan(open + 1, close);
    return Operand{first, close, false};
  }

  std::optional<Operand> call(std::size_t first, std::size_t open, std::size_t end) {
    const std::size_t close = parts_[open].partner;
    if (close == kNoToken || close >= end || close < open) return std::nullopt;
    look_at_arguments(open, close);
    Operand all{first, close, is_word_of(open - 1, kNumeric)};
    for (const std::string_view word : {"filter", "over"}) {
      if (!is(all.last + 1, word) || all.last + 2 >= end) continue;
      if (const auto more = is(all.last + 2, "(") ? enclosed(first, all.last + 2, end) : std::nullopt)
        all.last = more->last;
      else if (word == "over" && is_name(all.last + 2))
        all.last += 2;
    }
    return all;
  }

  void look_at_arguments(std::size_t open, std::size_t close) {
    const std::string& name = parts_[open - 1].word;
    const std::size_t comma = outermost(open, close, ",");
    const bool alone = comma == kNoToken;
    if (name == "cast") {
      const std::size_t as = outermost(open, close, "as");
      scan(open + 1, as == kNoToken ? close : as);
      if (as != kNoToken && as > open + 1 && as + 1 < close &&
          is_numeric_type(sql_.substr(offset(as + 1), end_of(close - 1) - offset(as + 1))))
        check({open + 1, as - 1, false}, "rc_number");
      return;
    }
    scan(open + 1, close);
    if (close == open + 1) return;
    if (name == "abs" || name == "round") {
      check({open + 1, (alone ? close : comma) - 1, false}, "rc_number");
    } else if (name == "iif" && !alone) {
      check({open + 1, comma - 1, false}, "rc_truth");
    } else if (name == "rc_difference" && !alone) {
      parts_[close - 1].after +=
          fmt::format(", {}, {}", name_of({open + 1, comma - 1, false}), name_of({comma + 1, close - 1, false}));
    } else if ((name == "sum" || name == "avg" || name == "total" || name == "rc_whole" || name == "rc_number") && alone) {
      if (is(open + 1, "distinct") && open + 2 < close)
        check({open + 2, close - 1, false}, "rc_number");
      else if (!is(open + 1, "*"))
        parts_[close - 1].after += ", " + name_of({open + 1, close - 1, false});
    }
  }

  /// The first token of that text between the parentheses, outside of inner ones and CASE; kNoToken: there is none.
  [[nodiscard]] std::size_t outermost(std::size_t open, std::size_t close, std::string_view text) const {
    for (std::size_t i = open + 1; i < close; ++i) {
      if (is(i, text)) return i;
      if (parts_[i].partner != kNoToken && parts_[i].partner > i) i = parts_[i].partner;
    }
    return kNoToken;
  }

  /// `WHERE paid AND …`, `paid IS TRUE`: text would be false without a word. `begin` and `end`: of what is enclosed with it.
  void look_at_condition(const Operand& found, std::size_t begin, std::size_t end) {
    if (is_condition(found, begin, end)) check(without_parentheses(found), "rc_truth");
  }

  /// `(paid)` is `paid`, where nothing else stands in the parentheses.
  [[nodiscard]] Operand without_parentheses(Operand operand) const {
    while (is(operand.first, "(") && parts_[operand.first].partner == operand.last) {
      ++operand.first;
      --operand.last;
    }
    return operand;
  }
  [[nodiscard]] bool is_reference_or_call(const Operand& operand) const {
    std::size_t last = operand.first;
    if (operand.first > operand.last || !is_name(operand.first)) return false;
    while (last + 2 <= operand.last && is(last + 1, ".") && is_name(last + 2)) last += 2;
    return last == operand.last || (is(last + 1, "(") && parts_[last + 1].partner <= operand.last);
  }

  [[nodiscard]] bool is_condition(const Operand& operand, std::size_t begin, std::size_t end) const {
    const Operand bare = without_parentheses(operand);
    if (bare.number || !is_reference_or_call(bare) || parts_[bare.first].word.starts_with("rc_")) return false;
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
  void look_at_comparison(const std::vector<Operand>& seen, bool closes_between, std::size_t begin, std::size_t end) {
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
      for (const Operand& one : {middle, right}) {
        const std::string check = is_constant(one) ? order_check(left, one) : "";
        if (!check.empty()) checks += (checks.empty() ? "" : " AND ") + check;
      }
    } else if (is(sign, "in") && is(sign + 1, "(") && right.first == sign + 1) {
      const auto listed = constants_within(right);
      if (listed) checks = equality_check(left, written(right), *listed, "IN");
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
      checks = equal ? equality_check(other, written(constant), {constant}, "=") : order_check(other, constant);
      if (!checks.empty() && same) hide(constant);
    }
    if (checks.empty()) return;
    parts_[left.first].before.insert(0, fmt::format("({} AND ", checks));
    parts_[right.last].after += ")";
  }

  /// Where SQLite reads `a = 1 AND …`, it puts 1 for every other `a`, also within a check.
  void hide(const Operand& constant) {
    const bool collated = constant.last >= constant.first + 2 && is(constant.last - 1, "collate");  // which stays outside
    parts_[constant.first].before.insert(0, "(SELECT ");
    parts_[collated ? constant.last - 2 : constant.last].after += ")";
  }

  /// `CASE kind WHEN 1 THEN … END`.
  void look_at_case(const Operand& compared, const std::vector<Operand>& whens, std::size_t begin) {
    const std::size_t end = parts_[begin].partner;
    std::string list;
    for (const Operand& when : whens) {
      if (!is_constant(when)) return;
      list += (list.empty() ? "(" : ", ") + written(when);
    }
    const std::string check = whens.empty() ? "" : equality_check(compared, list + ")", whens, "IN");
    if (check.empty()) return;
    parts_[begin].before.insert(0, fmt::format("CASE WHEN {} THEN ", check));
    parts_[end].after += " END";
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
    if (is_kind(first, Kind::bind)) return !is_own_bind(parts_[first].token.text.substr(1));
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
                                                    : Kept::unknown;
    if (operand.number || (is_call(operand) && is_word_of(operand.first, kNumeric))) return Kept::number;
    if (!is_call(operand)) return Kept::unknown;
    if (is_word_of(operand.first, kTextual)) return Kept::text;
    const std::size_t as = is(operand.first, "cast") ? outermost(operand.first + 1, operand.last, "as") : kNoToken;
    if (as == kNoToken || as + 1 >= operand.last) return Kept::unknown;
    if (is_numeric_type(written({as + 1, operand.last - 1, false}))) return Kept::number;
    return is(as + 1, "text") ? Kept::text : Kept::unknown;
  }
  [[nodiscard]] bool is_call(const Operand& operand) const {
    return is_kind(operand.first, Kind::word) && is(operand.first + 1, "(") && parts_[operand.first + 1].partner == operand.last;
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
    const std::string value = written(compared);
    const std::string outcome = may_convert(compared) ? fmt::format("{} {} {}", value, op, with) : "NULL";
    std::string check = fmt::format("rc_equals({}, {}, {}", value, literal_of(compared), outcome);
    for (const Operand& one : constants) check += ", " + written(one);
    return check + ")";
  }
  [[nodiscard]] std::string order_check(const Operand& compared, const Operand& constant) const {
    if (!needs_check(compared, {constant})) return {};
    const std::string value = written(compared);
    const std::string outcome =
        may_convert(compared) ? fmt::format("({0} > {1}) - ({0} < {1})", value, written(constant)) : "NULL";
    return fmt::format("rc_orders({}, {}, {}, {})", value, literal_of(compared), outcome, written(constant));
  }
  [[nodiscard]] std::string written(const Operand& operand) const {
    return std::string(sql_.substr(offset(operand.first), end_of(operand.last) - offset(operand.first)));
  }

  void check(const Operand& operand, std::string_view function) {
    const auto [first, last, number] = operand;
    if (number || first > last) return;
    if (first == last && !is_kind(first, Kind::word) && !is_kind(first, Kind::quoted_name)) return;
    if (is_word_of(first, " null true false ") && first == last) return;
    if (is(first + 1, "(") && parts_[first + 1].partner == last && is_word_of(first, kNumeric)) return;
    parts_[first].before.insert(0, fmt::format("{}(", function));
    parts_[last].after += fmt::format(", {})", name_of(operand));
  }

  /// As it was written, on one line, for a literal; '' for what is a number.
  [[nodiscard]] std::string name_of(const Operand& operand) const { return operand.number ? "''" : literal_of(operand); }
  [[nodiscard]] std::string literal_of(const Operand& operand) const {
    std::string name;
    for (std::size_t i = operand.first; i <= operand.last && name.size() <= kLongestName; ++i) {
      if (i > operand.first && end_of(i - 1) != offset(i)) name += ' ';
      name += parts_[i].token.text;
    }
    if (name.size() > kLongestName) name = repair_utf8(name.substr(0, kLongestName)) + "…";
    return rows::sql_literal(name);
  }

  std::string_view sql_;
  std::vector<Part> parts_;
};

}  // namespace

std::string with_checked_numbers(std::string_view sql) { return NumberChecker(sql).text(); }

}  // namespace reportctl::source
