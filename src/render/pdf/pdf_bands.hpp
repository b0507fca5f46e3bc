// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "chart/chart_draw.hpp"
#include "pdf_text.hpp"

namespace reportctl::render {

/// A part of a page over its whole width that is never divided: its texts, ready to be drawn.
struct Band {
  struct Item {
    TextBlock block;
    double x = 0;  ///< from the left margin
    double y = 0;  ///< from the top of the band
    double width = 0;
    Align align = Align::left;
    Color color = kInk;
  };
  struct Fill {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;
    Color color;
  };
  double height = 0;
  std::vector<Fill> fills;
  std::vector<Item> items;
  std::string outline;               ///< an entry of the document's outline; empty: none
  const ChartData* chart = nullptr;  ///< fills the band
  bool leads = false;                ///< never stands alone at the end of a page: the table follows
};

/// What stands around the table, in order. Keeps the texts that its bands borrow.
class Bands {
 public:
  Bands(Fonts&, double width);
  struct Line {
    Face& face;
    Align align = Align::center;
    Color color = kInk;
    int max_lines = 4;
    double space_before = 0;
    double space_after = 0;
  };
  Band& text(std::string_view, const Line&);
  /// Small cards, several in a row: a label over its values.
  struct Card {
    std::string label;
    std::vector<std::string> values;
  };
  void cards(const std::vector<Card>&, const Color& accent);
  void chart(const ChartData&, const ChartStyle&);

  Face title;
  Face heading;
  Face label;
  Face value;
  Face small;
  std::deque<Band> all;

 private:
  /// The text as it may be printed, kept for as long as the bands.
  std::string_view kept(std::string_view);
  double width_;
  std::deque<std::string> texts_;
};

void draw_band(Pen&, Fonts&, const Band&, const ChartBox& at, const ChartStyle&);

}  // namespace reportctl::render
