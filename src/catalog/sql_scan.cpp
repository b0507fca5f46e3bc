// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_scan.hpp"

namespace reportctl::catalog {
namespace {

constexpr int kDeepestMacro = 8;
constexpr std::size_t kLongest = 64U << 10U;  ///< some rules compare every place with every other

using rows::SqlToken;

/// Tells code from literals and comments by the dialect's own rules, and finds binds and macros in it.
class Scanner {
 public:
  Scanner(std::string_view text, rows::Dialect dialect) : text_(text), lexer_(text, dialect) {}

  SqlScan scan() {
    result_.pieces = read_pieces(0);
    if (lexer_.problem()) result_.problems.insert(result_.problems.begin(), *lexer_.problem());
    result_.has_comment = lexer_.has_comment();
    return std::move(result_);
  }

 private:
  [[nodiscard]] bool here(std::string_view word) const { return text_.substr(lexer_.at()).starts_with(word); }
  void problem(std::size_t offset, std::string message) { result_.problems.push_back({offset, std::move(message)}); }

  /// Up to the end of the text, or, inside a macro, up to the `,` or `)` that ends an argument.
  SqlPieces read_pieces(int macro_depth) {
    SqlPieces pieces;
    std::vector<std::size_t> open;
    std::size_t start = lexer_.at();
    std::vector<SqlToken> tokens;
    const auto flush = [&](std::size_t end) {
      if (end > start) pieces.push_back({SqlPiece::Kind::text, start, text_.substr(start, end - start), {}, std::move(tokens)});
      tokens.clear();
    };
    for (;;) {
      lexer_.skip_space();
      const std::size_t from = lexer_.at();
      if (macro_depth > 0 && open.empty() && (here(",") || here(")"))) break;
      if (here("{{")) {
        seen_code_ = true;
        flush(from);
        read_macro(pieces, macro_depth);
        start = lexer_.at();
        continue;
      }
      const auto token = lexer_.next();
      if (!token) break;
      if (!seen_code_ && token->kind == SqlToken::Kind::word) result_.first_word = token->text;
      seen_code_ = true;
      if (token->kind == SqlToken::Kind::bind) {
        flush(from);
        pieces.push_back({SqlPiece::Kind::bind, from, token->text.substr(1), {}});
        start = lexer_.at();
        continue;
      }
      check(*token, from, open);
      tokens.push_back(*token);
    }
    flush(lexer_.at());
    for (const std::size_t offset : open) problem(offset, "this parenthesis is never closed");
    return pieces;
  }

  void check(const SqlToken& token, std::size_t from, std::vector<std::size_t>& open) {
    if (token.kind == SqlToken::Kind::foreign_bind) problem(from, "a value is written as a named parameter, like :account");
    if (token.kind != SqlToken::Kind::sign) return;
    if (token.text == "(") open.push_back(from);
    if (token.text == ")" && open.empty())
      problem(from, "this parenthesis was never opened");
    else if (token.text == ")")
      open.pop_back();
    if (token.text == ";") problem(from, "one statement only, written without \";\"");
    if (text_.substr(from).starts_with("}}")) {
      problem(from, "\"}}\" without \"{{\"");
      lexer_.seek(from + 2);
    }
  }

  /// `{{name}}` or `{{name(argument, …)}}`.
  void read_macro(SqlPieces& pieces, int depth) {
    SqlPiece macro{SqlPiece::Kind::macro, lexer_.at(), {}, {}};
    if (depth >= kDeepestMacro) {
      problem(macro.offset, "macros are nested too deep");
      return lexer_.seek(text_.size());
    }
    lexer_.seek(macro.offset + 2);
    const auto name = lexer_.next();
    if (name && name->kind == SqlToken::Kind::word)
      macro.text = name->text;
    else
      lexer_.seek(macro.offset + 2);
    lexer_.skip_space();
    if (here("(")) {
      do {
        lexer_.seek(lexer_.at() + 1);
        macro.arguments.push_back(read_pieces(depth + 1));
      } while (here(","));
      if (here(")")) lexer_.seek(lexer_.at() + 1);
      lexer_.skip_space();
    }
    if (macro.text.empty() || !here("}}")) return problem(macro.offset, "a macro is written {{name}} or {{name(argument, …)}}");
    lexer_.seek(lexer_.at() + 2);
    pieces.push_back(std::move(macro));
  }

  std::string_view text_;
  rows::SqlLexer lexer_;
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

SqlScan scan_sql(std::string_view text, rows::Dialect dialect) {
  if (text.size() <= kLongest) return Scanner(text, dialect).scan();
  SqlScan refused;
  refused.problems.push_back({0, "more than 64 KB of SQL in one piece; make a view of it in the database"});
  return refused;
}

std::vector<const SqlPiece*> marks(const SqlPieces& pieces) {
  std::vector<const SqlPiece*> found;
  collect(pieces, found);
  return found;
}

}  // namespace reportctl::catalog
