// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/text_template.hpp"

namespace reportctl {

std::optional<TextTemplate> TextTemplate::parse(std::string_view text) {
  TextTemplate made;
  std::string plain;
  while (!text.empty()) {
    const char c = text.front();
    if (c != '{' && c != '}') {
      plain.push_back(c);
      text.remove_prefix(1);
      continue;
    }
    if (text.size() > 1 && text[1] == c) {
      plain.push_back(c);
      text.remove_prefix(2);
      continue;
    }
    const auto end = text.find_first_of("{}", 1);
    if (c == '}' || end == std::string_view::npos || text[end] != '}') return std::nullopt;
    std::string name(text.substr(1, end - 1));
    std::erase(name, ' ');
    if (name.empty()) return std::nullopt;
    made.pieces_.push_back({.is_variable = false, .text = std::move(plain)});
    made.pieces_.push_back({.is_variable = true, .text = std::move(name)});
    plain.clear();
    text.remove_prefix(end + 1);
  }
  made.pieces_.push_back({.is_variable = false, .text = std::move(plain)});
  return made;
}

std::vector<std::string> TextTemplate::variables() const {
  std::vector<std::string> names;
  for (const auto& piece : pieces_)
    if (piece.is_variable) names.push_back(piece.text);
  return names;
}

std::string TextTemplate::fill(const Values& values) const {
  std::string filled;
  for (const auto& [is_variable, text] : pieces_) {
    const auto value = is_variable ? values.find(text) : values.end();
    if (value != values.end())
      filled += value->second;
    else
      filled += is_variable ? "{" + text + "}" : text;
  }
  return filled;
}

}  // namespace reportctl
