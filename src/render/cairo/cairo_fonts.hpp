// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cairo_api.hpp"

namespace reportctl::render {

enum class Weight { regular, bold };

/// What Pango needs to set texts: one per document. Lengths are points (of the drawing's own coordinates); nothing is rounded to
/// pixels, so that a document does not depend on a screen.
class Fonts {
 public:
  Fonts();
  [[nodiscard]] PangoContext* context() const { return context_.get(); }
  /// The font in which simple texts are set. It is looked for once, whatever its sizes: for each size that Pango is asked for,
  /// fontconfig sorts all fonts of the machine. Error(failed) when there is none.
  [[nodiscard]] CairoOwner<cairo_scaled_font_t> scaled(Weight, double size);

 private:
  CairoOwner<PangoFontMap> map_;
  CairoOwner<PangoContext> context_;
  std::array<CairoOwner<PangoFont>, 2> found_;
};

/// A sans-serif font of one size, with what other scripts fall back to. Texts of simple scripts (Latin, Greek, Cyrillic, digits,
/// punctuation that the font has) are set from a table of glyphs, without Pango: several times faster.
class Face {
 public:
  Face(Fonts&, double size, Weight);
  [[nodiscard]] double size() const { return size_; }
  [[nodiscard]] double ascent() const { return ascent_; }
  [[nodiscard]] double descent() const { return descent_; }
  [[nodiscard]] double line_height() const { return ascent_ + descent_; }
  [[nodiscard]] const PangoFontDescription* description() const { return description_.get(); }
  [[nodiscard]] cairo_scaled_font_t* scaled_font() const { return scaled_.get(); }
  [[nodiscard]] PangoContext* context() const { return fonts_.context(); }

  /// The width of a simple text; negative for every other one.
  double simple_width(std::string_view);
  /// Writes the glyphs of a simple text, not more than its bytes; returns the end.
  cairo_glyph_t* put(std::string_view simple, cairo_glyph_t at, cairo_glyph_t* out);
  /// The width of any text on one line.
  double width(std::string_view);
  /// The text, or as much of it as fits with an ellipsis.
  std::string fitted(std::string_view, double width);

 private:
  struct Glyph {
    std::uint32_t index = 0;  ///< 0: not looked up yet
    float advance = 0;        ///< negative: not simple
  };
  /// Of the character that begins there; steps behind it.
  const Glyph& next_glyph(const char*& at) {
    const auto lead = static_cast<unsigned char>(*at);
    const Glyph& known = glyphs_[lead];
    if (lead >= 0x80 || known.index == 0) return glyph_of(at);
    ++at;
    return known;
  }
  const Glyph& glyph_of(const char*& at);
  void look_up(std::uint32_t point, Glyph&) const;

  Fonts& fonts_;
  double size_;
  CairoOwner<PangoFontDescription> description_;
  CairoOwner<cairo_scaled_font_t> scaled_;
  double ascent_ = 0;
  double descent_ = 0;
  std::unique_ptr<Glyph[]> glyphs_;  ///< by code point; the last one is all others', which are not simple
};

/// A text of any script, set on one line for drawing.
CairoOwner<PangoLayout> make_layout(const Face&, std::string_view);

struct Color {
  double red = 0;
  double green = 0;
  double blue = 0;
};
/// `#rrggbb`; the fallback for everything else.
Color parse_color(std::string_view, Color fallback);
/// Black or white, whichever is easier to read on it.
Color readable_on(const Color&);
/// Mixed with white; 0 is white.
Color tint(const Color&, double share);
void set_color(cairo_t*, const Color&);

constexpr Color kDefaultBrand{0x44 / 255.0, 0x72 / 255.0, 0xC4 / 255.0};
constexpr Color kInk{0.13, 0.13, 0.15};
constexpr Color kQuietInk{0.40, 0.40, 0.43};

}  // namespace reportctl::render
