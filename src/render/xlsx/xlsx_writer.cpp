// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
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

/// `Report 2`, no longer than spreadsheet programs take.
std::string xlsx_next_sheet(const std::string& sheet, std::size_t number) {
  constexpr std::size_t kLongestName = LXW_SHEETNAME_MAX;
  const std::string ending = fmt::format(" {}", number);
  return fit_width(sheet, kLongestName - ending.size()) + ending;
}

/// No column is left for the word.
bool all_summed(const TotalsRow& totals) {
  return std::all_of(totals.sums.begin(), totals.sums.end(), [](const auto& sum) { return sum.has_value(); });
}

/// What the sheets of a workbook share.
struct Shared {
  explicit Shared(const Spec& first)
      : book(first),
        cells(book.get(), first.locale()),
        header(xlsx_header_format(book.get(), first.document)),
        number_header(xlsx_number_header_format(book.get(), first.document)) {}
  XlsxBook book;
  XlsxCells cells;
  lxw_format* header;
  lxw_format* number_header;
};

/// The sheets of one report.
class XlsxReport final : public Writer {
 public:
  XlsxReport(const Spec& spec, Shared& shared)
      : spec_(spec),
        shared_(shared),
        book_(shared.book),
        cells_(shared.cells),
        rows_(spec.columns.size(), cells_.texts(), book_.packer()),
        widths_(spec.columns, spec.locale()),
        totals_(spec.columns) {
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
    closing_ = closing;
    sheets_with_rows_ = sheets_.size();
    write_totals();
    end_sheet();
    const std::vector<double> widths = widths_.widths(headers_);
    for (lxw_worksheet* const sheet : sheets_)
      for (lxw_col_t i = 0; i < widths.size(); ++i) expect_ok(xlsx().worksheet_set_column(sheet, i, i, widths[i], nullptr));
  }

  /// Precondition: finished.
  [[nodiscard]] XlsxSummary summary(lxw_worksheet* sheet) const {
    return {.book = book_.get(),
            .sheet = sheet,
            .cells = cells_,
            .header = shared_.header,
            .number_header = shared_.number_header,
            .spec = spec_,
            .closing = closing_,
            .sheets = sheets_with_rows_,
            .rows = count_};
  }

 private:
  void begin_sheet() {
    if (!sheets_.empty()) {
      filter_rows();
      end_sheet();
    }
    sheets_.push_back(book_.add_sheet(sheets_.empty() ? spec_.sheet : xlsx_next_sheet(spec_.sheet, sheets_.size() + 1)));
    is_filtered_ = false;
    set_page(sheets_.back());
    rows_.begin_sheet();
    rows_.begin_row();
    for (std::size_t i = 0; i < headers_.size(); ++i)
      rows_.add(i,
                XlsxCells::text(headers_[i], spec_.columns[i].type == ColumnType::text ? shared_.header : shared_.number_header));
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
  Shared& shared_;
  XlsxBook& book_;
  XlsxCells& cells_;
  XlsxRows rows_;
  XlsxWidths widths_;
  Totals totals_;
  std::vector<std::string> headers_;
  std::vector<lxw_worksheet*> sheets_;
  bool is_filtered_ = false;  ///< the last of them
  std::int64_t count_ = 0;
  Closing closing_;
  std::size_t sheets_with_rows_ = 0;
};

class XlsxWorkbook final : public Workbook {
 public:
  XlsxWorkbook(const Spec& first, Sink& sink) : sink_(sink), shared_(first) {}

  Writer& report(const Spec& spec) override { return reports_.emplace_back(spec, shared_); }

  void finish() override {
    lxw_worksheet* const sheet = shared_.book.add_sheet(kXlsxSummarySheet);
    xlsx().worksheet_activate(sheet);  // programs read the first sheet, people see this one
    std::vector<XlsxSummary> summaries;
    for (const XlsxReport& report : reports_) summaries.push_back(report.summary(sheet));
    write_xlsx_summary(summaries);
    shared_.book.finish(sink_);
  }

 private:
  Sink& sink_;
  Shared shared_;
  std::deque<XlsxReport> reports_;
};

/// Of one report.
class XlsxWriter final : public Writer {
 public:
  XlsxWriter(const Spec& spec, Sink& sink) : book_(spec, sink), report_(book_.report(spec)) {}
  void row(const rows::Row& row) override { report_.row(row); }
  void finish(const Closing& closing) override {
    report_.finish(closing);
    book_.finish();
  }

 private:
  XlsxWorkbook book_;
  Writer& report_;
};

}  // namespace

std::unique_ptr<Writer> make_xlsx_writer(const Spec& spec, Sink& sink) { return std::make_unique<XlsxWriter>(spec, sink); }
std::unique_ptr<Workbook> make_workbook(const Spec& first, Sink& sink) { return std::make_unique<XlsxWorkbook>(first, sink); }

}  // namespace reportctl::render
