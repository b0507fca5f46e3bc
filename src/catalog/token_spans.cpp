// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "token_spans.hpp"

#include <utility>

namespace reportctl::catalog {
namespace {

constexpr std::size_t kDeepestGroup = 200;

/// What closes the group that the word or sign opens; empty: it opens none.
std::string_view closer_of(std::string_view text) {
  if (text == "(") return ")";
  if (text == "[") return "]";
  if (text == "{") return "}";
  return text == "case" ? "end" : "";
}

}  // namespace

bool is_one_of(std::string_view words, std::string_view word) {
  return !word.empty() && words.find(" " + std::string(word) + " ") != std::string_view::npos;
}

TokenSpans::TokenSpans(RuleTokens tokens) : tokens_(std::move(tokens)), behind_(tokens_.size()) {
  // Behind AS and behind a point, every word is a name: `SELECT 1 AS where`.
  for (std::size_t i = 1; i < tokens_.size(); ++i)
    if (tokens_[i].kind == RuleToken::Kind::word && (is(i - 1, "as") || is(i - 1, ".")) && !is(i, "not") &&
        !is(i, "materialized"))
      tokens_[i].kind = RuleToken::Kind::quoted;
  pair_up();
}

void TokenSpans::pair_up() {
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    if (tokens_[i].kind != RuleToken::Kind::word && tokens_[i].kind != RuleToken::Kind::sign) continue;
    const std::string& text = tokens_[i].text;
    if (!closer_of(text).empty()) {
      open.push_back(i);
      if (open.size() > kDeepestGroup) return;
    } else if (text == ")" || text == "]" || text == "}" || text == "end") {
      if (open.empty() || closer_of(tokens_[open.back()].text) != text) return;
      behind_[open.back()] = i + 1;
      open.pop_back();
    }
  }
  is_sound_ = open.empty();
}

bool TokenSpans::is(std::size_t i, std::string_view text) const {
  return i < tokens_.size() && (tokens_[i].kind == RuleToken::Kind::word || tokens_[i].kind == RuleToken::Kind::sign) &&
         tokens_[i].text == text;
}

bool TokenSpans::is_name(std::size_t i) const {
  return i < tokens_.size() && (tokens_[i].kind == RuleToken::Kind::word || tokens_[i].kind == RuleToken::Kind::quoted);
}

std::string TokenSpans::word(std::size_t i) const {
  return i < tokens_.size() && tokens_[i].kind == RuleToken::Kind::word ? tokens_[i].text : std::string();
}

bool TokenSpans::is_bind(std::size_t i, std::string_view name) const {
  return i < tokens_.size() && tokens_[i].kind == RuleToken::Kind::bind && tokens_[i].text == name;
}

std::size_t TokenSpans::next(std::size_t i, std::size_t end) const {
  return i < tokens_.size() && behind_[i] != 0 ? std::min(behind_[i], end) : i + 1;
}

}  // namespace reportctl::catalog
