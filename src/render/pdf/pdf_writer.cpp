// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "pdf_writer.hpp"

#include <algorithm>
#include <filesystem>

#include "pdf_pages.hpp"
#include "pdf_text.hpp"
#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kMaxText = 6'000;      // bytes: more than kMaxCellLines hold in the widest column
constexpr std::size_t kMaxMeasured = 4'096;  // texts
constexpr const char* kNothing = "–";

std::filesystem::path pdf_spool_directory(const Spec& spec) {
  if (!spec.spool.empty()) return spec.spool;
  std::error_code error;
  const std::filesystem::path directory = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : directory;
}

}  // namespace

PdfWriter::PdfWriter(const Spec& spec, Sink& sink)
    : spec_(spec),
      locale_(spec.locale()),
      values_(locale_),
      sink_(sink),
      regular_(fonts_, kTextSize, Weight::regular),
      bold_(fonts_, kTextSize, Weight::bold),
      spool_(pdf_spool_directory(spec)),
      totals_(spec.columns),
      needs_(spec.columns.size()) {
  if (spec_.columns.empty()) throw Error(ErrorKind::failed, "a PDF file needs columns");
  paper_named(spec_.document.paper);
  for (std::size_t i = 0; i < needs_.size(); ++i) {
    rows::Column& column = spec_.columns[i];
    column.label = printable(column.label.empty() ? column.name : column.label, {200}).text;
    needs_[i].may_wrap = column.type == rows::ColumnType::text;
    if (column.currency_column >= 0) needs_[static_cast<std::size_t>(column.currency_column)].repeated = true;
    needs_[i].label = bold_.width(column.label);
    for (const std::string& word : split(column.label, ' '))
      needs_[i].label_word = std::max(needs_[i].label_word, bold_.width(word));
  }
}

PdfWriter::Measure PdfWriter::measure(const std::string& shaped) {
  const auto known = measured_.find(shaped);
  if (known != measured_.end()) return known->second;
  if (measured_.size() >= kMaxMeasured) measured_.clear();
  constexpr double kEndless = 100'000;
  const TextBlock block(regular_, shaped, {kEndless, kMaxCellLines});
  const Measure result{static_cast<float>(block.width()), static_cast<float>(block.height()), block.is_cut()};
  constexpr std::size_t kShort = 200;
  if (shaped.size() <= kShort) measured_.emplace(shaped, result);
  return result;
}

void PdfWriter::add(std::size_t column, std::string_view text, bool is_cut) {
  Measure size{static_cast<float>(regular_.simple_width(text)), static_cast<float>(regular_.line_height()), false};
  if (size.width < 0) size = measure(std::string(text));
  needs_[column].widest = std::max(needs_[column].widest, static_cast<double>(size.width));
  spool_.add({text, size.width, size.height, is_cut || size.is_cut});
}

void PdfWriter::row(const rows::Row& row) {
  if (row.size() != spec_.columns.size())
    throw Error(ErrorKind::failed, "a row has another number of cells than the report has columns");
  ++rows_;
  totals_.row(row);
  if (spec_.document.max_rows > 0 && rows_ > spec_.document.max_rows) return;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const rows::Cell& cell = row[i];
    const rows::Column& column = spec_.columns[i];
    longest_text_ = std::max(longest_text_, cell.null ? 0 : cell.text.size());
    if (cell.null) {
      add(i, kNothing, false);
    } else if (column.type != rows::ColumnType::text) {
      add(i, values_.text(column, cell), false);
    } else if (is_printable(cell.text, {kMaxText, kMaxCellLines})) {
      add(i, cell.text, false);
    } else {
      const PrintableText text = printable(cell.text, {kMaxText, kMaxCellLines});
      add(i, text.text, text.is_cut);
    }
  }
  spool_.end_row();
}

void PdfWriter::finish(const Closing& closing) {
  PrintedTotals totals;
  for (const TotalsRow& sums : totals_.rows()) {
    std::vector<std::string> texts(needs_.size());
    const PrintableText currency = printable(sums.currency, {40, 1});
    const std::string word = total_word(currency.text + (currency.is_cut ? "…" : ""), locale_.language);
    const bool is_room = std::any_of(sums.sums.begin(), sums.sums.end(), [](const auto& sum) { return !sum; });
    bool has_label = false;
    for (std::size_t i = 0; i < needs_.size(); ++i) {
      if (sums.sums[i]) {
        Amount amount = *sums.sums[i];
        amount.currency.clear();  // it is in the row's name
        texts[i] = (i == 0 && !is_room ? word + " " : "") + amount_text(spec_.columns[i].type, amount, locale_);
        needs_[i].widest = std::max(needs_[i].widest, bold_.width(texts[i]));
      } else if (!has_label) {
        texts[i] = word;
        has_label = true;
        needs_[i].widest = std::max(needs_[i].widest, bold_.width(texts[i]));
      }
    }
    totals.push_back(std::move(texts));
  }
  measured_.clear();
  draw_pdf({.spec = spec_,
            .closing = closing,
            .fonts = fonts_,
            .spool = spool_,
            .longest_text = longest_text_,
            .rows = rows_,
            .totals = totals,
            .shape = shape_table(needs_, paper_named(spec_.document.paper))},
           sink_);
}

std::unique_ptr<Writer> make_pdf_writer(const Spec& spec, Sink& sink) { return std::make_unique<PdfWriter>(spec, sink); }

}  // namespace reportctl::render
