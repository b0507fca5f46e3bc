// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "rule_tokens.hpp"

#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

using RuleKind = RuleToken::Kind;

RuleKind kind_of(SqlToken::Kind kind) {
  switch (kind) {
    case SqlToken::Kind::word:
      return RuleKind::word;
    case SqlToken::Kind::quoted_name:
      return RuleKind::quoted;
    case SqlToken::Kind::number:
    case SqlToken::Kind::literal:
      return RuleKind::constant;
    case SqlToken::Kind::bind:
    case SqlToken::Kind::foreign_bind:
    case SqlToken::Kind::sign:
      break;
  }
  return RuleKind::sign;
}

void add_tokens(const SqlPiece& piece, RuleTokens& tokens) {
  for (const SqlToken& token : piece.tokens) {
    const std::size_t offset = piece.offset + static_cast<std::size_t>(token.text.data() - piece.text.data());
    const RuleKind kind = kind_of(token.kind);
    tokens.push_back(
        {kind, kind == RuleKind::quoted ? std::string(token.text) : to_lower(token.text), offset, std::string(token.text)});
  }
}

}  // namespace

RuleTokens rule_tokens(const SqlPieces& pieces) {
  RuleTokens tokens;
  for (const SqlPiece& piece : pieces) {
    if (piece.kind == SqlPiece::Kind::text)
      add_tokens(piece, tokens);
    else
      tokens.push_back(
          {piece.kind == SqlPiece::Kind::bind ? RuleKind::bind : RuleKind::macro, std::string(piece.text), piece.offset});
  }
  return tokens;
}

}  // namespace reportctl::catalog
