// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_pages.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "pdf_layout.hpp"
#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr int kMaxLabelLines = 4;
constexpr int kRowsThatStay = 4;             // fewer are not left alone below a heading
constexpr std::size_t kMostOfCell = 32'767;  // of a spreadsheet, in characters

}  // namespace

PdfPages::PdfPages(const PdfContent& content, Sink& sink)
    : content_(content),
      document_(content.spec.document),
      words_(document_.language),
      surface_(sink, content.shape.paper),
      pen_(surface_.drawing()),
      texts_(surface_.drawing()),
      brand_(parse_color(document_.color, kDefaultBrand)),
      chart_style_{document_.color, 8},
      ratio_(content.shape.text_size / kTextSize),
      padding_(kCellPadding * ratio_),
      regular_(content.fonts, content.shape.text_size, Weight::regular),
      bold_(content.fonts, content.shape.text_size, Weight::bold),
      footer_(content.fonts, 7.5, Weight::regular),
      front_(content.fonts, table_width()),
      back_(content.fonts, table_width()) {
  for (std::size_t i = 0; i < content_.shape.strips.size(); ++i) write_strip(i);
}

void PdfPages::write_strip(std::size_t number) {
  const Strip& strip = content_.shape.strips[number];
  auto& parts = strips_.emplace_back(
      StripParts{.labels = {}, .head = Bands(content_.fonts, table_width()), .totals = Bands(content_.fonts, table_width())});
  for (std::size_t i = 0; i < strip.columns.size(); ++i) {
    parts.labels.emplace_back(bold_, content_.spec.columns[strip.columns[i]].label, fit_of(strip.widths[i], kMaxLabelLines));
    parts.header_height = std::max(parts.header_height, parts.labels.back().height() + 4 * kRowPadding * ratio_);
    parts.width += strip.widths[i];
  }
  write_totals(strip, parts.totals);
  if (number == 0) return;
  const std::string columns = words_.say("part", {{"first", std::to_string(strip.columns[strip.repeated] + 1)},
                                                  {"last", std::to_string(strip.columns.back() + 1)},
                                                  {"all", std::to_string(content_.spec.columns.size())}});
  Band& band = parts.head.text(columns, {.face = parts.head.heading, .align = Align::left, .space_after = 3});
  band.outline = columns;
  band.leads = true;
}

std::string PdfPages::period_line() const {
  if (document_.timezone.empty()) return document_.period;
  return document_.period.empty() ? document_.timezone : fmt::format("{} ({})", document_.period, document_.timezone);
}

void PdfPages::write_front() {
  front_.text(document_.title, {.face = front_.title, .max_lines = 3}).outline = document_.title;
  std::string whose = document_.account;
  if (!document_.scope.empty()) whose += (whose.empty() ? "" : " · ") + document_.scope;
  if (!whose.empty()) front_.text(whose, {.face = front_.heading, .space_before = 1});
  if (!period_line().empty()) front_.text(period_line(), {.face = front_.small, .color = kQuietInk, .space_after = 2});
  for (const auto& [label, value] : document_.filters)
    front_.text(fmt::format("{}{} {}", label, words_.say("colon"), value), {.face = front_.small, .color = kQuietInk});
  if (!content_.closing.metrics.empty()) {
    const std::string summary = words_.say("summary");
    front_.text(summary, {.face = front_.heading, .align = Align::left, .space_before = 8, .space_after = 3}).outline = summary;
    std::vector<Bands::Card> cards;
    for (const Metric& metric : content_.closing.metrics) cards.push_back({metric.label, short_values(metric.values, words_)});
    front_.cards(cards, brand_);
  }
  if (!content_.closing.chart.empty()) front_.chart(content_.closing.chart, chart_style_);
  const std::size_t before = front_.all.size();
  const std::string details = words_.say("details");
  front_.text(details, {.face = front_.heading, .align = Align::left, .space_before = 4, .space_after = 3}).outline = details;
  if (content_.spool.rows() < content_.rows)
    front_.text(words_.count("first_printed", content_.spool.rows(), {{"rows", grouped(content_.rows, 0, words_.numbers())}}),
                {.face = front_.small, .align = Align::left, .space_after = 3});
  if (content_.shape.strips.size() > 1)
    front_.text(words_.say(content_.shape.strips[0].repeated > 1 ? "parts_and_currencies" : "parts",
                           {{"columns", std::to_string(content_.spec.columns.size())},
                            {"parts", std::to_string(content_.shape.strips.size())}}),
                {.face = front_.small, .align = Align::left, .space_after = 3});
  if (content_.rows == 0) front_.text(words_.say("no_rows"), {.face = front_.small, .align = Align::left, .space_after = 3});
  for (std::size_t i = before; i < front_.all.size(); ++i) front_.all[i].leads = true;
}

