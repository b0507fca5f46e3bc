// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "cairo_fonts.hpp"

#include <algorithm>
#include <cmath>

#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

/// In order of preference; fontconfig adds whatever else has the characters.
constexpr const char* kFamilies = "Noto Sans,DejaVu Sans,Liberation Sans,Sans";
constexpr std::uint32_t kTableSize = 0x2300;

/// Characters that need nothing but their own glyph: precomposed letters of left-to-right scripts, digits, punctuation, currency
/// signs, arrows and operators. No combining marks, no soft hyphen, nothing invisible.
constexpr bool stands_alone(std::uint32_t point) {
  return (point >= 0x20 && point <= 0x7E) || (point >= 0xA0 && point <= 0x24F && point != 0xAD) ||
         (point >= 0x370 && point <= 0x482) || (point >= 0x48A && point <= 0x52F) || (point >= 0x1E00 && point <= 0x1FFF) ||
         (point >= 0x2010 && point <= 0x2027) || (point >= 0x2030 && point <= 0x205E) || (point >= 0x20A0 && point <= 0x20C0) ||
         (point >= 0x2100 && point <= 0x22FF);
}

/// Reads one character of valid UTF-8 and steps behind it.
std::uint32_t next_point(const char*& at) {
  const auto lead = static_cast<unsigned char>(*at++);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  std::uint32_t point = lead & (0x3FU >> more);
  for (int i = 0; i < more; ++i) point = point << 6U | (static_cast<unsigned char>(*at++) & 0x3FU);
  return point;
}

std::string utf8_of(std::uint32_t point) {
  std::string text;
  if (point < 0x80) return {static_cast<char>(point)};
  if (point < 0x800) {
    text += static_cast<char>(0xC0U | point >> 6U);
  } else {
    text += static_cast<char>(0xE0U | point >> 12U);
    text += static_cast<char>(0x80U | (point >> 6U & 0x3FU));
  }
  text += static_cast<char>(0x80U | (point & 0x3FU));
  return text;
}

