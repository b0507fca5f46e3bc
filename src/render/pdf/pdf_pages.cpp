// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

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
constexpr Color kZebra{0.955, 0.96, 0.97};

struct Page {
  std::vector<std::pair<const Band*, double>> bands;  ///< and where they begin
  double table = -1;                                  ///< where the table's header begins; negative: no table here
  std::int64_t rows = 0;
};

class PdfPages {
 public:
  PdfPages(const PdfContent&, Sink&);
  void draw();

 private:
  [[nodiscard]] double right() const { return content_.shape.paper.width - kMargin; }
  [[nodiscard]] double lower() const { return content_.shape.paper.height - kFooter; }
  [[nodiscard]] double table_width() const { return right() - kMargin; }
  [[nodiscard]] Fit fit_of(std::size_t column, int max_lines) const {
    return {content_.shape.widths[column] - 2 * padding_, max_lines};
  }
  void write_front();
  void write_back();
  void place(Bands&);
  void place_rows();
  double row_height(const std::vector<PrintedCell>&);
  Page& new_page();
  void draw_page(std::size_t number);
  double draw_header(double y);
  double draw_rows(const Page&, double y);
  void draw_footer(std::size_t number);
  void add_outline(std::string_view, std::size_t page, double y);
  void write_metadata();
  [[nodiscard]] std::string period_line() const;

  const PdfContent& content_;
  const Document& document_;
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
  std::vector<TextBlock> labels_;
  double header_height_ = 0;
  std::vector<Page> pages_;
  double y_ = kTop;  ///< where the next thing of the last page goes
  std::int64_t cut_ = 0;
  SpoolReader reader_;
  std::int64_t drawn_ = 0;
  std::size_t outlined_ = 0;
};

PdfPages::PdfPages(const PdfContent& content, Sink& sink)
    : content_(content),
      document_(content.spec.document),
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
      back_(content.fonts, table_width()),
      reader_(content.spool, content.spec.columns.size()) {
  for (std::size_t i = 0; i < content_.spec.columns.size(); ++i) {
    labels_.emplace_back(bold_, content_.spec.columns[i].label, fit_of(i, kMaxLabelLines));
    header_height_ = std::max(header_height_, labels_.back().height() + 4 * kRowPadding * ratio_);
  }
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
  if (!content_.closing.metrics.empty()) {
    front_.text("Summary", {.face = front_.heading, .align = Align::left, .space_before = 8, .space_after = 3}).outline =
        "Summary";
    std::vector<Bands::Card> cards;
    for (const Metric& metric : content_.closing.metrics) cards.push_back({metric.label, metric.values});
    front_.cards(cards, brand_);
  }
  if (!content_.closing.chart.empty()) front_.chart(content_.closing.chart, chart_style_);
  const std::size_t before = front_.all.size();
  front_.text("Details", {.face = front_.heading, .align = Align::left, .space_before = 4, .space_after = 3}).outline = "Details";
  if (content_.spool.rows() < content_.rows)
    front_.text(fmt::format("Of {} rows, the first {} are printed here. Figures and totals are those of all rows.",
                            grouped(content_.rows, 0), grouped(content_.spool.rows(), 0)),
                {.face = front_.small, .align = Align::left, .space_after = 3});
  if (content_.rows == 0)
    front_.text("There are no rows in this report.", {.face = front_.small, .align = Align::left, .space_after = 3});
  for (std::size_t i = before; i < front_.all.size(); ++i) front_.all[i].leads = true;
}

void PdfPages::write_back() {
  for (std::size_t i = 0; i < content_.totals.size(); ++i) {
    Band& band = back_.all.emplace_back();
    double x = 0;
    for (std::size_t k = 0; k < content_.spec.columns.size(); ++k) {
      const double width = content_.shape.widths[k];
      if (!content_.totals[i][k].empty()) {
        TextBlock block(bold_, content_.totals[i][k], fit_of(k, kMaxCellLines));
        band.height = std::max(band.height, block.height() + 3 * kRowPadding);
        const Align align = facts_of(content_.spec.columns[k].type).number ? Align::right : Align::left;
        band.items.push_back({std::move(block), x + padding_, 1.5 * kRowPadding, width - 2 * padding_, align, kInk});
      }
      x += width;
    }
    band.fills.push_back({0, 0, table_width(), band.height, tint(brand_, 0.12)});
    if (i == 0) {
      band.fills.push_back({0, 0, table_width(), 0.8, brand_});
      band.outline = "Totals";
    }
  }
  if (content_.spool.rows() < content_.rows)
    back_.text(fmt::format("{} more rows are not printed.", grouped(content_.rows - content_.spool.rows(), 0)),
               {.face = back_.small, .align = Align::left, .color = kQuietInk, .space_before = 6});
  if (cut_ > 0)
    back_.text(fmt::format("{} too long for this page and {} in an ellipsis (…). The same report as CSV or XLSX has all of {}.",
                           cut_ == 1 ? "One text is" : grouped(cut_, 0) + " texts are", cut_ == 1 ? "ends" : "end",
                           cut_ == 1 ? "it" : "them"),
               {.face = back_.small, .align = Align::left, .color = kQuietInk, .space_before = 6});
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

double PdfPages::row_height(const std::vector<PrintedCell>& cells) {
  double height = regular_.line_height();
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Fit fit = fit_of(i, kMaxCellLines);
    bool is_cut = cells[i].is_cut;
    if (static_cast<double>(cells[i].width) * ratio_ <= fit.width) {
      height = std::max(height, static_cast<double>(cells[i].height) * ratio_);
    } else {
      const TextBlock block(regular_, cells[i].text, fit);
      height = std::max(height, block.height());
      is_cut = is_cut || block.is_cut();
    }
    if (is_cut) ++cut_;
  }
  return height + 2 * kRowPadding * ratio_;
}

