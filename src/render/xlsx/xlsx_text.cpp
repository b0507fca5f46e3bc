// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "plain_text.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kMarkUnits = 48;  ///< more than the mark of a cut text can have

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// XML cannot hold it: `_x001F_` stands for it.
bool is_bare_control(char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n'; }
bool is_noncharacter(std::string_view text) { return text.starts_with("\xEF\xBF\xBE") || text.starts_with("\xEF\xBF\xBF"); }

/// `_xHHHH_`, which spreadsheets take for the character U+HHHH. Its last underscore may be the first of an escape.
bool starts_escape(std::string_view text) {
  return text.size() >= 7 && text[0] == '_' && text[1] == 'x' && std::all_of(text.begin() + 2, text.begin() + 6, is_hex) &&
         (text[6] == '_' || is_bare_control(text[6]) || is_noncharacter(text.substr(6)));
}

/// Without NULs; lines end in LF.
std::string with_plain_line_ends(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\0' || (text[i] == '\r' && text.substr(i + 1).starts_with('\n'))) continue;
    out += text[i] == '\r' ? '\n' : text[i];
  }
  return out;
}

std::size_t size_of_character(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

bool XlsxText::is_plain(std::string_view text) {
  // EF begins the two code points that XML lacks.
  return text.size() <= kMostUnits &&
         render::is_plain<Scan::look>(
             text, nullptr,
             [](Block block) {
               return any_of_block((block == '&') | (block == '<') | (block == '>') | (block == 0xEF) | (block < 0x20));
             }) &&
         text.find("_x") == std::string_view::npos;
}

const char* XlsxText::for_library(std::string_view text) {
  if (is_plain(text))
    cell_.assign(text);
  else
    rewrite(text);
  return cell_.c_str();
}

std::string_view XlsxText::xml(std::string_view text) {
  if (is_plain(text)) return text;
  rewrite(text);
  xml_.clear();
  for (const char c : cell_) {
    if (c == '&')
      xml_ += "&amp;";
    else if (c == '<')
      xml_ += "&lt;";
    else if (c == '>')
      xml_ += "&gt;";
    else if (is_bare_control(c))
      xml_ += fmt::format("_x{:04X}_", static_cast<int>(c));
    else
      xml_ += c;
  }
  return xml_;
}

void XlsxText::rewrite(std::string_view text) {
  cell_.clear();
  std::size_t units = 0;
  std::size_t size_with_mark = 0;  // of the cell where the mark would still fit behind it
  const std::string kept = with_plain_line_ends(text);
  for (std::string_view rest = kept; !rest.empty();) {
    const std::size_t size = std::min(size_of_character(rest.front()), rest.size());
    const std::string_view character = rest.substr(0, size);
    const bool is_escape = starts_escape(rest);
    rest.remove_prefix(size);
    if (units + kMarkUnits <= kMostUnits) size_with_mark = cell_.size();
    if (is_escape) {
      cell_ += "_x005F_";
      units += 7;
    } else if (is_noncharacter(character)) {
      cell_ += character.back() == '\xBE' ? "_xFFFE_" : "_xFFFF_";
      units += 7;
    } else {
      cell_ += character;
      units += size == 4 ? 2 : 1;
    }
    if (units > kMostUnits) {
      ++cut_;
      cell_.resize(size_with_mark);
      cell_ += fmt::format("… [cut: {} characters]", characters(text));
      break;
    }
  }
}

std::string xlsx_label(std::string_view text) {
  constexpr std::size_t kMostBytes = 255;
  constexpr std::string_view kCut = "…";
  std::string label = visible(cut_at_character(text, kMostBytes + 1));
  if (label.size() <= kMostBytes) return label;
  label.resize(cut_at_character(label, kMostBytes - kCut.size()).size());
  return label.append(kCut);
}

}  // namespace reportctl::render
