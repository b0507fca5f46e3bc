// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "calculations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using rows::SqlToken;
constexpr std::size_t kNoPartner = std::string_view::npos;

/// Words that are no operand and no function.
constexpr std::string_view kNoOperands =
    " all and any as asc at between by case collate cross desc distinct else end except exists fetch filter following for from "
    "full group having ilike in inner intersect is isnull join lateral left like limit natural not notnull null offset on or "
    "order outer over partition preceding range right row rows select similar some then union unknown using when where window "
    "with within zone ";
constexpr std::string_view kRounding = " ceil ceiling floor round trunc ";
constexpr std::string_view kMoments = " date_part extract to_timestamp ";
constexpr std::string_view kIntegers = " bigint int int2 int4 int8 integer smallint ";

bool has_word(std::string_view list, std::string_view word) { return list.find(fmt::format(" {} ", word)) != kNoPartner; }

class CalculationFinder {
 public:
  explicit CalculationFinder(const std::vector<SqlToken>& tokens) : tokens_(tokens), partners_(tokens.size(), kNoPartner) {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      words_.push_back(tokens_[i].kind == Kind::word ? to_lower(tokens_[i].text) : std::string());
      if (is(i, "(") || is(i, "[") || is(i, "case")) open.push_back(i);
      if ((is(i, ")") || is(i, "]") || is(i, "end")) && !open.empty()) {
        partners_[open.back()] = i;
        open.pop_back();
      }
    }
  }

  std::vector<Calculation> find() {
    scan(0, tokens_.size());
    return std::move(found_);
  }

 private:
  using Kind = SqlToken::Kind;

  [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
    if (i >= tokens_.size()) return false;
    return tokens_[i].kind == Kind::word ? words_[i] == text : tokens_[i].kind == Kind::sign && tokens_[i].text == text;
  }
  [[nodiscard]] bool is_word_of(std::size_t i, std::string_view list) const {
    return i < tokens_.size() && tokens_[i].kind == Kind::word && has_word(list, words_[i]);
  }
  [[nodiscard]] bool is_name(std::size_t i) const {
    if (i >= tokens_.size()) return false;
    return tokens_[i].kind == Kind::quoted_name || (tokens_[i].kind == Kind::word && !has_word(kNoOperands, words_[i]));
  }
  [[nodiscard]] bool is_operator(std::size_t i) const {
    return std::any_of(kOperators.begin(), kOperators.end(), [&](std::string_view one) { return is(i, one); });
  }

  void scan(std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end;) {
      const auto last = chain(i, end);
      i = last ? *last + 1 : i + 1;
    }
  }

  /// The last token of `a + b * c`, from its first one; nullopt: no operand begins there.
  std::optional<std::size_t> chain(std::size_t first, std::size_t end) {
    auto last = operand(first, end);
    bool calculates = false;
    while (last && *last + 2 < end && is_operator(*last + 1)) {
      const auto next = operand(*last + 2, end);
      if (!next) break;
      last = next;
      calculates = true;
    }
    if (calculates) add(first, *last);
    return last;
  }

  std::optional<std::size_t> operand(std::size_t first, std::size_t end) {
    std::size_t i = first;
    while (i < end && (is(i, "-") || is(i, "+"))) ++i;
    if (i >= end) return std::nullopt;
    std::size_t last = i;
    const Kind kind = tokens_[i].kind;
    if (is(i, "(") || is(i, "case")) {
      if (!enclosed(i, last, end)) return std::nullopt;
    } else if (is_name(i)) {
      while (is(last + 1, ".") && is_name(last + 2)) last += 2;
      const std::size_t name = last;
      if (is(last + 1, "(") && enclosed(last + 1, last, end)) look_at_call(name, last);
      if (last < end && last + 1 < end && tokens_[last + 1].kind == Kind::literal) ++last;  // date '2026-01-01'
    } else if (kind != Kind::number && kind != Kind::literal && kind != Kind::bind && !is(i, "null")) {
      return std::nullopt;
    }
    last = suffixes(first, last, end);
    return last < end ? std::optional(last) : std::nullopt;
  }

  /// What is written behind an operand and belongs to it: casts, subscripts, FILTER, OVER, COLLATE, AT TIME ZONE.
  std::size_t suffixes(std::size_t first, std::size_t last, std::size_t end) {
    for (std::size_t next = last + 1; next < end; next = last + 1) {
      if (is(next, "::") && is_name(next + 1)) {
        if (is_word_of(next + 1, kIntegers)) add(first, last);
        last = next + 1;
        while (is_word_of(last + 1, " precision varying ")) ++last;
        if (is(last + 1, "(") && !enclosed(last + 1, last, end)) return end;
        if (is_word_of(last + 1, " with without ") && is(last + 2, "time") && is(last + 3, "zone")) last += 3;
      } else if (is(next, "[")) {
        if (!enclosed(next, last, end)) return end;
      } else if (is(next, "collate")) {
        last = next + 1;
      } else if (is(next, "at") && is(next + 1, "time") && is(next + 2, "zone")) {
        const auto zone = operand(next + 3, end);
        if (!zone) return end;
        last = *zone;
      } else if (is_word_of(next, " filter over ") && (is(next + 1, "(") || is_name(next + 1))) {
        last = next + 1;
        if (is(last, "(") && !enclosed(last, last, end)) return end;
      } else {
        return last;
      }
    }
    return last;
  }

  /// Goes through what stands between the parentheses; `last` becomes the closing one.
  bool enclosed(std::size_t open, std::size_t& last, std::size_t end) {
    const std::size_t close = partners_[open];
    if (close == kNoPartner || close >= end) return false;
    const bool moment = open > 0 && is_word_of(open - 1, kMoments);
    const std::size_t found = found_.size();
    scan(open + 1, close);
    if (moment) found_.resize(found);
    last = close;
    return true;
  }

  void look_at_call(std::size_t name, std::size_t close) {
    std::size_t end = name + 2;
    const bool cast = is(name, "cast");
    if (!cast && !is_word_of(name, kRounding)) return;
    while (end < close && !is(end, ",") && !(cast && is(end, "as")))
      end = partners_[end] == kNoPartner ? end + 1 : partners_[end] + 1;
    if (end == name + 2 || (cast && !is_word_of(end + 1, kIntegers))) return;
    add(name + 2, end - 1);
  }

  /// What is only a value that was given tells its own type.
  void add(std::size_t first, std::size_t last) {
    bool names = false;
    for (std::size_t i = first; i <= last; ++i) {
      if (is_word_of(i, kMoments)) return;
      names = names || is_name(i);
    }
    if (names) found_.push_back({first, last});
  }

  static constexpr std::array<std::string_view, 6> kOperators{"+", "-", "*", "/", "%", "^"};
  const std::vector<SqlToken>& tokens_;
  std::vector<std::string> words_;
  std::vector<std::size_t> partners_;
  std::vector<Calculation> found_;
};

}  // namespace

std::vector<Calculation> calculations_in(const std::vector<SqlToken>& tokens) { return CalculationFinder(tokens).find(); }

}  // namespace reportctl::source