void PdfPages::place_rows() {
  SpoolReader reader(content_.spool, content_.spec.columns.size());
  const auto start = [&] {
    pages_.back().table = y_;
    y_ += header_height_;
  };
  const double least = header_height_ + kRowsThatStay * (regular_.line_height() + 2 * kRowPadding * ratio_);
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
    const double height = row_height(reader.next());
    if (y_ + height > lower() && pages_.back().rows > 0) {
      new_page();
      start();
    }
    y_ += height;
    ++pages_.back().rows;
  }
}

void PdfPages::draw() {
  write_metadata();
  write_front();
  new_page();
  place(front_);
  place_rows();
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
  if (page.table >= 0) draw_rows(page, draw_header(page.table));
  for (const auto& [band, y] : page.bands)
    if (!is_above(y)) draw_band_at(*band, y);
  draw_footer(number);
  pen_.flush();
  cairo().cairo_show_page(surface_.drawing());
}

double PdfPages::draw_header(double y) {
  pen_.color(brand_);
  pen_.rectangle(kMargin, y, table_width(), header_height_);
  pen_.color(readable_on(brand_));
  double x = kMargin;
  for (std::size_t i = 0; i < labels_.size(); ++i) {
    const Align align = facts_of(content_.spec.columns[i].type).number ? Align::right : Align::left;
    const double top = y + header_height_ - labels_[i].height() - 2 * kRowPadding * ratio_;
    labels_[i].draw(pen_, x + padding_, top, content_.shape.widths[i] - 2 * padding_, align);
    x += content_.shape.widths[i];
  }
  return y + header_height_;
}

double PdfPages::draw_rows(const Page& page, double y) {
  const double first_y = y;
  const std::size_t columns = content_.spec.columns.size();
  std::vector<std::string> texts;  // what the blocks borrow
  texts.reserve(static_cast<std::size_t>(page.rows) * columns);
  std::vector<TextBlock> blocks;
  blocks.reserve(texts.capacity());
  std::vector<double> heights;
  for (std::int64_t i = 0; i < page.rows; ++i) {
    double height = regular_.line_height();
    for (const PrintedCell& cell : reader_.next()) {
      const Fit fit = fit_of(blocks.size() % columns, kMaxCellLines);
      texts.emplace_back(cell.text);
      if (cell.is_cut) texts.back() += "…";
      blocks.emplace_back(regular_, texts.back(), fit);
      height = std::max(height, blocks.back().height());
    }
    heights.push_back(height + 2 * kRowPadding * ratio_);
  }
  pen_.color(kZebra);
  for (std::size_t i = 0; i < heights.size(); ++i) {
    if ((drawn_ + static_cast<std::int64_t>(i)) % 2 == 1) pen_.rectangle(kMargin, y, table_width(), heights[i]);
    y += heights[i];
  }
  pen_.color(tint(kInk, 0.35));
  pen_.rectangle(kMargin, y, table_width(), 0.4);
  pen_.color(kInk);
  y = first_y;
  for (std::size_t i = 0; i < heights.size(); ++i) {
    double x = kMargin;
    for (std::size_t k = 0; k < columns; ++k) {
      const double width = content_.shape.widths[k];
      const Align align = facts_of(content_.spec.columns[k].type).number ? Align::right : Align::left;
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
  std::string generated = content_.spec.zone.format(document_.at);
  generated = fmt::format("Generated {} {}", generated.substr(0, generated.find('T')),
                          generated.substr(generated.find('T') + 1, std::string_view("hh:mm").size()));
  if (!document_.timezone.empty()) generated += " " + document_.timezone;
  const std::string pages = fmt::format("page {} of {}", grouped(static_cast<__int128>(number) + 1, 0),
                                        grouped(static_cast<__int128>(pages_.size()), 0));
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
