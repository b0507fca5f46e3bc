// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "value_writer.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kAroundValue = 160;  ///< more than a cell has around its value, and a number in it
constexpr std::size_t kLongCell = XlsxPacker::kPiece / 2;

/// A, B, … Z, AA: of column 0 and so on.
std::string letters_of(std::size_t column) {
  std::string letters;
  for (std::size_t rest = column + 1; rest > 0; rest = (rest - 1) / 26)
    letters.insert(letters.begin(), static_cast<char>('A' + (rest - 1) % 26));
  return letters;
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n'; }

template <std::size_t kSize>
std::uint8_t fill(std::array<char, kSize>& out, std::string_view text) {
  std::copy_n(text.begin(), std::min(text.size(), kSize), out.begin());
  return static_cast<std::uint8_t>(text.size());
}

/// Digits without zeros at the end, of which a decimal has many.
char* put_number(std::int64_t number, int scale, char* out) {
  for (; scale > 0 && number % 10 == 0; --scale) number /= 10;
  out = put_scaled(number, static_cast<std::size_t>(std::max(scale, 0)), out);
  for (; scale < 0 && number != 0; ++scale) *out++ = '0';
  return out;
}

}  // namespace

XlsxRows::XlsxRows(std::size_t columns, XlsxText& texts, XlsxPacker& packer) : texts_(texts), packer_(packer), columns_(columns) {
  for (std::size_t i = 0; i < columns; ++i) columns_[i].size = fill(columns_[i].head, "<c r=\"" + letters_of(i));
}

template <std::size_t kSize>
void XlsxRows::put(const char (&text)[kSize]) {
  std::memcpy(at_, text, kSize - 1);
  at_ += kSize - 1;
}

void XlsxRows::begin_sheet() {
  row_ = 0;
  given_ = 0;
  begin_ = at_ = packer_.piece();
  end_ = begin_ + XlsxPacker::kPiece;
}

void XlsxRows::flush() {
  packer_.take(static_cast<std::size_t>(at_ - begin_));
  given_ += static_cast<std::uint64_t>(at_ - begin_);
  begin_ = at_ = packer_.piece();
  end_ = begin_ + XlsxPacker::kPiece;
}

void XlsxRows::end_sheet() {
  flush();
  packer_.end_sheet();
}

void XlsxRows::begin_row(std::size_t lines) {
  constexpr std::size_t kLineHeight = 15;  // points
  constexpr std::size_t kMostLines = 27;   // a row has at most 409 points
  make_room(kAroundValue);
  const auto end = std::to_chars(number_.data(), number_.data() + number_.size(), ++row_).ptr;
  number_size_ = static_cast<std::size_t>(end - number_.data());
  put("<row r=\"");
  std::memcpy(at_, number_.data(), number_.size());
  at_ += number_size_;
  if (lines > 1) {
    put("\" ht=\"");
    at_ = std::to_chars(at_, end_, kLineHeight * std::min(lines, kMostLines)).ptr;
  }
  put("\">");
}

void XlsxRows::end_row() {
  make_room(kAroundValue);
  put("</row>");
}

XlsxRows::Tail XlsxRows::tail_of(const XlsxCell& cell) {
  int style = 0;
  if (cell.format != nullptr) {
    auto known = std::find_if(styles_.begin(), styles_.end(), [&](const auto& one) { return one.first == cell.format; });
    if (known == styles_.end()) known = styles_.insert(styles_.end(), {cell.format, xlsx().lxw_format_get_xf_index(cell.format)});
    style = known->second;
  }
  std::string text = style == 0 ? "\"" : fmt::format("\" s=\"{}\"", style);
  switch (cell.kind) {
    case XlsxCell::Kind::text:
      text += " t=\"inlineStr\"><is><t";
      break;
    case XlsxCell::Kind::truth:
      text += " t=\"b\"><v>";
      break;
    case XlsxCell::Kind::number:
      text += "><v>";
      break;
    case XlsxCell::Kind::blank:
    case XlsxCell::Kind::none:
      text += "/>";
      break;
  }
  Tail tail{.format = cell.format, .kind = cell.kind};
  tail.size = fill(tail.text, text);
  return tail;
}

void XlsxRows::add(std::size_t column, const XlsxCell& cell) {
  switch (cell.kind) {
    case XlsxCell::Kind::none:
      return;
    case XlsxCell::Kind::blank:
      if (cell.format != nullptr) put_head(column, cell);
      return;
    case XlsxCell::Kind::text: {
      const std::string_view text = cell.plain ? cell.text : texts_.xml(cell.text);
      if (text.empty()) return add(column, XlsxCells::blank(cell.format));
      put_head(column, cell);
      return put_text(text);
    }
    case XlsxCell::Kind::truth:
      put_head(column, cell);
      *at_++ = cell.number == 0 ? '0' : '1';
      return put("</v></c>");
    case XlsxCell::Kind::number:
      put_head(column, cell);
      at_ = put_number(cell.number, cell.scale, at_);
      return put("</v></c>");
  }
}

/// Sizes that do not depend on the text are copied in an instruction or two.
void XlsxRows::put_head(std::size_t column, const XlsxCell& cell) {
  make_room(kAroundValue);
  Column& place = columns_[column];
  if (place.tail.kind != cell.kind || place.tail.format != cell.format) place.tail = tail_of(cell);
  std::memcpy(at_, place.head.data(), place.head.size());
  at_ += place.size;
  std::memcpy(at_, number_.data(), number_.size());
  at_ += number_size_;
  std::memcpy(at_, place.tail.text.data(), place.tail.text.size());
  at_ += place.tail.size;
}

void XlsxRows::put_text(std::string_view text) {
  if (is_blank(text.front()) || is_blank(text.back())) put(" xml:space=\"preserve\"");
  *at_++ = '>';
  for (; text.size() > kLongCell; text.remove_prefix(kLongCell)) put_piece(text.substr(0, kLongCell));
  put_piece(text);
  put("</t></is></c>");
}

void XlsxRows::put_piece(std::string_view text) {
  make_room(text.size() + kAroundValue);
  std::memcpy(at_, text.data(), text.size());
  at_ += text.size();
}

}  // namespace reportctl::render
