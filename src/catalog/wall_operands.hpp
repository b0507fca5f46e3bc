// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <string>

#include "token_spans.hpp"

namespace reportctl::catalog {

/// Of a SELECT, or of something that FROM can read.
struct Fence {
  enum class State { no_tables, fenced, correlated, open };
  State state = State::no_tables;
  std::size_t open_at = 0;  ///< the table
  int depth = 0;            ///< correlated: of the SELECT around it with whose columns it is compared
  /// What is joined to it restricts it, too.
  void join(const Fence& other);
};

/// What can be named at a place of a query.
struct Around {
  std::map<std::string, Fence> queries;  ///< of WITH
  std::map<std::string, int> tables;     ///< of this SELECT and of those around it, by alias: how deep their SELECT is
  int depth = 0;                         ///< of this SELECT
};

/// Both sides of a condition.
class WallOperands {
 public:
  using Span = TokenSpans::Span;
  WallOperands(RuleTokens tokens, rows::Dialect dialect) : tokens_(std::move(tokens)), dialect_(dialect) {}

 protected:
  [[nodiscard]] const TokenSpans& tokens() const { return tokens_; }
  [[nodiscard]] bool is(std::size_t i, std::string_view text) const { return tokens_.is(i, text); }
  [[nodiscard]] bool is_name(std::size_t i) const { return tokens_.is_name(i); }
  /// Of a name: the same for two that the dialect takes for one. Where that is a matter of settings, they have to be written
  /// alike.
  [[nodiscard]] std::string key(std::size_t i) const;
  /// What stands behind a parenthesis.
  [[nodiscard]] bool begins_query(std::size_t i) const;

  /// `:account`, `(:account)`, `CAST(:account AS …)`, `:account::text`.
  [[nodiscard]] bool is_account(Span) const;
  /// A column stands in it, or it is one constant; and nothing of the account, and nothing that binds less tightly than `=`.
  [[nodiscard]] bool names_something(Span) const;
  /// One side has a column of this SELECT, and the other, with its table, one of a SELECT around it: how deep the outermost of
  /// these is, else as deep as this one.
  [[nodiscard]] int correlation(Span left, Span right, const Around&) const;

 private:
  [[nodiscard]] bool is_column(std::size_t) const;
  [[nodiscard]] bool is_operand(Span) const;
  [[nodiscard]] int depth_of(Span, const Around&) const;
  [[nodiscard]] bool names_own(Span, const Around&) const;

  TokenSpans tokens_;
  rows::Dialect dialect_;
};

/// Without its quotes.
std::string unquoted(const RuleToken&);

}  // namespace reportctl::catalog
