// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/sql_lexer.hpp"

#include <algorithm>
#include <utility>

namespace reportctl::rows {
namespace {

using Kind = SqlToken::Kind;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool continues_name(char c) { return starts_word(c) || is_digit(c); }
bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80U) == 0; });
}

/// `10`, `1_000`, `1.5`, `.5`, `1.`, `2e-3`, `0x1F`. `1OR` is none, though some databases read 1 and OR.
bool is_number(std::string_view text) {
  std::size_t at = 0;
  const auto digits = [&](std::string_view allowed) {
    const std::size_t end = std::min(text.find_first_not_of(allowed, at), text.size());
    return std::exchange(at, end) != end;
  };
  constexpr std::string_view kOfNumber = "0123456789_";
  if (text.size() > 2 && text[0] == '0' && std::string_view("xXbBoO").find(text[1]) != std::string_view::npos) {
    at = 2;
    return digits("0123456789abcdefABCDEF_") && at == text.size();
  }
  const bool whole = digits(kOfNumber);
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!digits(kOfNumber) && !whole) return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (!digits(kOfNumber)) return false;
  }
  return at == text.size();
}

}  // namespace

bool continues_word(char c) { return continues_name(c) || c == '$'; }

std::optional<SqlToken> SqlLexer::next() {
  skip_space();
  if (at_ >= text_.size()) return std::nullopt;
  const std::size_t from = at_;
  const Kind kind = take();
  at_ = std::min(at_, text_.size());
  const SqlToken token{kind, text_.substr(from, at_ - from)};
  // Databases differ in what is a space, a quote or a sign for them beyond ASCII.
  if (kind != Kind::literal && kind != Kind::quoted_name && !is_ascii(token.text) && !problem_)
    problem_ = SqlProblem{from, "names with other characters than those of ASCII are written in double quotes"};
  if (kind == Kind::number && !is_number(token.text) && !problem_)
    problem_ = SqlProblem{from, "a number and a word need a space between them"};
  return token;
}

void SqlLexer::skip_space() {
  while (at_ < text_.size()) {
    if (is_blank(text_[at_])) {
      ++at_;
    } else if (here("--")) {
      has_comment_ = true;  // PostgreSQL ends it at a carriage return, too
      at_ = std::min(text_.find_first_of(rules_.nested_comments ? "\n\r" : "\n", at_), text_.size());
    } else if (here("/*")) {
      has_comment_ = true;
      skip_comment();
    } else {
      return;
    }
  }
}

Kind SqlLexer::take() {
  const char c = text_[at_];
  if (starts_literal(rules_.escape_strings ? "EeXxBbNn" : "Xx")) {
    const bool escapes = c == 'E' || c == 'e';
    ++at_;
    skip_quoted('\'', escapes);
    return Kind::literal;
  }
  // PostgreSQL reads U&"d\0061ta" as one name.
  if ((c == 'U' || c == 'u') && at(at_ + 1) == '&' && (at(at_ + 2) == '"' || at(at_ + 2) == '\'') && !problem_)
    problem_ = SqlProblem{at_, "names and texts are written without U&"};
  if (starts_word(c)) {
    while (continues_word(at(at_))) ++at_;
    return Kind::word;
  }
  if (c == '\'') return skip_quoted('\'', false), Kind::literal;
  if (c == '"' || (c == '`' && rules_.foreign_quotes)) return skip_quoted(c, false), Kind::quoted_name;
  if (c == '[' && rules_.foreign_quotes)
    return skip_until("]", at_ + 1, "this name in brackets is never closed"), Kind::quoted_name;
  if (is_digit(c) || (c == '.' && is_digit(at(at_ + 1)))) return take_number();
  if (c == '$' && rules_.dollar_quotes && skip_dollar_quoted()) return Kind::literal;
  if (here("::")) return at_ += 2, Kind::sign;
  const char following = at(at_ + 1);
  const bool named = c == ':' && starts_word(following);
  const bool foreign = c == '$' ? continues_name(following)
                                : rules_.positional_parameters &&
                                      (c == '?' || (c == '@' && continues_word(following)) || (c == ':' && is_digit(following)));
  if (!named && !foreign) return take_sign();
  ++at_;
  while (continues_name(at(at_))) ++at_;
  return named ? Kind::bind : Kind::foreign_bind;
}

bool SqlLexer::starts_literal(std::string_view prefixes) const {
  return at(at_ + 1) == '\'' && prefixes.find(text_[at_]) != std::string_view::npos;
}

/// In PostgreSQL, a dollar quote may follow a number at once.
Kind SqlLexer::take_number() {
  const auto continues = [&](char c) { return rules_.dollar_quotes ? continues_name(c) : continues_word(c); };
  while (continues(at(at_)) || at(at_) == '.') {
    const bool exponent =
        (at(at_) == 'e' || at(at_) == 'E') && (at(at_ + 1) == '-' || at(at_ + 1) == '+') && is_digit(at(at_ + 2));
    at_ += exponent ? 2 : 1;
  }
  return Kind::number;
}

Kind SqlLexer::take_sign() {
  for (const std::string_view sign : {"->>", "->", "||", "<<", ">>", "<=", ">=", "==", "!=", "<>", ":="})
    if (here(sign)) return at_ += sign.size(), Kind::sign;
  ++at_;
  return Kind::sign;
}

void SqlLexer::skip_quoted(char quote, bool backslash) {
  const std::size_t start = at_++;
  while (at_ < text_.size()) {
    if (backslash && text_[at_] == '\\') {
      at_ += 2;
    } else if (text_[at_++] == quote) {
      if (at(at_) != quote) return;
      ++at_;
    }
  }
  unfinished(start, "this quote is never closed");
}

void SqlLexer::skip_until(std::string_view end, std::size_t from, const char* message) {
  const std::size_t found = text_.find(end, from);
  if (found == std::string_view::npos) return unfinished(at_, message);
  at_ = found + end.size();
}

/// `$$…$$`, `$tag$…$tag$`; false for a lone dollar.
bool SqlLexer::skip_dollar_quoted() {
  std::size_t end = at_ + 1;
  if (is_digit(at(end))) return false;
  while (continues_name(at(end))) ++end;
  if (at(end) != '$') return false;
  skip_until(text_.substr(at_, end + 1 - at_), end + 1, "this dollar quote is never closed");
  return true;
}

void SqlLexer::skip_comment() {
  const std::size_t start = at_;
  if (!rules_.nested_comments) return skip_until("*/", at_ + 2, "this comment is never closed");
  int depth = 0;
  while (at_ < text_.size()) {
    const bool opens = here("/*");
    if (!opens && !here("*/")) {
      ++at_;
      continue;
    }
    at_ += 2;
    depth += opens ? 1 : -1;
    if (depth == 0) return;
  }
  unfinished(start, "this comment is never closed");
}

void SqlLexer::unfinished(std::size_t start, const char* message) {
  if (!problem_) problem_ = SqlProblem{start, message};
  at_ = text_.size();
}

std::string comment_words(std::string_view text) {
  std::string words(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool edge =
        i + 1 < words.size() && ((words[i] == '*' && words[i + 1] == '/') || (words[i] == '/' && words[i + 1] == '*'));
    if (edge || words[i] == ':' || words[i] == '$') words[i] = '_';
  }
  if (words.ends_with('/')) words.back() = '_';
  return words;
}

std::vector<SqlToken> sql_tokens(std::string_view text, Dialect dialect) {
  std::vector<SqlToken> tokens;
  SqlLexer lexer(text, dialect);
  while (const auto token = lexer.next()) tokens.push_back(*token);
  return tokens;
}

}  // namespace reportctl::rows
