// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "numbered_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "calculations.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::source {
namespace {

using rows::SqlToken;
using Token = SqlToken::Kind;

bool is_sign(const std::vector<SqlToken>& tokens, std::size_t i, std::string_view sign) {
  return i < tokens.size() && tokens[i].kind == Token::sign && tokens[i].text == sign;
}

class ParameterNumberer {
 public:
  ParameterNumberer(std::string_view sql, rows::Dialect dialect)
      : sql_(sql), dialect_(dialect), tokens_(rows::sql_tokens(sql, dialect)) {}

  NumberedSql number() {
    if (!tokens_.empty()) {
      constexpr std::array<std::string_view, 4> kQueries = {"select", "with", "values", "table"};
      const bool word = tokens_[0].kind == Token::word;
      result_.reads = is_sign(tokens_, 0, "(") ||
                      (word && std::find(kQueries.begin(), kQueries.end(), to_lower(tokens_[0].text)) != kQueries.end());
    }
    find_sums();
    const char* behind = sql_.data();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string_view written = tokens_[i].text;
      put({behind, static_cast<std::size_t>(written.data() - behind)});
      behind = written.data() + written.size();
      if (tokens_[i].kind == Token::foreign_bind) result_.has_anonymous = true;
      for (const Sum& sum : sums_)
        if (sum.first == i)
          result_.checked += is_duckdb() ? "CASE WHEN typeof(" : fmt::format("CASE WHEN TRUE OR {}{}*/", kAddsUp, name_of(sum));
      put(tokens_[i].kind == Token::bind ? number_of(written) : std::string(written));
      for (const Sum& sum : sums_)
        if (sum.last == i) close(sum);
    }
    put({behind, static_cast<std::size_t>(sql_.data() + sql_.size() - behind)});
    result_.adds_up = !sums_.empty();
    if (!is_duckdb()) look_at_calculations();
    return std::move(result_);
  }

 private:
  /// What is added up, by its tokens.
  struct Sum {
    std::size_t first;
    std::size_t last;
    std::string_view function;
  };

  void look_at_calculations() {
    const std::vector<Calculation> all = calculations_in(tokens_);
    if (all.empty()) return;
    result_.calculating.push_back(calculating(all));
    std::vector<std::string> seen;
    for (const Calculation& one : all) {
      const std::string written = numbered(between(one.first, one.last));
      if (std::find(seen.begin(), seen.end(), written) != seen.end()) continue;
      seen.push_back(written);
      std::vector<Calculation> same;
      for (const Calculation& other : all)
        if (numbered(between(other.first, other.last)) == written) same.push_back(other);
      result_.calculating.push_back(calculating(same));
    }
  }

  /// The statement with a check around those tokens.
  std::string calculating(const std::vector<Calculation>& checked) {
    std::string text;
    const char* behind = sql_.data();
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const std::string_view written = tokens_[i].text;
      text.append(behind, written.data());
      behind = written.data() + written.size();
      for (auto one = checked.rbegin(); one != checked.rend(); ++one)  // the outer one first
        if (one->first == i) text += fmt::format("(CASE WHEN TRUE OR {}{}*/", kCalculates, words_of(one->first, one->last));
      text += tokens_[i].kind == Token::bind ? number_of(written) : std::string(written);
      for (const Calculation& one : checked)
        if (one.last == i) text += fmt::format(") = 0 THEN {} END)", numbered(between(one.first, one.last)));
    }
    return text.append(behind, sql_.data() + sql_.size());
  }

  void put(std::string_view text) {
    result_.text += text;
    result_.checked += text;
  }

  [[nodiscard]] std::string_view between(std::size_t first, std::size_t last) const {
    return {tokens_[first].text.data(), tokens_[last].text.data() + tokens_[last].text.size()};
  }

  /// For a comment.
  [[nodiscard]] std::string words_of(std::size_t first, std::size_t last) const {
    constexpr std::size_t kLongest = 60;
    std::string words(between(first, last));
    if (words.size() > kLongest) words = repair_utf8(words.substr(0, kLongest)) + "…";
    return rows::comment_words(words);
  }
  /// `sum(x)`.
  [[nodiscard]] std::string name_of(const Sum& sum) const {
    return fmt::format("{}({})", sum.function, words_of(sum.first, sum.last));
  }

  [[nodiscard]] bool is_duckdb() const { return dialect_ == rows::Dialect::duckdb; }

  /// sum(x) becomes sum(CASE WHEN TRUE OR scale(x) = 0 THEN x END): scale() takes integers and numerics. DuckDB has no such
  /// function, but it knows typeof(x) before the query runs.
  void close(const Sum& sum) {
    const std::string argument = numbered(between(sum.first, sum.last));
    result_.checked += is_duckdb()
                           ? fmt::format(") IN ('DOUBLE', 'FLOAT') THEN error({}) ELSE {} END",
                                         rows::sql_literal(fmt::format("{}{}", rows::kRefusedSum, name_of(sum))), argument)
                           : fmt::format(") = 0 THEN {} END", argument);
  }

  /// A part of the statement, with the numbers of the whole.
  std::string numbered(std::string_view part) {
    std::string text;
    const char* behind = part.data();
    for (const SqlToken& token : rows::sql_tokens(part, dialect_)) {
      text.append(behind, token.text.data());
      text += token.kind == Token::bind ? number_of(token.text) : std::string(token.text);
      behind = token.text.data() + token.text.size();
    }
    return text;
  }

  /// Of `:name`. A name or number that stands right before it would go on with the $.
  std::string number_of(std::string_view written) {
    const auto name = written.substr(1);
    auto found = std::find(result_.names.begin(), result_.names.end(), name);
    if (found == result_.names.end()) found = result_.names.emplace(found, name);
    const bool is_glued = written.data() != sql_.data() && rows::continues_word(written.data()[-1]);
    return fmt::format("{}${}", is_glued ? " " : "", found - result_.names.begin() + 1);
  }

  void find_sums() {
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
      if (tokens_[i].kind != Token::word || !is_sign(tokens_, i + 1, "(")) continue;
      const std::string name = to_lower(tokens_[i].text);
      if (name != "sum" && name != "avg") continue;
      std::size_t first = i + 2;
      const std::string word = first < tokens_.size() && tokens_[first].kind == Token::word ? to_lower(tokens_[first].text) : "";
      if (word == "distinct" || word == "all") ++first;
      int depth = 1;
      std::size_t close = first;
      for (; close < tokens_.size(); ++close) {
        if (is_sign(tokens_, close, "(")) ++depth;
        if (is_sign(tokens_, close, ")") && --depth == 0) break;
        if (depth == 1 &&
            (is_sign(tokens_, close, ",") || (tokens_[close].kind == Token::word && to_lower(tokens_[close].text) == "order")))
          break;
      }
      if (close < tokens_.size() && close > first) sums_.push_back({first, close - 1, tokens_[i].text});
    }
  }

  std::string_view sql_;
  rows::Dialect dialect_;
  std::vector<SqlToken> tokens_;
  std::vector<Sum> sums_;
  NumberedSql result_;
};

}  // namespace

NumberedSql number_parameters(std::string_view sql, rows::Dialect dialect) { return ParameterNumberer(sql, dialect).number(); }

std::string array_literal(const std::vector<std::string>& values) {
  std::string literal = "{";
  for (const std::string& value : values) {
    if (literal.size() > 1) literal += ',';
    literal += '"';
    for (const char c : value) {
      if (c == '"' || c == '\\') literal += '\\';
      literal += c;
    }
    literal += '"';
  }
  return literal + '}';
}

}  // namespace reportctl::source
