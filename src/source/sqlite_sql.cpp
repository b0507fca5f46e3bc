// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/dialect.hpp"

namespace reportctl::source {
namespace {

constexpr std::size_t kNoToken = std::string_view::npos;
constexpr std::size_t kLongestName = 60;

enum class TokenKind { word, quoted, literal, number, bind, sign };
struct SqlToken {
  TokenKind kind;
  std::string_view text;
  std::string word = {};           ///< in lower case, of a word
  std::size_t partner = kNoToken;  ///< of ( and ), CASE and END: the other one
  std::size_t behind_space = 0;    ///< where the space and the comments before it begin
};

bool is_digit_sign(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_word_part(char c) { return is_word_start(c) || is_digit_sign(c) || c == '$'; }

/// Cuts a statement into its tokens.
class SqliteLexer {
 public:
  explicit SqliteLexer(std::string_view sql) : sql_(sql) {}

  std::vector<SqlToken> tokens() {
    std::vector<SqlToken> all;
    std::size_t before = 0;
    while (skip_space(), at_ < sql_.size()) {
      const std::size_t from = at_;
      SqlToken token{take(), sql_.substr(from, at_ - from)};
      token.behind_space = before;
      if (token.kind == TokenKind::word) token.word = to_lower(token.text);
      all.push_back(std::move(token));
      before = at_;
    }
    return all;
  }

 private:
  [[nodiscard]] char at(std::size_t i) const { return i < sql_.size() ? sql_[i] : '\0'; }

  void skip_space() {
    while (at_ < sql_.size()) {
      const auto rest = sql_.substr(at_);
      if (rest.starts_with("--")) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
      } else if (rest.starts_with("/*")) {
        const std::size_t end = sql_.find("*/", at_ + 2);
        at_ = end == kNoToken ? sql_.size() : end + 2;
      } else if (sql_[at_] == ' ' || (sql_[at_] >= '\t' && sql_[at_] <= '\r')) {
        ++at_;
      } else {
        return;
      }
    }
  }

  TokenKind take() {
    const char c = sql_[at_];
    if ((c == 'x' || c == 'X') && at(at_ + 1) == '\'') return ++at_, quoted('\''), TokenKind::literal;
    if (is_word_start(c)) {
      while (is_word_part(at(at_))) ++at_;
      return TokenKind::word;
    }
    if (c == '\'') return quoted('\''), TokenKind::literal;
    if (c == '"' || c == '`') return quoted(c), TokenKind::quoted;
    if (c == '[') {
      at_ = std::min(sql_.find(']', at_), sql_.size() - 1) + 1;
      return TokenKind::quoted;
    }
    if (is_digit_sign(c) || (c == '.' && is_digit_sign(at(at_ + 1)))) {
      while (is_word_part(at(at_)) || at(at_) == '.') ++at_;  // of 1e-3 this is 1e: a number all the same
      return TokenKind::number;
    }
    if ((c == ':' || c == '@' || c == '$' || c == '?') && (c == '?' || is_word_part(at(at_ + 1)))) {
      ++at_;
      while (is_word_part(at(at_))) ++at_;
      return TokenKind::bind;
    }
    for (const std::string_view sign : {"->>", "->", "||", "<<", ">>", "<=", ">=", "==", "!=", "<>"}) {
      if (!sql_.substr(at_).starts_with(sign)) continue;
      at_ += sign.size();
      return TokenKind::sign;
    }
    ++at_;
    return TokenKind::sign;
  }

  /// Up to and with the closing quote; a doubled one is part of the text.
  void quoted(char quote) {
    ++at_;
    while (at_ < sql_.size()) {
      if (sql_[at_++] != quote) continue;
      if (at(at_) != quote) return;
      ++at_;
    }
  }

  std::string_view sql_;
  std::size_t at_ = 0;
};

/// Words after which an operand begins, so that a minus is a sign, a star no product, and a parenthesis no call.
constexpr std::string_view kBeforeOperand =
    " all and as between by case cross distinct else escape except exists filter from full glob group having if in inner "
    "intersect is "
    "isnull join left like limit match natural not notnull offset on or order outer over partition regexp returning right select "
    "set then union using values when where window with ";
/// Functions whose values are numbers without a look.
constexpr std::string_view kNumeric =
    " avg count cume_dist dense_rank instr julianday length ntile percent_rank rank rc_difference rc_number rc_seconds_between "
    "rc_whole row_number "
    "sum total unicode unixepoch ";

bool is_among(std::string_view list, std::string_view word) { return list.find(fmt::format(" {} ", word)) != kNoToken; }

/// The affinity that SQLite gives to the name of a type.
bool is_numeric_type(std::string_view type) {
  const std::string name = to_lower(type);
  if (name.find("int") != kNoToken) return true;
  for (const char* part : {"char", "clob", "text", "blob"})
    if (name.find(part) != kNoToken) return false;
  return !name.empty();
}

class NumberChecker {
 public:
  explicit NumberChecker(std::string_view sql) : sql_(sql), tokens_(SqliteLexer(sql).tokens()) { pair_up(); }

