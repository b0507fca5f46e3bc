// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "rule_tokens.hpp"

#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using Kind = RuleToken::Kind;

Kind kind_of(SqlToken::Kind kind) {
  switch (kind) {
    case SqlToken::Kind::word:
      return Kind::word;
    case SqlToken::Kind::quoted_name:
      return Kind::quoted;
    case SqlToken::Kind::number:
    case SqlToken::Kind::literal:
      return Kind::constant;
    case SqlToken::Kind::bind:
    case SqlToken::Kind::foreign_bind:
    case SqlToken::Kind::sign:
      break;
  }
  return Kind::sign;
}

void add_tokens(const SqlPiece& piece, RuleTokens& tokens) {
  for (const SqlToken& token : piece.tokens) {
    const std::size_t offset = piece.offset + static_cast<std::size_t>(token.text.data() - piece.text.data());
    const Kind kind = kind_of(token.kind);
    tokens.push_back({kind, kind == Kind::quoted ? std::string(token.text) : to_lower(token.text), offset});
  }
}

}  // namespace

RuleTokens rule_tokens(const SqlPieces& pieces) {
  RuleTokens tokens;
  for (const SqlPiece& piece : pieces) {
    if (piece.kind == SqlPiece::Kind::text)
      add_tokens(piece, tokens);
    else
      tokens.push_back({piece.kind == SqlPiece::Kind::bind ? Kind::bind : Kind::macro, std::string(piece.text), piece.offset});
  }
  return tokens;
}

}  // namespace reportctl::catalog
