// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/rows/dialect.hpp"

namespace reportctl::rows {

/// A word of a statement: comments and blanks are none.
struct SqlToken {
  enum class Kind {
    word,
    quoted_name,
    number,
    literal,       ///< with its prefix: `E'…'`, `x'…'`
    bind,          ///< `:name`
    foreign_bind,  ///< a parameter in another spelling: `$1`, `?`, `@name`
    sign           ///< an operator as a whole (`<=`, `->>`, `::`), or one character
  };
  Kind kind = Kind::word;
  std::string_view text;  ///< as written
};

struct SqlProblem {
  std::size_t offset = 0;
  std::string message;
};

/// Cuts a text into tokens by the lexical rules of a dialect (PostgreSQL's with standard_conforming_strings on). Never throws on
/// bad input: what is never closed ends with the text, and the database's own parser has the last word.
class SqlLexer {
 public:
  SqlLexer(std::string_view text, Dialect dialect) : text_(text), rules_(rules_of(dialect)) {}

  /// The next token; nullopt at the end.
  std::optional<SqlToken> next();
  /// Past blanks and comments.
  void skip_space();
  [[nodiscard]] std::size_t at() const { return at_; }
  void seek(std::size_t at) { at_ = at; }
  [[nodiscard]] bool has_comment() const { return has_comment_; }
  /// The first quote or comment that is never closed.
  [[nodiscard]] const std::optional<SqlProblem>& problem() const { return problem_; }

 private:
  [[nodiscard]] char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  [[nodiscard]] bool here(std::string_view text) const { return text_.substr(at_).starts_with(text); }
  [[nodiscard]] bool starts_literal(std::string_view prefix) const;
  SqlToken::Kind take();
  SqlToken::Kind take_number();
  SqlToken::Kind take_sign();
  void skip_comment();
  void skip_quoted(char quote, bool backslash);
  bool skip_dollar_quoted();
  void skip_until(std::string_view end, std::size_t from, const char* message);
  void unfinished(std::size_t start, const char* message);

  std::string_view text_;
  const DialectRules& rules_;
  std::size_t at_ = 0;
  bool has_comment_ = false;
  std::optional<SqlProblem> problem_;
};

/// What may stand in a comment in which the source finds what an error of the server is about: no sign that means something.
std::string comment_words(std::string_view text);

/// May stand in a word or number: two of them side by side are one.
bool continues_word(char);

/// All tokens of a text.
std::vector<SqlToken> sql_tokens(std::string_view text, Dialect);

}  // namespace reportctl::rows
