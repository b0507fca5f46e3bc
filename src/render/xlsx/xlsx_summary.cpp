// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reportctl/base/text.hpp"
#include "xlsx_book.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr lxw_col_t kLabel = 0;
constexpr lxw_col_t kValue = 1;
constexpr lxw_col_t kCurrency = 2;
constexpr std::size_t kLongestCurrency = 40;  ///< of text that is none; the sheet Data has it whole

bool has_long_figures(const ChartData& chart) {
  constexpr double kTooLong = 1e15;
  return std::any_of(chart.series.begin(), chart.series.end(), [](const ChartSeries& series) {
    const double limit = kTooLong / std::pow(10, series.scale);
    return std::any_of(series.values.begin(), series.values.end(), [limit](double value) { return std::abs(value) >= limit; });
  });
}

/// Writes lines from a row on.
class SummaryLines {
 public:
  SummaryLines(const XlsxSummary& summary, lxw_row_t row) : summary_(summary), words_(summary.spec.document.language), row_(row) {
    left_ = xlsx().workbook_add_format(summary.book);
    xlsx().format_set_align(left_, LXW_ALIGN_LEFT);
  }
  [[nodiscard]] lxw_row_t next() const { return row_; }
  /// Of the texts that reach beyond their column, in letters of its width.
  [[nodiscard]] double widest() const { return widest_; }

  void write() {
    title();
    facts();
    metrics();
  }

  /// `all`: the reports that they are about.
  void notes(const std::vector<XlsxSummary>& all) {
    std::vector<std::string> notes = summary_.cells.notes(summary_.spec.document.formats);
    for (const XlsxSummary& one : all)
      if (one.sheets > 1) notes.push_back(words_.say("sheets", {{"sheets", std::to_string(one.sheets)}}));
    if (has_long_figures(summary_.closing.chart)) notes.push_back(words_.say("rounded"));
    if (notes.empty()) return;
    lxw_format* const slanted = xlsx().workbook_add_format(summary_.book);
    xlsx().format_set_italic(slanted);
    for (const std::string& note : notes) {
      summary_.cells.write(at(kLabel), note, slanted);
      widest_ = std::max(widest_, static_cast<double>(display_width(note)));
      ++row_;
    }
    ++row_;
  }

 private:
  [[nodiscard]] XlsxPlace at(lxw_col_t column) const { return {summary_.sheet, row_, column}; }

  void title() {
    constexpr double kSize = 16;
    const Document& document = summary_.spec.document;
    lxw_format* const large = xlsx().workbook_add_format(summary_.book);
    xlsx().format_set_bold(large);
    xlsx().format_set_font_size(large, kSize);
    xlsx().format_set_font_color(large, xlsx_color(parse_color(document.color, kDefaultBrand)));
    summary_.cells.write(at(kLabel), document.title, large);
    constexpr double kOrdinarySize = 11, kBold = 1.1;
    widest_ = std::max(widest_, static_cast<double>(display_width(document.title)) * kSize / kOrdinarySize * kBold);
    ++row_;
    const std::string whose = document.scope.empty() ? document.account : document.account + " · " + document.scope;
    summary_.cells.write(at(kLabel), whose);
    widest_ = std::max(widest_, static_cast<double>(display_width(whose)));
    row_ += 2;
  }

  void fact(std::string_view label, std::string_view value) {
    if (value.empty()) return;
    summary_.cells.write(at(kLabel), label);
    summary_.cells.write(at(kValue), value, left_);
    ++row_;
  }

  void facts() {
    const Document& document = summary_.spec.document;
    fact(words_.say("period"), document.period);
    for (const auto& [label, value] : document.filters) fact(label, value);
    fact(words_.say("time_zone"), document.timezone);
    if (document.at != Instant{}) {
      const rows::Cell made{.null = false, .scale = 0, .number = document.at.time_since_epoch().count(), .text = {}};
      fact(words_.say("made"),
           value_text({.name = {}, .label = {}, .type = ColumnType::timestamp}, made, summary_.spec.locale()));
    }
    summary_.cells.write(at(kLabel), words_.say("row_count"));
    lxw_format* const counted = xlsx().workbook_add_format(summary_.book);
    xlsx().format_set_num_format(counted, summary_.cells.number_format(ColumnType::integer, 0).c_str());
    xlsx().format_set_align(counted, LXW_ALIGN_LEFT);
    summary_.cells.write(at(kValue), static_cast<double>(summary_.rows), counted);
    row_ += 2;
  }

