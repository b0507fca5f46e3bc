// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reportctl::render {

/// Makes texts fit for a cell: a literal `_x0041_` escaped (a spreadsheet would read it as `A`), and so what XML cannot hold;
/// NULs left out; lines ended by LF. What is longer than a cell can hold is cut and ends in `… [cut: 100000 characters]`.
class XlsxText {
 public:
  static constexpr std::size_t kMostUnits = 32'767;  ///< UTF-16 code units, as Excel counts
  /// Nothing in it is to be changed, neither for a cell nor for XML.
  static bool is_plain(std::string_view text);
  /// As libxlsxwriter 1.1.4 wants it, which escapes control characters and markup itself. Valid until the next call.
  const char* for_library(std::string_view text);
  /// As it stands between two tags. Valid until the next call.
  std::string_view xml(std::string_view text);
  /// Texts that were cut so far.
  [[nodiscard]] std::size_t cut() const { return cut_; }

 private:
  void rewrite(std::string_view text);
  std::string cell_;
  std::string xml_;
  std::size_t cut_ = 0;
};

/// For what is no cell and knows no escapes (properties, titles and names of charts): on one line, what XML cannot hold made
/// visible, at most 255 bytes.
std::string xlsx_label(std::string_view text);

}  // namespace reportctl::render
