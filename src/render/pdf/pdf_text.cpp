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

/// Where a line of a width begins.
double begin_of(const Place& place, double width) {
  switch (place.align) {
    case Align::left:
      return place.x;
    case Align::right:
      return place.x + place.width - width;
    case Align::center:
      return place.x + (place.width - width) / 2;
  }
  return place.x;
}

/// What a line may be wide where a text has so much room.
double limit_of(double width) { return width + kSlack / 2; }

std::string_view without_last_spaces(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

void Pen::flush() {
  const Cairo& api = cairo();
  std::size_t shown = 0;
  const auto show_until = [&](std::size_t end) {
    if (shown == end) return;
    api.cairo_set_scaled_font(drawing_, face_->scaled_font());
    api.cairo_show_glyphs(drawing_, glyphs_.data() + shown, static_cast<int>(end - shown));
    shown = end;
  };
  for (const Shaped& shaped : lines_) {
    show_until(shaped.glyphs);
    api.cairo_move_to(drawing_, shaped.x, shaped.baseline);
    api.pango_cairo_show_layout_line(drawing_, shaped.line);
    api.cairo_new_path(drawing_);
  }
  show_until(count_);
  lines_.clear();
  count_ = 0;
}

void Pen::color(const Color& color) {
  if (color_is_set_ && color.red == color_.red && color.green == color_.green && color.blue == color_.blue) return;
  flush();
  set_color(drawing_, color);
  color_ = color;
  color_is_set_ = true;
}

void Pen::simple(Face& face, std::string_view text, double x, double baseline) {
  if (face_ != &face && count_ > 0) flush();
  face_ = &face;
  if (glyphs_.size() - count_ < text.size()) glyphs_.resize(2 * glyphs_.size() + text.size());
  cairo_glyph_t* const glyphs = glyphs_.data();
  count_ = static_cast<std::size_t>(face.put(text, {0, x, baseline}, glyphs + count_) - glyphs);
}

void Pen::line(PangoLayoutLine* line, double x, double baseline) { lines_.push_back({line, x, baseline, count_}); }

void Pen::rectangle(double x, double y, double width, double height) {
  flush();
  const Cairo& api = cairo();
  api.cairo_rectangle(drawing_, x, y, width, height);
  api.cairo_fill(drawing_);
}

bool draw_one_line(Pen& pen, Face& face, std::string_view text, const Place& place) {
  const double width = face.simple_width(text);
  if (width < 0 || width > limit_of(place.width)) return false;
  pen.simple(face, text, begin_of(place, width), place.y + face.ascent());
  return true;
}

TextBlock::TextBlock(Face& face, std::string_view text, const Fit& fit) : face_(&face) {
  const double width = face.simple_width(text);
  if (width < 0) {
    shape(text, fit);
    return;
  }
  if (width <= limit_of(fit.width)) {
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
  const double limit = limit_of(fit.width);
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

void TextBlock::draw(Pen& pen, const Place& place) const {
  Place from_right = place;
  if (place.align == Align::left) from_right.align = Align::right;
  for (const Line& line : lines_) {
    const double at = begin_of(line.from_right ? from_right : place, line.width);
    if (line.shaped != nullptr)
      pen.line(line.shaped, at, place.y + line.baseline);
    else
      pen.simple(*face_, line.text, at, place.y + line.baseline);
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