  std::string text() {
    for (std::size_t i = 0; i < tokens_.size(); ++i) look_at(i);
    std::string out;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::size_t begin = offset(i);
      out += sql_.substr(tokens_[i].behind_space, begin - tokens_[i].behind_space);
      for (const Range& range : ranges_)  // of one beginning the longest comes first
        if (range.first == i) out += "rc_number(";
      out += tokens_[i].text;
      // Of one end the shortest comes first.
      for (auto range = ranges_.rbegin(); range != ranges_.rend(); ++range)
        if (range->last == i) out += fmt::format(", {})", name_of(*range));
      for (const Range& named : named_)
        if (named.last == i) out += fmt::format(", {}", name_of(named));
    }
    if (!tokens_.empty()) out += sql_.substr(offset(tokens_.size() - 1) + tokens_.back().text.size());
    return out;
  }

 private:
  /// Tokens that are one expression.
  struct Range {
    std::size_t first;
    std::size_t last;
    friend bool operator<(const Range& a, const Range& b) { return a.first != b.first ? a.first < b.first : a.last > b.last; }
  };

  [[nodiscard]] std::size_t offset(std::size_t i) const { return static_cast<std::size_t>(tokens_[i].text.data() - sql_.data()); }
  [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
    return i < tokens_.size() && tokens_[i].kind != TokenKind::literal && tokens_[i].kind != TokenKind::quoted &&
           (tokens_[i].kind == TokenKind::word ? tokens_[i].word == text : tokens_[i].text == text);
  }
  [[nodiscard]] bool is_name(std::size_t i) const {
    if (i >= tokens_.size()) return false;
    return tokens_[i].kind == TokenKind::quoted ||
           (tokens_[i].kind == TokenKind::word && !is_among(kBeforeOperand, tokens_[i].word));
  }
  [[nodiscard]] bool ends_operand(std::size_t i) const {
    return i < tokens_.size() && (is_name(i) || is(i, ")") || tokens_[i].kind == TokenKind::number ||
                                  tokens_[i].kind == TokenKind::bind || tokens_[i].kind == TokenKind::literal);
  }
  /// The parenthesis at `i` opens the arguments of a function.
  [[nodiscard]] bool is_call(std::size_t i) const { return i > 0 && is(i, "(") && is_name(i - 1) && !is(i - 1, "end"); }

  void pair_up() {
    std::vector<std::size_t> open;
    const auto close = [&](std::size_t i, std::string_view opener) {
      if (open.empty() || !is(open.back(), opener)) return;
      tokens_[i].partner = open.back();
      tokens_[open.back()].partner = i;
      open.pop_back();
    };
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      if (is(i, "(") || is(i, "case")) open.push_back(i);
      if (is(i, ")")) close(i, "(");
      if (is(i, "end")) close(i, "case");
    }
  }

  void look_at(std::size_t i) {
    if (is(i, "(") && i > 0 && tokens_[i].partner != kNoToken) return look_at_call(i);
    if (!is(i, "+") && !is(i, "-") && !is(i, "*") && !is(i, "/") && !is(i, "%")) return;
    const bool binary = i > 0 && ends_operand(i - 1);
    if (!binary && !is(i, "-")) return;
    if (!binary && is(i + 1, "-")) return;  // the next minus looks for itself
    if (binary) check(operand_before(i));
    check(operand_after(i));
  }

  void look_at_call(std::size_t open) {
    const std::string& name = tokens_[open - 1].word;
    const std::size_t last = tokens_[open].partner - 1;
    if (last == open) return;
    if (name == "cast") {
      const std::size_t as = outermost(open, "as");
      if (as != kNoToken && as > open + 1 && as < last &&
          is_numeric_type(sql_.substr(offset(as + 1), offset(last) + tokens_[last].text.size() - offset(as + 1))))
        check(Range{open + 1, as - 1});
    } else if (name == "abs" || name == "round") {
      const std::size_t comma = outermost(open, ",");
      check(Range{open + 1, comma == kNoToken ? last : comma - 1});
    } else if (const std::size_t comma = name == "rc_difference" ? outermost(open, ",") : kNoToken; comma != kNoToken) {
      check(Range{open + 1, comma - 1});
      check(Range{comma + 1, last});
    } else if ((name == "sum" || name == "avg" || name == "total" || name == "rc_whole" || name == "rc_number") &&
               outermost(open, ",") == kNoToken) {
      if (is(open + 1, "distinct") && open + 1 < last)
        check(Range{open + 2, last});
      else if (!is(open + 1, "*"))
        named_.push_back({open + 1, last});
    }
  }

