// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/rows/sql_lexer.hpp"

namespace reportctl::source {

/// A blank before and behind every word of the list.
bool is_among(std::string_view list, std::string_view word);

/// The expressions of a statement, for those who write some of them differently: operands of arithmetic by its precedence, calls,
/// and where an expression stands as a whole. What is never understood stays as it is: the database's parser has the last word.
class SqlOperands {
 public:
  SqlOperands(std::string_view sql, rows::Dialect);
  virtual ~SqlOperands() = default;
  SqlOperands(const SqlOperands&) = delete;
  SqlOperands& operator=(const SqlOperands&) = delete;

  /// The statement with all that was written into it.
  std::string text();

 protected:
  using Kind = rows::SqlToken::Kind;
  static constexpr std::size_t kNoToken = std::string_view::npos;

  struct Part {
    rows::SqlToken token;
    std::string word = {};           ///< in lower case, of a word
    std::size_t partner = kNoToken;  ///< of ( and ), CASE and END: the other one
    std::string before = {};         ///< what is written there, the outermost first
    std::optional<std::string> instead = {};
    std::string after = {};  ///< the outermost last
  };
  /// Tokens that are one expression.
  struct Operand {
    std::size_t first;
    std::size_t last;
    bool number;  ///< nobody has to look at its value any more
  };

  // What is done with them, the innermost first.
  /// Two operands with a sign between: `left.last + 1`.
  virtual Operand calculated(const Operand& left, const Operand& right) { return {left.first, right.last, false}; }
  /// With a minus before it.
  virtual void negated(const Operand&) {}
  /// The parentheses of a call; its name stands before.
  virtual void called(std::size_t /*open*/, std::size_t /*close*/) {}
  /// A whole one; `begin` and `end`: of what is enclosed with it.
  virtual void found(const Operand&, std::size_t /*begin*/, std::size_t /*end*/) {}
  /// The whole ones seen so far between `begin` and `end`; the last one is new, and may end `a BETWEEN b AND c`.
  virtual void compared(const std::vector<Operand>& /*seen*/, bool /*closes_between*/, std::size_t /*begin*/,
                        std::size_t /*end*/) {}
  /// `CASE compared WHEN one THEN …`; `begin`: of CASE.
  virtual void chosen(const Operand& /*compared*/, const std::vector<Operand>& /*whens*/, std::size_t /*begin*/) {}
  /// When all is known, before it is put together.
  virtual void finished() {}
  /// Of the function of that name.
  [[nodiscard]] virtual bool gives_number(std::size_t /*name*/) const { return false; }

  [[nodiscard]] std::vector<Part>& parts() { return parts_; }
  [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }
  [[nodiscard]] std::string_view between(std::size_t first, std::size_t last) const {
    return sql_.substr(offset(first), end_of(last) - offset(first));
  }
  /// What is written there by now.
  [[nodiscard]] std::string written(std::size_t first, std::size_t last) const;
  [[nodiscard]] bool is_kind(std::size_t i, Kind kind) const { return i < parts_.size() && parts_[i].token.kind == kind; }
  [[nodiscard]] bool is(std::size_t i, std::string_view text) const {
    return (is_kind(i, Kind::word) && parts_[i].word == text) || (is_kind(i, Kind::sign) && parts_[i].token.text == text);
  }
  [[nodiscard]] bool is_word_of(std::size_t i, std::string_view list) const {
    return is_kind(i, Kind::word) && is_among(list, parts_[i].word);
  }
  [[nodiscard]] bool is_name(std::size_t i) const;
  /// The first token of that text between the parentheses, outside of inner ones and CASE; kNoToken: there is none.
  [[nodiscard]] std::size_t outermost(std::size_t open, std::size_t close, std::string_view text) const;
  /// `(paid)` is `paid`, where nothing else stands in the parentheses.
  [[nodiscard]] Operand without_parentheses(Operand) const;
  /// As it was written, on one line and not too long.
  [[nodiscard]] std::string name_of(std::size_t first, std::size_t last) const;

 private:
  [[nodiscard]] std::size_t offset(std::size_t i) const {
    return static_cast<std::size_t>(parts_[i].token.text.data() - sql_.data());
  }
  [[nodiscard]] std::size_t end_of(std::size_t i) const { return offset(i) + parts_[i].token.text.size(); }
  void pair_up();
  void scan(std::size_t begin, std::size_t end);
  std::optional<Operand> sum(std::size_t i, std::size_t end);
  std::optional<Operand> product(std::size_t i, std::size_t end);
  std::optional<Operand> factor(std::size_t i, std::size_t end);
  std::optional<Operand> signed_primary(std::size_t i, std::size_t end);
  std::optional<Operand> primary(std::size_t i, std::size_t end);
  std::optional<Operand> enclosed(std::size_t first, std::size_t open, std::size_t end);
  std::optional<Operand> call(std::size_t first, std::size_t open, std::size_t end);

  std::string_view sql_;
  std::vector<Part> parts_;
};

}  // namespace reportctl::source
