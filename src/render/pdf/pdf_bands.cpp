// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_bands.hpp"

#include <algorithm>

namespace reportctl::render {
namespace {

constexpr double kLeastCard = 120;
constexpr double kCardGap = 8;
constexpr double kCardPadding = 8;
constexpr int kMaxValueLines = 2;
constexpr std::size_t kMaxBandText = 4'000;

}  // namespace

Bands::Bands(Fonts& fonts, double width)
    : title(fonts, 18, Weight::bold),
      heading(fonts, 12, Weight::bold),
      label(fonts, 7.5, Weight::regular),
      value(fonts, 12, Weight::bold),
      small(fonts, 9, Weight::regular),
      width_(width) {}

std::string_view Bands::kept(std::string_view text) { return texts_.emplace_back(printable(text, {kMaxBandText}).text); }

Band& Bands::text(std::string_view words, const Line& line) {
  Band& band = all.emplace_back();
  TextBlock block(line.face, kept(words), {width_, line.max_lines});
  band.height = line.space_before + block.height() + line.space_after;
  band.items.push_back({std::move(block), 0, line.space_before, width_, line.align, line.color});
  return band;
}

void Bands::cards(const std::vector<Card>& cards, const Color& accent) {
  const auto most = static_cast<std::size_t>((width_ + kCardGap) / (kLeastCard + kCardGap));
  // Rows of equal length look better than a last one with a single card.
  const std::size_t lines = (cards.size() + most - 1) / most;
  const std::size_t per_line =
      std::max<std::size_t>(lines == 0 ? 1 : (cards.size() + lines - 1) / lines, std::min<std::size_t>(most, 3));
  const double card_width = (width_ - kCardGap * static_cast<double>(per_line - 1)) / static_cast<double>(per_line);
  for (std::size_t first = 0; first < cards.size(); first += per_line) {
    Band& band = all.emplace_back();
    double height = 0;
    for (std::size_t i = first; i < std::min(first + per_line, cards.size()); ++i) {
      const double x = static_cast<double>(i - first) * (card_width + kCardGap) + kCardPadding + 3;
      const double inner = card_width - 2 * kCardPadding - 3;
      double y = kCardPadding - 2;
      TextBlock name(label, kept(cards[i].label), {inner, 2});
      const double name_height = name.height();
      band.items.push_back({std::move(name), x, y, inner, Align::left, kQuietInk});
      y += name_height + 1;
      for (const std::string& text : cards[i].values) {
        const std::string_view words = kept(text);
        const bool is_large = cards[i].values.size() <= 3 && value.width(words) <= inner * kMaxValueLines * 0.9;
        TextBlock amount(is_large ? value : small, words, {inner, is_large ? kMaxValueLines : 2 * kMaxValueLines});
        const double amount_height = amount.height();
        band.items.push_back({std::move(amount), x, y, inner, Align::left, kInk});
        y += amount_height;
      }
      height = std::max(height, y + kCardPadding - 2);
    }
    for (std::size_t i = first; i < std::min(first + per_line, cards.size()); ++i) {
      const double x = static_cast<double>(i - first) * (card_width + kCardGap);
      band.fills.push_back({x, 0, card_width, height, tint(accent, 0.08)});
      band.fills.push_back({x, 0, 3, height, accent});
    }
    band.height = height + kCardGap;
  }
}

void Bands::chart(const ChartData& data, const ChartStyle& style) {
  Band& band = all.emplace_back();
  band.height = chart_height(data, style);
  band.chart = &data;
}

void draw_band(Pen& pen, Fonts& fonts, const Band& band, const ChartBox& at, const ChartStyle& style) {
  for (const Band::Fill& fill : band.fills) {
    pen.color(fill.color);
    pen.rectangle(at.x + fill.x, at.y + fill.y, fill.width, fill.height);
  }
  for (const Band::Item& item : band.items) {
    pen.color(item.color);
    item.block.draw(pen, {at.x + item.x, at.y + item.y, item.width, item.align});
  }
  if (band.chart == nullptr) return;
  pen.flush();
  const Cairo& api = cairo();
  api.cairo_save(pen.drawing());
  draw_chart(pen.drawing(), fonts, *band.chart, {at.x, at.y, at.width, band.height}, style);
  api.cairo_restore(pen.drawing());
}

}  // namespace reportctl::render
