// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "xlsx_book.hpp"
#include "xlsx_cells.hpp"
#include "xlsx_summary.hpp"
#include "xlsx_widths.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr lxw_row_t kRowsOfASheet = LXW_ROW_MAX;
constexpr std::size_t kColumnsOfASheet = LXW_COL_MAX;
constexpr std::uint64_t kBytesOfASheet = 3'500'000'000;  ///< a part of a zip file has less than 4 GiB
constexpr lxw_row_t kRowsBetweenChecks = 4096;

/// What is above a column.
std::string header_of(const rows::Column& column, const Zone& zone) {
  const std::string& label = column.label.empty() ? column.name : column.label;
  return column.type == ColumnType::timestamp ? fmt::format("{} ({})", label, zone.name()) : label;
}

/// No column is left for the word.
bool all_summed(const TotalsRow& totals) {
  return std::all_of(totals.sums.begin(), totals.sums.end(), [](const auto& sum) { return sum.has_value(); });
}

class XlsxWriter final : public Writer {
 public:
  XlsxWriter(const Spec& spec, Sink& sink)
      : spec_(spec),
        sink_(sink),
        book_(spec),
        cells_(book_.get(), spec.locale()),
        widths_(spec.columns, spec.locale()),
        totals_(spec.columns),
        header_format_(xlsx_header_format(book_.get(), spec.document)),
        number_header_format_(xlsx_number_header_format(book_.get(), spec.document)) {
    if (spec.columns.empty() || spec.columns.size() > kColumnsOfASheet)
      throw Error(ErrorKind::failed, fmt::format("an XLSX file has 1 to {} columns", kColumnsOfASheet));
    for (const rows::Column& column : spec.columns) headers_.push_back(header_of(column, spec.zone));
    begin_sheet();
  }

  void row(const rows::Row& row) override {
    if (row.size() != spec_.columns.size())
      throw Error(ErrorKind::failed, "a row has another number of cells than the report has columns");
    make_room();
    XlsxPlace place{sheets_.back().sheet, next_row_, 0};
    for (const rows::Cell& cell : row) {
      cells_.value(place, spec_.columns[place.column], cell);
      ++place.column;
    }
    ++next_row_;
    widths_.row(row);
    totals_.row(row);
    ++rows_;
  }

  void finish(const Closing& closing) override {
    end_rows();
    const std::size_t sheets_with_rows = sheets_.size();
    write_totals();
    const std::vector<double> widths = widths_.widths(headers_);
    for (const DataSheet& one : sheets_)
      for (lxw_col_t i = 0; i < widths.size(); ++i) expect_ok(xlsx().worksheet_set_column(one.sheet, i, i, widths[i], nullptr));
    lxw_worksheet* const summary = book_.add_sheet(kXlsxSummarySheet);
    xlsx().worksheet_activate(summary);  // programs read the first sheet, people see this one
    write_xlsx_summary({.book = book_.get(),
                        .sheet = summary,
                        .cells = cells_,
                        .header = header_format_,
                        .number_header = number_header_format_,
                        .spec = spec_,
                        .closing = closing,
                        .sheets = sheets_with_rows,
                        .rows = rows_});
    book_.finish(sink_);
  }

 private:
  struct DataSheet {
    lxw_worksheet* sheet;
    bool is_filtered = false;
  };

  void begin_sheet() {
    const std::string name = sheets_.empty() ? "Report" : fmt::format("Report {}", sheets_.size() + 1);
    end_rows();
    sheets_.push_back({book_.add_sheet(name)});
    set_page(sheets_.back().sheet);
    XlsxPlace place{sheets_.back().sheet, 0, 0};
    for (const std::string& header : headers_) {
      const bool is_text = spec_.columns[place.column].type == ColumnType::text;
      cells_.text(place, header, is_text ? header_format_ : number_header_format_);
      ++place.column;
    }
    next_row_ = 1;
  }

  void make_room() {
    if (next_row_ == kRowsOfASheet) return begin_sheet();
    if (next_row_ % kRowsBetweenChecks == 0 && book_.spooled(sheets_.back().sheet) > kBytesOfASheet) begin_sheet();
  }

  void write_totals() {
    for (const TotalsRow& totals : totals_.rows()) {
      make_room();
      const std::string word = total_word(totals.currency, spec_.document.language);
      XlsxPlace place{sheets_.back().sheet, next_row_++, 0};
      bool is_named = false;
      for (std::size_t i = 0; i < spec_.columns.size(); ++i, ++place.column) {
        const rows::Column& column = spec_.columns[i];
        if (totals.sums[i] && i == 0 && all_summed(totals)) {
          cells_.named_total(place, column.type, *totals.sums[i], word);
        } else if (totals.sums[i]) {
          cells_.amount(place, column.type, *totals.sums[i], XlsxStyle::total);
        } else if (!is_named) {
          cells_.text(place, word, cells_.format(ColumnType::text, 0, XlsxStyle::total));
          is_named = true;
        } else {
          cells_.blank(place, cells_.format(ColumnType::text, 0, XlsxStyle::total));
        }
      }
      widths_.totals(totals);
    }
  }

  /// The filter spans the report's rows; libxlsxwriter takes it only as long as no later row was begun.
  void end_rows() {
    if (sheets_.empty() || sheets_.back().is_filtered) return;
    DataSheet& data = sheets_.back();
    const auto last_column = static_cast<lxw_col_t>(headers_.size() - 1);
    expect_ok(xlsx().worksheet_autofilter(data.sheet, 0, 0, next_row_ - 1, last_column));
    data.is_filtered = true;
  }

  void set_page(lxw_worksheet* sheet) const {
    xlsx().worksheet_freeze_panes(sheet, 1, 0);
    xlsx().worksheet_set_landscape(sheet);
    xlsx().worksheet_set_paper(sheet, xlsx_paper(spec_.document));
    xlsx().worksheet_fit_to_pages(sheet, 1, 0);
    expect_ok(xlsx().worksheet_repeat_rows(sheet, 0, 0));
    const std::string footer = "&R" + spec_.document.language.say("page", {{"page", "&P"}, {"pages", "&N"}});
    expect_ok(xlsx().worksheet_set_footer(sheet, footer.c_str()));
  }

  const Spec spec_;
  Sink& sink_;
  XlsxBook book_;
  XlsxCells cells_;
  XlsxWidths widths_;
  Totals totals_;
  lxw_format* header_format_;
  lxw_format* number_header_format_;
  std::vector<std::string> headers_;
  std::vector<DataSheet> sheets_;
  lxw_row_t next_row_ = 0;
  std::int64_t rows_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_xlsx_writer(const Spec& spec, Sink& sink) { return std::make_unique<XlsxWriter>(spec, sink); }

}  // namespace reportctl::render
