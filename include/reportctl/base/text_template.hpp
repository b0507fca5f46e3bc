// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reportctl {

/// A text with variables, like `Sales {period}`. `{{` and `}}` are braces.
class TextTemplate {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  /// nullopt when a brace stands alone, or is empty.
  static std::optional<TextTemplate> parse(std::string_view);
  /// Their names without spaces, in the order of the text.
  [[nodiscard]] std::vector<std::string> variables() const;
  /// Values are not templates themselves. What has no value stays as it is written.
  [[nodiscard]] std::string fill(const Values&) const;

 private:
  struct Piece {
    bool is_variable = false;
    std::string text;
  };
  std::vector<Piece> pieces_;
};

}  // namespace reportctl