  /// The first token of that text between the parenthesis and its partner, outside of inner parentheses and CASE; kNoToken: there
  /// is none.
  [[nodiscard]] std::size_t outermost(std::size_t open, std::string_view text) const {
    for (std::size_t i = open + 1; i < tokens_[open].partner; ++i) {
      if (is(i, text)) return i;
      if (tokens_[i].partner != kNoToken && tokens_[i].partner > i) i = tokens_[i].partner;
    }
    return kNoToken;
  }

  /// `a.b`, `f(…) FILTER (…) OVER (…)`, `(…)`, `CASE … END` that ends before the operator; nullopt: it needs no check, or is none
  /// of these.
  [[nodiscard]] std::optional<Range> operand_before(std::size_t sign) const {
    const std::size_t last = sign - 1;
    std::size_t first = last;
    while (true) {  // the window and the filter of a function
      const bool name_of_window = is_name(first) && first > 0 && is(first - 1, "over");
      const std::size_t open = name_of_window ? first : is(first, ")") ? tokens_[first].partner : kNoToken;
      if (open == kNoToken || open < 2 || !(name_of_window || is(open - 1, "over") || is(open - 1, "filter"))) break;
      first = open - 2;
    }
    if (is(first, ")") || is(first, "end")) {
      const bool closes = is(first, ")");
      first = tokens_[first].partner;
      if (first == kNoToken) return std::nullopt;
      if (closes && is_call(first)) --first;
      if (closes && first > 0 && is(first - 1, "exists")) return std::nullopt;
    } else if (is_name(first)) {
      while (first >= 2 && is(first - 1, ".") && is_name(first - 2)) first -= 2;
    } else {
      return std::nullopt;
    }
    if (first > 0 && (binds_tighter(first - 1) || is(first - 1, "collate"))) return std::nullopt;
    return Range{first, last};
  }

  [[nodiscard]] std::optional<Range> operand_after(std::size_t sign) const {
    std::size_t first = sign + 1;
    while (is(first, "-") || is(first, "+")) ++first;
    std::size_t last = first;
    if (is(first, "case") || is(first, "(")) {
      last = tokens_[first].partner;
    } else if (is_name(first)) {
      while (is(last + 1, ".") && is_name(last + 2)) last += 2;
      if (is(last + 1, "(")) last = tokens_[last + 1].partner;
    } else {
      return std::nullopt;
    }
    if (last == kNoToken) return std::nullopt;
    if (is(last + 1, "filter") && is(last + 2, "(")) last = tokens_[last + 2].partner;
    if (last != kNoToken && is(last + 1, "over")) last = is(last + 2, "(") ? tokens_[last + 2].partner : last + 2;
    if (last == kNoToken || last >= tokens_.size() || binds_tighter(last + 1) || is(last + 1, "collate")) return std::nullopt;
    return Range{first, last};
  }

  [[nodiscard]] bool binds_tighter(std::size_t i) const { return is(i, "||") || is(i, "->") || is(i, "->>"); }

  void check(std::optional<Range> range) {
    if (!range) return;
    const auto [first, last] = *range;
    if (first > last) return;
    if (first == last && tokens_[first].kind != TokenKind::word && tokens_[first].kind != TokenKind::quoted) return;
    if (first == last && (is(first, "null") || is(first, "true") || is(first, "false"))) return;
    if (is(first + 1, "(") && tokens_[first + 1].partner == last && is_among(kNumeric, tokens_[first].word)) return;
    ranges_.insert(*range);
  }

  /// As it was written, on one line, for a literal.
  [[nodiscard]] std::string name_of(Range range) const {
    std::string name;
    for (std::size_t i = range.first; i <= range.last && name.size() <= kLongestName; ++i) {
      if (i > range.first && tokens_[i].behind_space != offset(i)) name += ' ';
      name += tokens_[i].text;
    }
    if (name.size() > kLongestName) name = repair_utf8(name.substr(0, kLongestName)) + "…";
    return rows::sql_literal(name);
  }

  std::string_view sql_;
  std::vector<SqlToken> tokens_;
  std::set<Range> ranges_;
  std::vector<Range> named_;
};

}  // namespace

std::string with_checked_numbers(std::string_view sql) { return NumberChecker(sql).text(); }

}  // namespace reportctl::source
