// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "pdf_layout.hpp"
#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kMaxOutline = 400;
constexpr Color kZebra{0.955, 0.96, 0.97};

}  // namespace

void PdfPages::draw() {
  write_metadata();
  write_front();
  new_page();
  place(front_);
  for (std::size_t i = 0; i < strips_.size(); ++i) place_rows(i);
  write_back();
  place(back_);
  for (std::size_t i = 0; i < pages_.size(); ++i) {
    draw_page(i);
    surface_.check();
  }
  surface_.finish();
}

void PdfPages::draw_page(std::size_t number) {
  const Page& page = pages_[number];
  for (const auto& [band, y] : page.bands) {
    if (!band->outline.empty()) add_outline(band->outline, number, y);
    if (band->chart != nullptr) add_outline(band->chart->title, number, y);
  }
  const auto draw_band_at = [&](const Band& band, double y) {
    draw_band(pen_, content_.fonts, band, {kMargin, y, table_width(), band.height}, chart_style_);
  };
  const auto is_above = [&](double y) { return page.table < 0 || y < page.table; };
  for (const auto& [band, y] : page.bands)
    if (is_above(y)) draw_band_at(*band, y);
  if (page.table >= 0) draw_rows(page, draw_header(page));
  for (const auto& [band, y] : page.bands)
    if (!is_above(y)) draw_band_at(*band, y);
  draw_footer(number);
  pen_.flush();
  cairo().cairo_show_page(surface_.drawing());
}

double PdfPages::draw_header(const Page& page) {
  const Strip& strip = content_.shape.strips[page.strip];
  const StripParts& parts = strips_[page.strip];
  pen_.color(brand_);
  pen_.rectangle(kMargin, page.table, parts.width, parts.header_height);
  pen_.color(readable_on(brand_));
  double x = kMargin;
  for (std::size_t i = 0; i < parts.labels.size(); ++i) {
    const Align align = facts_of(content_.spec.columns[strip.columns[i]].type).number ? Align::right : Align::left;
    const double top = page.table + parts.header_height - parts.labels[i].height() - 2 * kRowPadding * ratio_;
    parts.labels[i].draw(pen_, {x + padding_, top, strip.widths[i] - 2 * padding_, align});
    x += strip.widths[i];
  }
  return page.table + parts.header_height;
}

double PdfPages::draw_rows(const Page& page, double y) {
  const Strip& strip = content_.shape.strips[page.strip];
  const std::size_t columns = strip.columns.size();
  if (!reader_ || drawn_strip_ != page.strip) {
    reader_.emplace(content_.spool, content_.spec.columns.size());
    drawn_strip_ = page.strip;
    drawn_ = 0;
  }
  std::vector<Place> places;
  for (double x = kMargin; const std::size_t column : strip.columns) {
    const double width = strip.widths[places.size()];
    const Align align = facts_of(content_.spec.columns[column].type).number ? Align::right : Align::left;
    places.push_back({x + padding_, 0, width - 2 * padding_, align});
    x += width;
  }
  // The texts are gathered first, since what they need says how high their rows are, and shown last.
  std::vector<TextBlock> blocks;
  pen_.color(kZebra);
  for (const std::int64_t end = drawn_ + page.rows; drawn_ < end; ++drawn_) {
    const std::vector<PrintedCell>& cells = reader_->next();
    double height = regular_.line_height();
    for (std::size_t k = 0; k < columns; ++k) {
      const PrintedCell& cell = cells[strip.columns[k]];
      places[k].y = y + kRowPadding * ratio_;
      if (!cell.is_cut && draw_one_line(texts_, regular_, cell.text, places[k])) continue;
      const std::string text = std::string(cell.text) + (cell.is_cut ? "…" : "");
      const TextBlock& block = blocks.emplace_back(regular_, text, Fit{places[k].width, kMaxCellLines});
      block.draw(texts_, places[k]);
      height = std::max(height, block.height());
    }
    height += 2 * kRowPadding * ratio_;
    if (drawn_ % 2 == 1) pen_.rectangle(kMargin, y, strips_[page.strip].width, height);
    y += height;
  }
  pen_.color(tint(kInk, 0.35));
  pen_.rectangle(kMargin, y, strips_[page.strip].width, 0.4);
  pen_.color(kInk);
  texts_.flush();
  return y;
}

void PdfPages::draw_footer(std::size_t number) {
  const double y = content_.shape.paper.height - 28;
  const double third = table_width() / 3;
  std::string moment = words_.minute(document_.at, content_.spec.zone);
  if (!document_.timezone.empty()) moment += " " + document_.timezone;
  const std::string generated = words_.say("made_at", {{"moment", moment}});
  const NumberForm form = words_.numbers();
  const std::string pages = words_.say("page", {{"page", grouped(static_cast<__int128>(number) + 1, 0, form)},
                                                {"pages", grouped(static_cast<__int128>(pages_.size()), 0, form)}});
  std::string what = document_.title;
  if (!document_.account.empty()) what += (what.empty() ? "" : " · ") + document_.account;
  what = printable(what, {400}).text;
  pen_.color(kQuietInk);
  std::deque<TextBlock> blocks;
  const auto put = [&](const std::string& text, double x, Align align) {
    blocks.emplace_back(footer_, text, Fit{third - 6, 1}).draw(pen_, {x, y, third, align});
  };
  put(generated, kMargin, Align::left);
  if (number > 0) put(what, kMargin + third, Align::center);
  put(pages, kMargin + 2 * third, Align::right);
  pen_.flush();
}

void PdfPages::add_outline(std::string_view text, std::size_t page, double y) {
  if (text.empty() || outlined_++ >= kMaxOutline) return;
  const std::string place = fmt::format("page={} pos=[{:.0f} {:.0f}]", page + 1, kMargin, y);
  cairo().cairo_pdf_surface_add_outline(surface_.surface(), CAIRO_PDF_OUTLINE_ROOT, printable(text, {200}).text.c_str(),
                                        place.c_str(), CAIRO_PDF_OUTLINE_FLAG_OPEN);
}

void PdfPages::write_metadata() {
  const auto set = [&](cairo_pdf_metadata_t what, const std::string& text) {
    if (!text.empty()) cairo().cairo_pdf_surface_set_metadata(surface_.surface(), what, printable(text, {1000}).text.c_str());
  };
  set(CAIRO_PDF_METADATA_TITLE, document_.title);
  set(CAIRO_PDF_METADATA_AUTHOR, document_.account);
  set(CAIRO_PDF_METADATA_SUBJECT, period_line());
  set(CAIRO_PDF_METADATA_CREATOR, "reportctl");
  set(CAIRO_PDF_METADATA_CREATE_DATE, format_utc(document_.at));
  set(CAIRO_PDF_METADATA_MOD_DATE, format_utc(document_.at));
}

}  // namespace reportctl::render
