// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres_sql.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

bool is_number(char c) { return c >= '0' && c <= '9'; }
bool begins_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class ParameterNumberer {
 public:
  explicit ParameterNumberer(std::string_view sql) : sql_(sql) {}

  NumberedSql number() {
    bool first = true;
    while (at_ < sql_.size()) {
      const std::size_t from = at_;
      const bool code = step(first);
      if (at_ > from && !replaced_) result_.text.append(sql_.substr(from, at_ - from));
      replaced_ = false;
      if (code) first = false;
    }
    return std::move(result_);
  }

 private:
  [[nodiscard]] char at(std::size_t i) const { return i < sql_.size() ? sql_[i] : '\0'; }
  [[nodiscard]] bool here(std::string_view text) const { return sql_.substr(at_).starts_with(text); }

  /// Goes past one token; false for what is no code: space and comments.
  bool step(bool first) {
    const char c = sql_[at_];
    if (is_space(c)) return ++at_, false;
    if (here("--")) return at_ = std::min(sql_.find('\n', at_), sql_.size()), false;
    if (here("/*")) return skip_comment(), false;
    if (begins_word(c)) {
      skip_word(first);
    } else if (c == '\'' || c == '"') {
      skip_quoted(c, false);
    } else if (c == '$') {
      skip_dollar();
    } else if (is_number(c)) {
      while (is_number(at(at_)) || begins_word(at(at_)) || at(at_) == '.') ++at_;
    } else if (here("::")) {
      at_ += 2;
    } else if (c == ':' && begins_word(at(at_ + 1))) {
      replace_name();
    } else {
      if (first && c == '(') result_.reads = true;
      ++at_;
    }
    return true;
  }

  void skip_word(bool first) {
    const std::size_t from = at_;
    while (begins_word(at(at_)) || is_number(at(at_)) || at(at_) == '$') ++at_;
    const std::string_view word = sql_.substr(from, at_ - from);
    if (first) {
      constexpr std::array<std::string_view, 4> kQueries = {"select", "with", "values", "table"};
      result_.reads = std::find(kQueries.begin(), kQueries.end(), to_lower(word)) != kQueries.end();
    }
    const std::string name = to_lower(word);
    if ((name == "sum" || name == "avg") && at(std::min(sql_.find_first_not_of(" \t\r\n", at_), sql_.size())) == '(')
      result_.adds_up = true;
    if (at(at_) == '\'' && (word == "E" || word == "e")) skip_quoted('\'', true);
  }

  /// Up to and with the closing quote; a doubled one is part of the text.
  void skip_quoted(char quote, bool backslash_escapes) {
    ++at_;
    while (at_ < sql_.size()) {
      if (backslash_escapes && sql_[at_] == '\\') {
        at_ = std::min(at_ + 2, sql_.size());
      } else if (sql_[at_++] == quote) {
        if (at(at_) != quote) return;
        ++at_;
      }
    }
  }

  /// `$$…$$`, `$tag$…$tag$`, or a lone dollar.
  void skip_dollar() {
    std::size_t end = at_ + 1;
    if (is_number(at(end))) result_.has_anonymous = true;
    if (begins_word(at(end)))
      while (begins_word(at(end)) || is_number(at(end))) ++end;
    if (at(end) != '$') {
      ++at_;
      return;
    }
    const std::string_view tag = sql_.substr(at_, end + 1 - at_);
    const std::size_t close = sql_.find(tag, end + 1);
    at_ = close == std::string_view::npos ? sql_.size() : close + tag.size();
  }

  /// Comments nest.
  void skip_comment() {
    int depth = 0;
    while (at_ < sql_.size()) {
      if (here("/*")) {
        ++depth;
        at_ += 2;
      } else if (here("*/")) {
        at_ += 2;
        if (--depth == 0) return;
      } else {
        ++at_;
      }
    }
  }

  void replace_name() {
    const std::size_t from = ++at_;
    while (begins_word(at(at_)) || is_number(at(at_))) ++at_;
    const std::string_view name = sql_.substr(from, at_ - from);
    auto found = std::find(result_.names.begin(), result_.names.end(), name);
    if (found == result_.names.end()) found = result_.names.emplace(found, name);
    fmt::format_to(std::back_inserter(result_.text), "${}", found - result_.names.begin() + 1);
    replaced_ = true;
  }

  std::string_view sql_;
  std::size_t at_ = 0;
  bool replaced_ = false;
  NumberedSql result_;
};

}  // namespace

NumberedSql number_parameters(std::string_view sql) { return ParameterNumberer(sql).number(); }

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
