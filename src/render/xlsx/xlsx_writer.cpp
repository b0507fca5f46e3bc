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
#include "xlsx_rows.hpp"
#include "xlsx_summary.hpp"
#include "xlsx_widths.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr lxw_row_t kRowsOfASheet = LXW_ROW_MAX;
constexpr std::size_t kColumnsOfASheet = LXW_COL_MAX;
constexpr std::uint64_t kBytesOfASheet = 3'500'000'000;  ///< a part of a zip file has less than 4 GiB

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
        rows_(spec.columns.size(), cells_.texts(), book_.packer()),
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
    rows_.begin_row(widths_.lines_of(row));
    for (std::size_t i = 0; i < row.size(); ++i) rows_.add(i, cells_.value(spec_.columns[i], row[i]));
    rows_.end_row();
    widths_.row(row);
    totals_.row(row);
    ++count_;
  }

  void finish(const Closing& closing) override {
    filter_rows();
    const std::size_t sheets_with_rows = sheets_.size();
    write_totals();
    end_sheet();
    const std::vector<double> widths = widths_.widths(headers_);
    for (lxw_worksheet* const sheet : sheets_)
      for (lxw_col_t i = 0; i < widths.size(); ++i) expect_ok(xlsx().worksheet_set_column(sheet, i, i, widths[i], nullptr));
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
                        .rows = count_});
    book_.finish(sink_);
  }

 private:
  void begin_sheet() {
    if (!sheets_.empty()) {
      filter_rows();
      end_sheet();
    }
    sheets_.push_back(book_.add_sheet(sheets_.empty() ? "Report" : fmt::format("Report {}", sheets_.size() + 1)));
    is_filtered_ = false;
    set_page(sheets_.back());
    rows_.begin_sheet();
    rows_.begin_row();
    for (std::size_t i = 0; i < headers_.size(); ++i)
      rows_.add(i,
                XlsxCells::text(headers_[i], spec_.columns[i].type == ColumnType::text ? header_format_ : number_header_format_));
    rows_.end_row();
  }

  void make_room() {
    if (rows_.rows() == kRowsOfASheet || rows_.bytes() > kBytesOfASheet) begin_sheet();
  }

  void write_totals() {
    for (const TotalsRow& totals : totals_.rows()) {
      make_room();
      const std::string word = total_word(totals.currency, spec_.document.language);
      rows_.begin_row();
      bool is_named = false;
      for (std::size_t i = 0; i < spec_.columns.size(); ++i) {
        const rows::Column& column = spec_.columns[i];
        if (totals.sums[i] && i == 0 && all_summed(totals)) {
          rows_.add(i, cells_.named_total(column.type, *totals.sums[i], word));
        } else if (totals.sums[i]) {
          rows_.add(i, cells_.amount(column.type, *totals.sums[i], XlsxStyle::total));
        } else if (!is_named) {
          rows_.add(i, XlsxCells::text(word, cells_.format(ColumnType::text, 0, XlsxStyle::total)));
          is_named = true;
        } else {
          rows_.add(i, XlsxCells::blank(cells_.format(ColumnType::text, 0, XlsxStyle::total)));
        }
      }
      rows_.end_row();
      widths_.totals(totals);
    }
  }

  /// The filter spans the report's rows, without totals.
  void filter_rows() {
    if (is_filtered_) return;
    const auto last_column = static_cast<lxw_col_t>(headers_.size() - 1);
    expect_ok(xlsx().worksheet_autofilter(sheets_.back(), 0, 0, rows_.rows() - 1, last_column));
    is_filtered_ = true;
  }

  /// libxlsxwriter sees no cell of it.
  void end_sheet() {
    lxw_worksheet* const sheet = sheets_.back();
    sheet->dim_rowmin = 0;
    sheet->dim_rowmax = rows_.rows() - 1;
    sheet->dim_colmin = 0;
    sheet->dim_colmax = static_cast<lxw_col_t>(headers_.size() - 1);
    rows_.end_sheet();
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
  XlsxRows rows_;
  XlsxWidths widths_;
  Totals totals_;
  lxw_format* header_format_;
  lxw_format* number_header_format_;
  std::vector<std::string> headers_;
  std::vector<lxw_worksheet*> sheets_;
  bool is_filtered_ = false;  ///< the last of them
  std::int64_t count_ = 0;
};

}  // namespace

std::unique_ptr<Writer> make_xlsx_writer(const Spec& spec, Sink& sink) { return std::make_unique<XlsxWriter>(spec, sink); }

}  // namespace reportctl::render
