// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_scan.hpp"

#include <algorithm>

namespace reportctl::catalog {
namespace {

constexpr int kDeepestMacro = 8;
constexpr std::string_view kBlank = " \t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool starts_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '$'; }

/// Follows the lexical rules of one dialect only as far as it must to tell code from literals and comments.
class Scanner {
 public:
  Scanner(std::string_view text, rows::Dialect dialect) : text_(text), rules_(rules_of(dialect)) {}

  SqlScan scan() {
    result_.pieces = read_pieces(0);
    return std::move(result_);
  }

 private:
  [[nodiscard]] char at(std::size_t i) const { return i < text_.size() ? text_[i] : '\0'; }
  [[nodiscard]] bool here(std::string_view word) const { return text_.substr(at_).starts_with(word); }
  void problem(std::size_t offset, std::string message) { result_.problems.push_back({offset, std::move(message)}); }

  /// Up to the end of the text, or, inside a macro, up to the `,` or `)` that ends an argument.
  SqlPieces read_pieces(int macro_depth) {
    SqlPieces pieces;
    std::vector<std::size_t> open;
    std::size_t start = at_;
    std::vector<SqlToken> tokens;
    const auto flush = [&](std::size_t end) {
      if (end > start) pieces.push_back({SqlPiece::Kind::text, start, text_.substr(start, end - start), {}, std::move(tokens)});
      tokens.clear();
    };
    const auto token = [&](SqlToken::Kind kind, std::size_t from) { tokens.push_back({kind, text_.substr(from, at_ - from)}); };
    while (at_ < text_.size()) {
      const char c = text_[at_];
      const std::size_t from = at_;
      const bool is_first = !seen_code_ && kBlank.find(c) == std::string_view::npos;
      if (skip_quoted_or_comment()) {
        const bool comment = c == '-' || c == '/';
        if (!comment) token(c == '\'' || c == '$' ? SqlToken::Kind::literal : SqlToken::Kind::quoted_name, from);
        continue;
      }
      if (is_first) seen_code_ = true;
      if (starts_word(c)) {
        const std::size_t word = at_;
        while (continues_word(at(at_))) ++at_;
        if (is_first) result_.first_word = text_.substr(word, at_ - word);
        token(SqlToken::Kind::word, word);
      } else if (is_digit(c)) {
        while (continues_word(at(at_)) || at(at_) == '.') ++at_;
        token(SqlToken::Kind::number, from);
      } else if (here("::")) {
        at_ += 2;
        token(SqlToken::Kind::sign, from);
      } else if (c == ':' && starts_word(at(at_ + 1))) {
        flush(at_);
        const std::size_t name = at_ + 1;
        ++at_;
        while (starts_word(at(at_)) || is_digit(at(at_))) ++at_;
        pieces.push_back({SqlPiece::Kind::bind, name - 1, text_.substr(name, at_ - name), {}});
        start = at_;
      } else if (here("{{")) {
        flush(at_);
        read_macro(pieces, macro_depth);
        start = at_;
      } else if (macro_depth > 0 && open.empty() && (c == ',' || c == ')')) {
        break;
      } else {
        check_character(c, open);
        ++at_;
        if (kBlank.find(c) == std::string_view::npos) token(SqlToken::Kind::sign, from);
      }
    }
    flush(at_);
    for (const std::size_t offset : open) problem(offset, "this parenthesis is never closed");
    return pieces;
  }

  void check_character(char c, std::vector<std::size_t>& open) {
    if (c == '(') open.push_back(at_);
    if (c == ')') {
      if (open.empty())
        problem(at_, "this parenthesis was never opened");
      else
        open.pop_back();
    }
    if (c == ';') problem(at_, "one statement only, written without \";\"");
    if (here("}}")) {
      problem(at_, "\"}}\" without \"{{\"");
      ++at_;
    }
    const char next = at(at_ + 1);
    const bool foreign = c == '$' ? starts_word(next) || is_digit(next)
                                  : rules_.positional_parameters &&
                                        (c == '?' || (c == '@' && continues_word(next)) || (c == ':' && is_digit(next)));
    if (foreign) problem(at_, "a value is written as a named parameter, like :account");
  }

