// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>

#include "expect.hpp"
#include "reportctl/base/text.hpp"
#include "xlsx/xlsx_text.hpp"

namespace {

/// As XML reads what stands between tags.
std::string read_xml(std::string_view xml) {
  std::string text;
  for (std::size_t at = 0; at < xml.size();) {
    const std::string_view rest = xml.substr(at);
    EXPECT(rest.front() != '<' && rest.front() != '>' &&
           (static_cast<unsigned char>(rest.front()) >= 0x20 || rest.front() == '\t' || rest.front() == '\n'));
    std::size_t size = 1;
    char c = rest.front();
    if (c == '&') {
      size = rest.find(';') + 1;
      const std::string_view name = rest.substr(0, size);
      EXPECT(name == "&amp;" || name == "&lt;" || name == "&gt;");
      c = name == "&lt;" ? '<' : name == "&gt;" ? '>' : '&';
    }
    text += c;
    at += size;
  }
  return text;
}

/// As a spreadsheet reads a cell: `_x0041_` is A.
std::string read_cell(std::string_view cell) {
  std::string text;
  for (std::size_t at = 0; at < cell.size();) {
    const auto hex = std::string(cell.substr(at, 7));
    const bool is_escape =
        hex.size() == 7 && hex.starts_with("_x") && hex.back() == '_' && hex.find_first_not_of("0123456789abcdefABCDEF", 2) == 6;
    if (!is_escape) {
      text += cell[at++];
      continue;
    }
    const auto code = std::strtoul(hex.c_str() + 2, nullptr, 16);
    text += code == 0xFFFE ? "\xEF\xBF\xBE" : code == 0xFFFF ? "\xEF\xBF\xBF" : std::string(1, static_cast<char>(code));
    at += 7;
  }
  return text;
}

/// Without NULs, and with one kind of line end.
std::string as_shown(std::string_view text) {
  std::string shown;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0' || (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n')) continue;
    shown += text[i] == '\r' ? '\n' : text[i];
  }
  return shown;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reportctl;
  const std::string text = repair_utf8({reinterpret_cast<const char*>(data), size});
  render::XlsxText fit;
  const std::string cell = fit.for_library(text);
  EXPECT(is_valid_utf8(cell));
  EXPECT(fit.cut() > 0 || read_cell(cell) == as_shown(text));
  const std::string xml(fit.xml(text));
  EXPECT(is_valid_utf8(xml) && xml.find("\xEF\xBF\xBE") == std::string::npos && xml.find("\xEF\xBF\xBF") == std::string::npos);
  EXPECT(fit.cut() > 0 || read_cell(read_xml(xml)) == as_shown(text));
  EXPECT(!render::XlsxText::is_plain(text) || (cell == text && xml == text));
  // A hundred times slower than the rest, so for few inputs.
  if (std::hash<std::string>()(text) % 64 == 0) {
    std::string longer;
    while (longer.size() < 40'000) longer += text.empty() ? "x" : text;
    const std::string cut = fit.for_library(longer);
    EXPECT(is_valid_utf8(cut) && cut.size() <= 3 * render::XlsxText::kMostUnits);
  }
  const auto label = render::xlsx_label(text);
  EXPECT(label.size() <= 255 && is_valid_utf8(label) && !has_control(label));
  return 0;
}