  void metrics() {
    const auto& metrics = summary_.closing.metrics;
    if (metrics.empty()) return;
    const auto has_currency = [](const Metric& metric) {
      return std::any_of(metric.amounts.begin(), metric.amounts.end(), [](const Amount& one) { return !one.currency.empty(); });
    };
    summary_.cells.write(at(kLabel), words_.say("summary"), summary_.header);
    summary_.cells.write(at(kValue), words_.say("value"), summary_.number_header);
    if (std::any_of(metrics.begin(), metrics.end(), has_currency))
      summary_.cells.write(at(kCurrency), words_.say("currency"), summary_.header);
    ++row_;
    for (const Metric& metric : metrics) {
      summary_.cells.write(at(kLabel), metric.label, summary_.cells.format(ColumnType::text, 0, XlsxStyle::body));
      if (metric.amounts.empty()) {
        summary_.cells.write(at(kValue), metric.values.front());
        ++row_;
      }
      for (const Amount& amount : metric.amounts) {
        summary_.cells.write(at(kValue), summary_.cells.amount(metric.type, amount, XlsxStyle::body));
        if (!amount.currency.empty())
          summary_.cells.write(at(kCurrency), fit_width(visible(amount.currency), kLongestCurrency),
                               summary_.cells.format(ColumnType::text, 0, XlsxStyle::body));
        ++row_;
      }
    }
    ++row_;
  }

  const XlsxSummary& summary_;
  const Language& words_;
  lxw_format* left_;
  lxw_row_t row_;
  double widest_ = 0;
};

double label_width(const std::vector<XlsxSummary>& reports) {
  constexpr std::size_t kLeast = 18;
  constexpr std::size_t kMost = 60;
  std::size_t width = kLeast;
  for (const XlsxSummary& summary : reports)
    for (const Metric& metric : summary.closing.metrics) width = std::max(width, display_width(metric.label) + 2);
  for (const std::string& category : reports.front().closing.chart.categories)
    width = std::max(width, display_width(category) + 2);
  return static_cast<double>(std::min(width, kMost));
}

}  // namespace

lxw_format* xlsx_header_format(lxw_workbook* book, const Document& document) {
  constexpr Color kHeader{0x44 / 255.0, 0x72 / 255.0, 0xC4 / 255.0};
  const Color ground = parse_color(document.color, kHeader);
  lxw_format* const format = xlsx().workbook_add_format(book);
  xlsx().format_set_bold(format);
  xlsx().format_set_font_color(format, xlsx_color(readable_on(ground)));
  xlsx().format_set_bg_color(format, xlsx_color(ground));
  xlsx().format_set_indent(format, 1);
  return format;
}

lxw_format* xlsx_number_header_format(lxw_workbook* book, const Document& document) {
  constexpr std::uint8_t kButton = 2;
  lxw_format* const format = xlsx_header_format(book, document);
  xlsx().format_set_align(format, LXW_ALIGN_RIGHT);
  xlsx().format_set_indent(format, kButton);
  return format;
}

void write_xlsx_summary(const std::vector<XlsxSummary>& reports) {
  constexpr double kValueWidth = 24;
  constexpr double kCurrencyWidth = 16;
  constexpr lxw_col_t kLastColumn = 30;
  const XlsxSummary& first = reports.front();
  lxw_row_t row = 0;
  double widest = 0;
  for (const XlsxSummary& one : reports) {
    SummaryLines lines(one, row);
    lines.write();
    widest = std::max(widest, lines.widest());
    row = lines.next();
  }
  SummaryLines last(first, row);
  last.notes(reports);
  xlsx().worksheet_set_column(first.sheet, kLabel, kLabel, label_width(reports), nullptr);
  xlsx().worksheet_set_column(first.sheet, kValue, kValue, kValueWidth, nullptr);
  xlsx().worksheet_set_column(first.sheet, kCurrency, kLastColumn, kCurrencyWidth, nullptr);
  xlsx().worksheet_set_paper(first.sheet, xlsx_paper(first.spec.document));
  const lxw_row_t end = first.closing.chart.empty() ? last.next() : write_xlsx_chart(first, last.next());
  // No chart is cut at the end of a page, as long as all of it can be read on one.
  constexpr lxw_row_t kMostRowsOfPage = 110;
  xlsx().worksheet_fit_to_pages(first.sheet, 1, end <= kMostRowsOfPage ? 1 : 0);
  if (!first.closing.chart.empty()) return;
  // Programs print the columns with cells, and cut a title that reaches beyond them.
  lxw_col_t edge = kCurrency;
  widest = std::max(widest, last.widest());
  for (double width = label_width(reports) + kValueWidth + kCurrencyWidth; width < widest && edge < kLastColumn; ++edge)
    width += kCurrencyWidth;
  xlsx().worksheet_print_area(first.sheet, 0, 0, end, edge);
}

}  // namespace reportctl::render