  bool skip_quoted_or_comment() {
    const char c = text_[at_];
    if (c == '\'' || c == '"') return skip_quoted(c, rules_.escape_strings && c == '\'' && is_escape_string());
    if (c == '`' && rules_.foreign_quotes) return skip_quoted('`', false);
    if (c == '[' && rules_.foreign_quotes) return skip_until("]", 1, "this name in brackets is never closed");
    if (c == '$' && rules_.dollar_quotes) return skip_dollar_quoted();
    if (here("--")) {
      result_.has_comment = true;
      at_ = std::min(text_.find('\n', at_), text_.size());
      return true;
    }
    if (here("/*")) {
      result_.has_comment = true;
      return rules_.nested_comments ? skip_nested_comment() : skip_until("*/", 2, "this comment is never closed");
    }
    return false;
  }

  /// `E'…'`: a backslash escapes.
  [[nodiscard]] bool is_escape_string() const {
    const bool e = at_ >= 1 && (text_[at_ - 1] == 'E' || text_[at_ - 1] == 'e');
    return e && (at_ < 2 || !continues_word(text_[at_ - 2]));
  }

  bool skip_quoted(char quote, bool backslash) {
    const std::size_t start = at_++;
    while (at_ < text_.size()) {
      if (backslash && text_[at_] == '\\') {
        at_ += 2;
      } else if (text_[at_] != quote) {
        ++at_;
      } else if (at(at_ + 1) == quote) {
        at_ += 2;
      } else {
        ++at_;
        return true;
      }
    }
    return unfinished(start, "this quote is never closed");
  }

  bool skip_until(std::string_view end, std::size_t skip, const char* message) {
    const std::size_t start = at_;
    const std::size_t found = text_.find(end, at_ + skip);
    if (found == std::string_view::npos) return unfinished(start, message);
    at_ = found + end.size();
    return true;
  }

  bool skip_dollar_quoted() {
    std::size_t end = at_ + 1;
    if (is_digit(at(end))) return false;
    while (starts_word(at(end)) || is_digit(at(end))) ++end;
    if (at(end) != '$') return false;
    return skip_until(text_.substr(at_, end + 1 - at_), end + 1 - at_, "this dollar quote is never closed");
  }

  bool skip_nested_comment() {
    const std::size_t start = at_;
    int depth = 0;
    while (at_ < text_.size()) {
      if (here("/*")) {
        ++depth;
        at_ += 2;
      } else if (here("*/")) {
        at_ += 2;
        if (--depth == 0) return true;
      } else {
        ++at_;
      }
    }
    return unfinished(start, "this comment is never closed");
  }

  bool unfinished(std::size_t start, const char* message) {
    problem(start, message);
    at_ = text_.size();
    return true;
  }

  void skip_blank() {
    while (at_ < text_.size() && kBlank.find(text_[at_]) != std::string_view::npos) ++at_;
  }

  /// `{{name}}` or `{{name(argument, …)}}`.
  void read_macro(SqlPieces& pieces, int depth) {
    SqlPiece macro{SqlPiece::Kind::macro, at_, {}, {}};
    if (depth >= kDeepestMacro) {
      problem(at_, "macros are nested too deep");
      at_ = text_.size();
      return;
    }
    at_ += 2;
    skip_blank();
    const std::size_t name = at_;
    while (starts_word(at(at_)) || is_digit(at(at_))) ++at_;
    macro.text = text_.substr(name, at_ - name);
    skip_blank();
    if (at(at_) == '(') {
      do {
        ++at_;
        macro.arguments.push_back(read_pieces(depth + 1));
      } while (at(at_) == ',');
      if (at(at_) == ')') ++at_;
      skip_blank();
    }
    if (macro.text.empty() || !here("}}")) {
      problem(macro.offset, "a macro is written {{name}} or {{name(argument, …)}}");
      at_ = std::max(at_, macro.offset + 2);
      return;
    }
    at_ += 2;
    pieces.push_back(std::move(macro));
  }

  std::string_view text_;
  const rows::DialectRules& rules_;
  std::size_t at_ = 0;
  bool seen_code_ = false;
  SqlScan result_;
};

void collect(const SqlPieces& pieces, std::vector<const SqlPiece*>& found) {
  for (const SqlPiece& piece : pieces) {
    if (piece.kind != SqlPiece::Kind::text) found.push_back(&piece);
    for (const SqlPieces& argument : piece.arguments) collect(argument, found);
  }
}

}  // namespace

SqlScan scan_sql(std::string_view text, rows::Dialect dialect) { return Scanner(text, dialect).scan(); }

std::vector<const SqlPiece*> marks(const SqlPieces& pieces) {
  std::vector<const SqlPiece*> found;
  collect(pieces, found);
  return found;
}

}  // namespace reportctl::catalog
