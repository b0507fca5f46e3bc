// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cairo/cairo_fonts.hpp"

namespace reportctl::render {

/// Draws on a page: glyphs of one face and colour are gathered and shown at once, which is several times faster. Shaped lines are
/// borrowed until flush().
class Pen {
 public:
  explicit Pen(cairo_t* drawing) : drawing_(drawing) {}
  void color(const Color&);
  void simple(Face&, std::string_view text, double x, double baseline);
  void line(PangoLayoutLine*, double x, double baseline);
  void rectangle(double x, double y, double width, double height);
  /// Before anything else is drawn, and at the end of a page.
  void flush();
  [[nodiscard]] cairo_t* drawing() const { return drawing_; }

 private:
  struct Shaped {
    PangoLayoutLine* line = nullptr;
    double x = 0;
    double baseline = 0;
    std::size_t glyphs = 0;  ///< how many are in front of it: texts stand in the file in the order in which they are read
  };
  cairo_t* drawing_;
  Face* face_ = nullptr;
  Color color_;
  bool color_is_set_ = false;
  std::vector<cairo_glyph_t> glyphs_;  ///< and room for more
  std::size_t count_ = 0;
  std::vector<Shaped> lines_;
};

enum class Align { left, right, center };

/// Where a text begins, and how much room it has.
struct Place {
  double x = 0;
  double y = 0;
  double width = 0;
  Align align = Align::left;
};

struct Fit {
  double width = 0;
  int max_lines = 1;
};

/// Draws a simple text that fits on one line as a TextBlock would, without making one; false, and nothing drawn, for all others.
bool draw_one_line(Pen&, Face&, std::string_view, const Place&);

/// A text broken into lines of a width. What does not fit ends in an ellipsis.
class TextBlock {
 public:
  /// The text is borrowed.
  TextBlock(Face&, std::string_view, const Fit&);
  [[nodiscard]] double height() const { return height_; }
  [[nodiscard]] bool is_cut() const { return is_cut_; }
  [[nodiscard]] double width() const;
  /// Lines that read from right to left begin at the right.
  void draw(Pen&, const Place&) const;

 private:
  struct Line {
    std::string_view text;
    PangoLayoutLine* shaped = nullptr;
    double width = 0;
    double baseline = 0;  ///< from the top of the block
    bool from_right = false;
  };
  /// False when that takes shaping after all.
  bool break_simple(std::string_view, const Fit&);
  void shape(std::string_view, const Fit&);

  Face* face_;
  std::vector<Line> lines_;
  std::unique_ptr<const std::string>
      last_;  ///< the text of a simple last line with an ellipsis; stays where it is when the block moves
  CairoOwner<PangoLayout> layout_;
  double height_ = 0;
  bool is_cut_ = false;
};

/// A text as it is printed: at most so many bytes and lines, valid UTF-8, control characters and overrides of direction made
/// visible, ends of lines as U+2028 (one paragraph, so that its lines can be counted).
struct PrintableText {
  std::string text;
  bool is_cut = false;
};
struct PrintLimit {
  std::size_t bytes = 0;
  int lines = 4;
};
PrintableText printable(std::string_view, const PrintLimit&);
/// True when printable() would give the same text.
bool is_printable(std::string_view, const PrintLimit&);

}  // namespace reportctl::render
