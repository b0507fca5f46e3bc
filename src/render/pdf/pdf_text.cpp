// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_text.hpp"

#include <algorithm>

#include "reportctl/base/line_ends.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr double kSlack = 0.75;  // so that rounding in Pango never breaks a line that was measured to fit
constexpr std::string_view kLineSeparator = "\xE2\x80\xA8";

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }

/// May a line end behind this character? Not behind a minus.
bool breaks_after(std::string_view text, std::size_t at) {
  const char c = text[at];
  return c == ' ' || c == '/' || (c == '-' && at > 0 && text[at - 1] != ' ');
}

std::string_view without_last_spaces(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

void Pen::flush() {
  if (glyphs_.empty()) return;
  const Cairo& api = cairo();
  api.cairo_set_scaled_font(drawing_, face_->scaled_font());
  api.cairo_show_glyphs(drawing_, glyphs_.data(), static_cast<int>(glyphs_.size()));
  glyphs_.clear();
}

void Pen::color(const Color& color) {
  if (color_is_set_ && color.red == color_.red && color.green == color_.green && color.blue == color_.blue) return;
  flush();
  set_color(drawing_, color);
  color_ = color;
  color_is_set_ = true;
}

void Pen::simple(Face& face, std::string_view text, double x, double baseline) {
  if (face_ != &face) flush();
  face_ = &face;
  face.put(text, {0, x, baseline}, glyphs_);
}

void Pen::line(PangoLayoutLine* line, double x, double baseline) {
  flush();  // texts stand in the file in the order in which they are read
  const Cairo& api = cairo();
  api.cairo_move_to(drawing_, x, baseline);
  api.pango_cairo_show_layout_line(drawing_, line);
  api.cairo_new_path(drawing_);
}

void Pen::rectangle(double x, double y, double width, double height) {
  flush();
  const Cairo& api = cairo();
  api.cairo_rectangle(drawing_, x, y, width, height);
  api.cairo_fill(drawing_);
}

TextBlock::TextBlock(Face& face, std::string_view text, const Fit& fit) : face_(&face) {
  const double width = face.simple_width(text);
  if (width < 0) {
    shape(text, fit);
    return;
  }
  if (width <= fit.width + kSlack / 2) {
    lines_.push_back({text, nullptr, width, 0, false});
  } else if (!break_simple(text, fit)) {
    lines_.clear();
    is_cut_ = false;
    shape(text, fit);
    return;
  }
  for (Line& line : lines_) {
    line.baseline = height_ + face.ascent();
    height_ += face.line_height();
  }
}

bool TextBlock::break_simple(std::string_view text, const Fit& fit) {
  const double limit = fit.width + kSlack / 2;
  while (!text.empty()) {
    if (static_cast<int>(lines_.size()) + 1 >= fit.max_lines) {  // the last line takes what fits
      last_ = std::make_unique<const std::string>(face_->fitted(cut_at_character(text, 2000), limit));
      is_cut_ = *last_ != text;
      lines_.push_back({*last_, nullptr, face_->simple_width(*last_), 0, false});
      return lines_.back().width >= 0;  // a font without an ellipsis
    }
    double width = 0;
    std::size_t end = 0;
    std::size_t best = 0;  // behind the last character that a line may end with
    while (end < text.size()) {
      std::size_t next = end + 1;
      while (next < text.size() && !begins_character(text[next])) ++next;
      const double with = width + face_->simple_width(text.substr(end, next - end));
      if (with > limit && text[end] != ' ' && end > 0) break;
      width = with;
      if (breaks_after(text, end)) best = next;
      end = next;
    }
    if (end < text.size() && best > 0) end = best;
    const std::string_view line = without_last_spaces(text.substr(0, end));
    lines_.push_back({line, nullptr, face_->simple_width(line), 0, false});
    text.remove_prefix(end);
  }
  return true;
}

void TextBlock::shape(std::string_view text, const Fit& fit) {
  const Cairo& api = cairo();
  layout_ = make_layout(*face_, text);
  api.pango_layout_set_width(layout_.get(), static_cast<int>((fit.width + kSlack) * PANGO_SCALE));
  api.pango_layout_set_wrap(layout_.get(), PANGO_WRAP_WORD_CHAR);
  api.pango_layout_set_ellipsize(layout_.get(), PANGO_ELLIPSIZE_END);
  api.pango_layout_set_height(layout_.get(), -fit.max_lines);
  is_cut_ = api.pango_layout_is_ellipsized(layout_.get()) != FALSE;
  const int count = api.pango_layout_get_line_count(layout_.get());
  for (int i = 0; i < count; ++i) {
    PangoLayoutLine* shaped = api.pango_layout_get_line_readonly(layout_.get(), i);
    PangoRectangle ink;
    PangoRectangle logical;
    api.pango_layout_line_get_extents(shaped, &ink, &logical);
    // Fonts of other scripts ask for more room than most of their letters use: a line grows only for what is really drawn.
    const double ascent = std::max(face_->ascent(), -static_cast<double>(ink.y) / PANGO_SCALE);
    const double descent = std::max(face_->descent(), static_cast<double>(ink.y + ink.height) / PANGO_SCALE);
    const bool from_right = shaped->resolved_dir == PANGO_DIRECTION_RTL;
    lines_.push_back({{}, shaped, static_cast<double>(logical.width) / PANGO_SCALE, height_ + ascent, from_right});
    height_ += ascent + descent;
  }
}

double TextBlock::width() const {
  double widest = 0;
  for (const Line& line : lines_) widest = std::max(widest, line.width);
  return widest;
}

void TextBlock::draw(Pen& pen, double x, double y, double width, Align align) const {
  for (const Line& line : lines_) {
    double at = x;
    if (align == Align::right || (align == Align::left && line.from_right)) at = x + width - line.width;
    if (align == Align::center) at = x + (width - line.width) / 2;
    if (line.shaped != nullptr)
      pen.line(line.shaped, at, y + line.baseline);
    else
      pen.simple(*face_, line.text, at, y + line.baseline);
  }
}

bool is_printable(std::string_view text, const PrintLimit& limit) {
  if (text.size() > limit.bytes) return false;
  return std::none_of(text.begin(), text.end(), [](char c) {
    // 0xC2 begins C1 controls, 0xE2 separators and overrides, 0xEF and all above code points that are no characters.
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F || byte == 0xC2 || byte == 0xE2 || byte >= 0xEF || byte == 0xC0 || byte == 0xC1;
  });
}

PrintableText printable(std::string_view text, const PrintLimit& limit) {
  PrintableText result;
  const std::string_view part = cut_at_character(text, limit.bytes);
  result.is_cut = part.size() != text.size();
  const std::string repaired = is_valid_utf8(part) ? std::string() : repair_utf8(part);
  const std::string all = with_line_feeds(repaired.empty() ? part : std::string_view(repaired));
  std::string line;
  int lines = 1;
  const auto end_line = [&] {
    result.text += visible(line);
    line.clear();
  };
  for (const char c : all) {
    if (c == '\n') {
      end_line();
      if (++lines > limit.lines) {
        result.is_cut = true;
        return result;
      }
      result.text += kLineSeparator;
    } else if (c == '\t') {
      line += "    ";
    } else {
      line += c;
    }
  }
  end_line();
  return result;
}

}  // namespace reportctl::render