void PdfPages::write_totals(const Strip& strip, Bands& bands) {
  for (std::size_t i = 0; i < content_.totals.size(); ++i) {
    Band& band = bands.all.emplace_back();
    double x = 0;
    for (std::size_t k = 0; k < strip.columns.size(); ++k) {
      const double width = strip.widths[k];
      const std::size_t column = strip.columns[k];
      if (!content_.totals[i][column].empty()) {
        TextBlock block(bold_, content_.totals[i][column], fit_of(width, kMaxCellLines));
        band.height = std::max(band.height, block.height() + 3 * kRowPadding);
        const Align align = facts_of(content_.spec.columns[column].type).number ? Align::right : Align::left;
        band.items.push_back({std::move(block), x + padding_, 1.5 * kRowPadding, width - 2 * padding_, align, kInk});
      }
      x += width;
    }
    band.height = std::max(band.height, bold_.line_height() + 3 * kRowPadding);
    band.fills.push_back({0, 0, x, band.height, tint(brand_, 0.12)});
    if (i == 0) {
      band.fills.push_back({0, 0, x, 0.8, brand_});
      band.outline = words_.say("totals");
    }
  }
}

void PdfPages::write_back() {
  if (content_.spool.rows() < content_.rows)
    back_.text(words_.count("not_printed", content_.rows - content_.spool.rows()),
               {.face = back_.small, .align = Align::left, .color = kQuietInk, .space_before = 6});
  if (cut_ > 0) {
    const std::string elsewhere = whole_formats(document_.formats, content_.longest_text <= kMostOfCell, words_);
    back_.text(words_.count("shortened", cut_) +
                   (elsewhere.empty() ? "" : " " + words_.count("elsewhere", cut_, {{"formats", elsewhere}})),
               {.face = back_.small, .align = Align::left, .color = kQuietInk, .space_before = 6});
  }
}

Page& PdfPages::new_page() {
  y_ = kTop;
  return pages_.emplace_back();
}

void PdfPages::place(Bands& bands) {
  for (const Band& band : bands.all) {
    if (y_ + band.height > lower() && y_ > kTop) new_page();
    pages_.back().bands.emplace_back(&band, y_);
    y_ += band.height;
  }
}

double PdfPages::row_height(const std::vector<PrintedCell>& cells, std::size_t number) {
  const Strip& strip = content_.shape.strips[number];
  double height = regular_.line_height();
  for (std::size_t i = 0; i < strip.columns.size(); ++i) {
    const PrintedCell& cell = cells[strip.columns[i]];
    const Fit fit = fit_of(strip.widths[i], kMaxCellLines);
    bool is_cut = cell.is_cut;
    if (static_cast<double>(cell.width) * ratio_ <= fit.width) {
      height = std::max(height, static_cast<double>(cell.height) * ratio_);
    } else {
      const TextBlock block(regular_, cell.text, fit);
      height = std::max(height, block.height());
      is_cut = is_cut || block.is_cut();
    }
    if (is_cut && (number == 0 || i >= strip.repeated)) ++cut_;  // others are printed in each strip
  }
  return height + 2 * kRowPadding * ratio_;
}

void PdfPages::place_rows(std::size_t strip) {
  if (strip > 0) {
    new_page();
    place(strips_[strip].head);
  }
  SpoolReader reader(content_.spool, content_.spec.columns.size());
  const auto start = [&] {
    pages_.back().table = y_;
    pages_.back().strip = strip;
    y_ += strips_[strip].header_height;
  };
  const double least = strips_[strip].header_height + kRowsThatStay * (regular_.line_height() + 2 * kRowPadding * ratio_);
  if (y_ + least > lower() && y_ > kTop) {
    // The heading goes with its table.
    std::vector<const Band*> heading;
    auto& bands = pages_.back().bands;
    while (bands.size() > 1 && bands.back().first->leads) {
      heading.insert(heading.begin(), bands.back().first);
      bands.pop_back();
    }
    new_page();
    for (const Band* band : heading) {
      pages_.back().bands.emplace_back(band, y_);
      y_ += band->height;
    }
  }
  start();
  for (std::int64_t i = 0; i < content_.spool.rows(); ++i) {
    const double height = row_height(reader.next(), strip);
    if (y_ + height > lower() && pages_.back().rows > 0) {
      new_page();
      start();
    }
    y_ += height;
    ++pages_.back().rows;
  }
  for (const Band& band : strips_[strip].totals.all) {
    if (y_ + band.height > lower()) {
      new_page();
      start();  // figures without the names of their columns say nothing
    }
    pages_.back().bands.emplace_back(&band, y_);
    y_ += band.height;
  }
}

void draw_pdf(const PdfContent& content, Sink& sink) { PdfPages(content, sink).draw(); }

}  // namespace reportctl::render
