// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "rule_tokens.hpp"

#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using Kind = RuleToken::Kind;

bool is_word_sign(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// The end of a literal or quoted name that begins at `at`; a doubled quote is part of it.
std::size_t end_of_quoted(std::string_view text, std::size_t at, bool backslash) {
  const char quote = text[at] == '[' ? ']' : text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (backslash && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      if (quote == ']' || i + 1 >= text.size() || text[i + 1] != quote) return i + 1;
      ++i;
    }
  }
  return text.size();
}

std::size_t end_of_comment(std::string_view text, std::size_t at) {
  const std::size_t end = text[at] == '-' ? text.find('\n', at) : text.find("*/", at + 2);
  if (end == std::string_view::npos) return text.size();
  return text[at] == '-' ? end : end + 2;
}

void add_tokens(std::string_view text, std::size_t offset, RuleTokens& tokens) {
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const auto rest = text.substr(at);
    std::size_t end = at + 1;
    Kind kind = Kind::sign;
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
      at = end;
      continue;
    }
    if (rest.starts_with("--") || rest.starts_with("/*")) {
      at = end_of_comment(text, at);
      continue;
    }
    if (c == '\'') {
      const bool escapes = !tokens.empty() && tokens.back().text == "e" && tokens.back().offset + 1 == offset + at;
      if (escapes) tokens.pop_back();
      kind = Kind::constant;
      end = end_of_quoted(text, at, escapes);
    } else if (c == '"' || c == '`' || c == '[') {
      kind = Kind::quoted;
      end = end_of_quoted(text, at, false);
    } else if (is_word_sign(c)) {
      while (end < text.size() && is_word_sign(text[end])) ++end;
      kind = c >= '0' && c <= '9' ? Kind::constant : Kind::word;
    } else {
      for (const char* sign : {"<=", ">=", "<>", "!=", "==", "::", "||"})
        if (rest.starts_with(sign)) end = at + 2;
    }
    const auto written = text.substr(at, end - at);
    tokens.push_back({kind, kind == Kind::quoted ? std::string(written) : to_lower(written), offset + at});
    at = end;
  }
}

}  // namespace

RuleTokens rule_tokens(const SqlPieces& pieces) {
  RuleTokens tokens;
  for (const SqlPiece& piece : pieces) {
    if (piece.kind == SqlPiece::Kind::text)
      add_tokens(piece.text, piece.offset, tokens);
    else
      tokens.push_back({piece.kind == SqlPiece::Kind::bind ? Kind::bind : Kind::macro, std::string(piece.text), piece.offset});
  }
  return tokens;
}

}  // namespace reportctl::catalog
