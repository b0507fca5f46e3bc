// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: where everything on the pages goes, and the drawing of it, which must agree.
#include "pdf_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>

#include "pdf_bands.hpp"
#include "pdf_surface.hpp"
#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr double kTop = 40;
constexpr double kFooter = 42;  // from the lower edge of the paper, nothing but the footer is below
constexpr double kRowPadding = 2;
constexpr int kMaxLabelLines = 4;
constexpr int kRowsThatStay = 4;  // fewer are not left alone below a heading
constexpr std::size_t kMaxOutline = 400;
constexpr std::size_t kMostOfCell = 32'767;  // of a spreadsheet, in characters
constexpr Color kZebra{0.955, 0.96, 0.97};

struct Page {
  std::vector<std::pair<const Band*, double>> bands;  ///< and where they begin
  double table = -1;                                  ///< where the table's header begins; negative: no table here
  std::size_t strip = 0;
  std::int64_t rows = 0;
};

/// What stands above and below the columns of a strip.
struct StripParts {
  std::vector<TextBlock> labels;
  double header_height = 0;
  double width = 0;
  Bands head;
  Bands totals;
};

class PdfPages {
 public:
  PdfPages(const PdfContent&, Sink&);
  void draw();

 private:
  [[nodiscard]] double right() const { return content_.shape.paper.width - kMargin; }
  [[nodiscard]] double lower() const { return content_.shape.paper.height - kFooter; }
  [[nodiscard]] double table_width() const { return right() - kMargin; }
  [[nodiscard]] Fit fit_of(double width, int max_lines) const { return {width - 2 * padding_, max_lines}; }
  void write_strip(std::size_t number);
  void write_totals(const Strip&, Bands&);
  void write_front();
  void write_back();
  void place(Bands&);
  void place_rows(std::size_t strip);
  double row_height(const std::vector<PrintedCell>&, std::size_t strip);
  Page& new_page();
  void draw_page(std::size_t number);
  double draw_header(const Page&);
  double draw_rows(const Page&, double y);
  void draw_footer(std::size_t number);
  void add_outline(std::string_view, std::size_t page, double y);
  void write_metadata();
  [[nodiscard]] std::string period_line() const;

  const PdfContent& content_;
  const Document& document_;
  const Language& words_;
  PdfSurface surface_;
  Pen pen_;
  Color brand_;
  ChartStyle chart_style_;
  double ratio_;  ///< of the text's size to the usual one
  double padding_;
  Face regular_;
  Face bold_;
  Face footer_;
  Bands front_;
  Bands back_;
  std::deque<StripParts> strips_;
  std::vector<Page> pages_;
  double y_ = kTop;  ///< where the next thing of the last page goes
  std::int64_t cut_ = 0;
  std::optional<SpoolReader> reader_;  ///< of drawn_strip_
  std::size_t drawn_strip_ = 0;
  std::int64_t drawn_ = 0;
  std::size_t outlined_ = 0;
};

PdfPages::PdfPages(const PdfContent& content, Sink& sink)
    : content_(content),
      document_(content.spec.document),
      words_(document_.language),
      surface_(sink, content.shape.paper),
      pen_(surface_.drawing()),
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
    parts.labels[i].draw(pen_, x + padding_, top, strip.widths[i] - 2 * padding_, align);
    x += strip.widths[i];
  }
  return page.table + parts.header_height;
}

double PdfPages::draw_rows(const Page& page, double y) {
  const double first_y = y;
  const Strip& strip = content_.shape.strips[page.strip];
  const std::size_t columns = strip.columns.size();
  if (!reader_ || drawn_strip_ != page.strip) {
    reader_.emplace(content_.spool, content_.spec.columns.size());
    drawn_strip_ = page.strip;
    drawn_ = 0;
  }
  std::vector<std::string> texts;  // what the blocks borrow
  texts.reserve(static_cast<std::size_t>(page.rows) * columns);
  std::vector<TextBlock> blocks;
  blocks.reserve(texts.capacity());
  std::vector<double> heights;
  for (std::int64_t i = 0; i < page.rows; ++i) {
    double height = regular_.line_height();
    const std::vector<PrintedCell>& cells = reader_->next();
    for (std::size_t k = 0; k < columns; ++k) {
      const PrintedCell& cell = cells[strip.columns[k]];
      const Fit fit = fit_of(strip.widths[k], kMaxCellLines);
      texts.emplace_back(cell.text);
      if (cell.is_cut) texts.back() += "…";
      blocks.emplace_back(regular_, texts.back(), fit);
      height = std::max(height, blocks.back().height());
    }
    heights.push_back(height + 2 * kRowPadding * ratio_);
  }
  pen_.color(kZebra);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    if ((drawn_ + static_cast<std::int64_t>(i)) % 2 == 1) pen_.rectangle(kMargin, y, strips_[page.strip].width, heights[i]);
    y += heights[i];
  }
  pen_.color(tint(kInk, 0.35));
  pen_.rectangle(kMargin, y, strips_[page.strip].width, 0.4);
  pen_.color(kInk);
  y = first_y;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    double x = kMargin;
    for (std::size_t k = 0; k < columns; ++k) {
      const double width = strip.widths[k];
      const Align align = facts_of(content_.spec.columns[strip.columns[k]].type).number ? Align::right : Align::left;
      blocks[i * columns + k].draw(pen_, x + padding_, y + kRowPadding * ratio_, width - 2 * padding_, align);
      x += width;
    }
    y += heights[i];
  }
  pen_.flush();  // before the blocks are gone
  drawn_ += page.rows;
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
  const auto put = [&](const std::string& text, double x, Align align) {
    TextBlock(footer_, text, {third - 6, 1}).draw(pen_, x, y, third, align);
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

}  // namespace

void draw_pdf(const PdfContent& content, Sink& sink) { PdfPages(content, sink).draw(); }

}  // namespace reportctl::render
