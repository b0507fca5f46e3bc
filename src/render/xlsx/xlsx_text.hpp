// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace reportctl::render {

/// Makes texts fit for a cell, in the form that libxlsxwriter 1.1.4 wants: ended by a NUL; a literal `_x0041_` escaped (a
/// spreadsheet would read it as `A`), and so the two code points that XML cannot hold (the library does the control characters);
/// NULs left out. What is longer than a cell can hold is cut and ends in `… [cut: 100000 characters]`.
class XlsxText {
 public:
  static constexpr std::size_t kMostUnits = 32'767;  ///< UTF-16 code units, as Excel counts
  /// Valid until the next call.
  const char* operator()(std::string_view text) {
    if (text.size() <= kMostUnits && is_simple(text)) {
      cell_.assign(text);
      return cell_.c_str();
    }
    return rewrite(text);
  }
  /// Texts that were cut so far.
  [[nodiscard]] std::size_t cut() const { return cut_; }

 private:
  static bool is_simple(std::string_view text);
  const char* rewrite(std::string_view text);
  std::string cell_;
  std::size_t cut_ = 0;
};

/// For what is no cell and knows no escapes (properties, titles and names of charts): on one line, what XML cannot hold made
/// visible, at most 255 bytes.
std::string xlsx_label(std::string_view text);

}  // namespace reportctl::render
