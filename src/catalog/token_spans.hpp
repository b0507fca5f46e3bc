// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "rule_tokens.hpp"

namespace reportctl::catalog {

/// The words of a query, and the groups that they form: parentheses, lists, CASE … END.
class TokenSpans {
 public:
  struct Span {
    std::size_t begin;
    std::size_t end;
  };

  explicit TokenSpans(RuleTokens);

  /// Every group is closed by what belongs to it, and they are not nested deeper than anybody writes them.
  [[nodiscard]] bool is_sound() const { return is_sound_; }
  [[nodiscard]] std::size_t size() const { return tokens_.size(); }
  [[nodiscard]] const RuleToken& operator[](std::size_t i) const { return tokens_[i]; }
  [[nodiscard]] bool is(std::size_t i, std::string_view text) const;  ///< a word or sign
  [[nodiscard]] bool is_name(std::size_t i) const;                    ///< a word, or quoted
  [[nodiscard]] std::string word(std::size_t i) const;                ///< empty for anything else
  [[nodiscard]] bool is_bind(std::size_t i, std::string_view name) const;
  /// Behind the group that opens at `i`, or behind what stands there.
  [[nodiscard]] std::size_t next(std::size_t i, std::size_t end) const;
  /// What a parenthesis that opens at `i` encloses.
  [[nodiscard]] Span inside(std::size_t i, std::size_t end) const { return {i + 1, std::max(i + 1, next(i, end) - 1)}; }
  /// All of it is one parenthesis.
  [[nodiscard]] bool is_enclosed(Span span) const { return is(span.begin, "(") && next(span.begin, span.end) == span.end; }
  /// The first place at this level where the predicate holds, from `begin`; `span.end` when there is none.
  template <typename Predicate>
  [[nodiscard]] std::size_t find(Span span, Predicate holds) const {
    for (std::size_t i = span.begin; i < span.end; i = next(i, span.end))
      if (holds(i)) return i;
    return span.end;
  }
  template <typename Predicate>
  [[nodiscard]] std::vector<Span> split(Span span, Predicate separates) const {
    std::vector<Span> parts;
    while (true) {
      const std::size_t end = find(span, separates);
      parts.push_back({span.begin, end});
      if (end == span.end) return parts;
      span.begin = end + 1;
    }
  }

 private:
  void pair_up();

  RuleTokens tokens_;
  std::vector<std::size_t> behind_;  ///< of what opens a group: the place behind it; else 0
  bool is_sound_ = false;
};

/// `words`: between blanks.
bool is_one_of(std::string_view words, std::string_view word);

}  // namespace reportctl::catalog