double luminance(const Color& color) {
  const auto linear = [](double part) { return part <= 0.04045 ? part / 12.92 : std::pow((part + 0.055) / 1.055, 2.4); };
  return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

CairoOwner<PangoFontDescription> description_of(Weight weight, double size) {
  const Cairo& api = cairo();
  CairoOwner<PangoFontDescription> description(api.pango_font_description_new());
  api.pango_font_description_set_family(description.get(), kFamilies);
  api.pango_font_description_set_absolute_size(description.get(), size * PANGO_SCALE);
  api.pango_font_description_set_weight(description.get(), weight == Weight::bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
  return description;
}

}  // namespace

Fonts::Fonts() : map_(cairo().pango_cairo_font_map_new()), context_(cairo().pango_font_map_create_context(map_.get())) {
  const Cairo& api = cairo();
  const CairoOwner<cairo_font_options_t> options(api.cairo_font_options_create());
  api.cairo_font_options_set_antialias(options.get(), CAIRO_ANTIALIAS_GRAY);
  api.cairo_font_options_set_hint_style(options.get(), CAIRO_HINT_STYLE_NONE);
  api.cairo_font_options_set_hint_metrics(options.get(), CAIRO_HINT_METRICS_OFF);
  api.pango_cairo_context_set_font_options(context_.get(), options.get());
  api.pango_cairo_context_set_resolution(context_.get(), 72);
  api.pango_context_set_round_glyph_positions(context_.get(), FALSE);
  api.pango_context_set_language(context_.get(), api.pango_language_from_string("en"));  // not the locale's
}

CairoOwner<cairo_scaled_font_t> Fonts::scaled(Weight weight, double size) {
  constexpr double kFoundAt = 8;
  const Cairo& api = cairo();
  CairoOwner<PangoFont>& found = found_.at(weight == Weight::bold ? 1 : 0);
  if (!found) found.reset(api.pango_context_load_font(context(), description_of(weight, kFoundAt).get()));
  auto* const font = reinterpret_cast<PangoCairoFont*>(found.get());
  cairo_scaled_font_t* const sample = font == nullptr ? nullptr : api.pango_cairo_font_get_scaled_font(font);
  if (sample == nullptr)
    throw Error(ErrorKind::failed, "no font can be opened: PDF files and charts cannot be drawn",
                "install the Debian package fonts-noto-core (or fonts-dejavu-core)");
  const CairoOwner<cairo_font_options_t> options(api.cairo_font_options_create());
  api.cairo_scaled_font_get_font_options(sample, options.get());
  cairo_matrix_t turned;
  api.cairo_scaled_font_get_ctm(sample, &turned);
  const double rounded = std::floor(size * PANGO_SCALE) / PANGO_SCALE;  // as Pango has it: its texts are then of the same font
  const cairo_matrix_t matrix{rounded, 0, 0, rounded, 0, 0};
  return CairoOwner<cairo_scaled_font_t>(
      api.cairo_scaled_font_create(api.cairo_scaled_font_get_font_face(sample), &matrix, &turned, options.get()));
}

Face::Face(Fonts& fonts, double size, Weight weight)
    : fonts_(fonts),
      size_(size),
      description_(description_of(weight, size)),
      scaled_(fonts.scaled(weight, size)),
      glyphs_(new Glyph[kTableSize + 1]) {
  cairo_font_extents_t extents;
  cairo().cairo_scaled_font_extents(scaled_.get(), &extents);
  // Rounded as Pango's metrics are.
  ascent_ = std::floor(extents.ascent * PANGO_SCALE + 0.5) / PANGO_SCALE;
  descent_ = std::ceil(extents.descent * PANGO_SCALE - 0.5) / PANGO_SCALE;
}

void Face::look_up(std::uint32_t point, Glyph& glyph) const {
  constexpr std::uint32_t kNone = 0xFFFFFFFFU;
  glyph = {kNone, -1};
  if (!stands_alone(point)) return;
  const Cairo& api = cairo();
  const std::string text = utf8_of(point);
  cairo_glyph_t* glyphs = nullptr;
  int count = 0;
  const auto status = api.cairo_scaled_font_text_to_glyphs(scaled_.get(), 0, 0, text.data(), static_cast<int>(text.size()),
                                                           &glyphs, &count, nullptr, nullptr, nullptr);
  if (status == CAIRO_STATUS_SUCCESS && count == 1 && glyphs[0].index != 0) {
    cairo_text_extents_t extents;
    api.cairo_scaled_font_glyph_extents(scaled_.get(), glyphs, 1, &extents);
    glyph = {static_cast<std::uint32_t>(glyphs[0].index), static_cast<float>(extents.x_advance)};
  }
  api.cairo_glyph_free(glyphs);
}

const Face::Glyph& Face::glyph_of(const char*& at) {
  const std::uint32_t point = next_point(at);
  Glyph& known = glyphs_[std::min(point, kTableSize)];
  if (known.index == 0) look_up(point, known);
  return known;
}

double Face::simple_width(std::string_view text) {
  double width = 0;
  const char* const end = text.data() + text.size();
  for (const char* at = text.data(); at < end;) {
    const Glyph& known = next_glyph(at);
    if (known.advance < 0) return -1;
    width += static_cast<double>(known.advance);
  }
  return width;
}

cairo_glyph_t* Face::put(std::string_view simple, cairo_glyph_t at, cairo_glyph_t* out) {
  const char* const end = simple.data() + simple.size();
  for (const char* from = simple.data(); from < end;) {
    const Glyph& known = next_glyph(from);
    *out++ = {known.index, at.x, at.y};
    at.x += static_cast<double>(known.advance);
  }
  return out;
}

CairoOwner<PangoLayout> make_layout(const Face& face, std::string_view text) {
  const Cairo& api = cairo();
  CairoOwner<PangoLayout> layout(api.pango_layout_new(face.context()));
  api.pango_layout_set_font_description(layout.get(), face.description());
  api.pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
  return layout;
}

double Face::width(std::string_view text) {
  if (const double simple = simple_width(text); simple >= 0) return simple;
  const CairoOwner<PangoLayout> layout = make_layout(*this, text);
  const Cairo& api = cairo();
  double widest = 0;
  for (int i = 0; i < api.pango_layout_get_line_count(layout.get()); ++i) {
    PangoRectangle logical;
    api.pango_layout_line_get_extents(api.pango_layout_get_line_readonly(layout.get(), i), nullptr, &logical);
    widest = std::max(widest, static_cast<double>(logical.width) / PANGO_SCALE);
  }
  return widest;
}

std::string Face::fitted(std::string_view text, double limit) {
  if (width(text) <= limit) return std::string(text);
  // The longest prefix that fits: text widths grow with their length, near enough.
  std::vector<std::size_t> ends;
  for (std::size_t i = 1; i < text.size(); ++i)
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) ends.push_back(i);
  std::string best = "…";
  std::size_t low = 0;
  std::size_t high = ends.size();
  while (low < high) {
    const std::size_t middle = (low + high) / 2;
    std::string candidate(text.substr(0, ends[middle]));
    while (candidate.ends_with(' ')) candidate.pop_back();
    candidate += "…";
    if (width(candidate) <= limit) {
      best = std::move(candidate);
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return best;
}

Color parse_color(std::string_view text, Color fallback) {
  if (text.size() != 7 || text[0] != '#') return fallback;
  const auto part = [&](std::size_t at) -> double {
    int value = 0;
    for (const char c : text.substr(at, 2)) {
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) return -1;
      value = value * 16 + digit;
    }
    return value / 255.0;
  };
  const Color color{part(1), part(3), part(5)};
  return color.red < 0 || color.green < 0 || color.blue < 0 ? fallback : color;
}

Color readable_on(const Color& ground) { return luminance(ground) > 0.36 ? kInk : Color{1, 1, 1}; }

Color tint(const Color& color, double share) {
  const auto mixed = [share](double part) { return 1 - (1 - part) * share; };
  return {mixed(color.red), mixed(color.green), mixed(color.blue)};
}

void set_color(cairo_t* drawing, const Color& color) {
  cairo().cairo_set_source_rgb(drawing, color.red, color.green, color.blue);
}

}  // namespace reportctl::render
