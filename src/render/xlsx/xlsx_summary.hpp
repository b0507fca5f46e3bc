// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <vector>

#include "reportctl/render/writer.hpp"
#include "xlsx_api.hpp"
#include "xlsx_cells.hpp"

namespace reportctl::render {

inline constexpr const char* kXlsxSummarySheet = "Summary";

/// Bold on the brand's colour, else 4472C4.
lxw_format* xlsx_header_format(lxw_workbook*, const Document&);
/// The same above numbers; right-aligned, as they are, and out of the way of a filter's button.
lxw_format* xlsx_number_header_format(lxw_workbook*, const Document&);

/// Of one report.
struct XlsxSummary {
  lxw_workbook* book;
  lxw_worksheet* sheet;
  XlsxCells& cells;
  lxw_format* header;
  lxw_format* number_header;
  const Spec& spec;
  const Closing& closing;
  std::size_t sheets;  ///< of data
  std::int64_t rows;   ///< written
};

/// The last sheet, and the one that is shown first: what each report is, its metrics, notes on what a spreadsheet cannot hold,
/// and the first one's chart with its figures. All have the same sheet.
void write_xlsx_summary(const std::vector<XlsxSummary>& reports);

/// The chart and below it the table it is drawn from, from `row` on; the row behind them.
lxw_row_t write_xlsx_chart(const XlsxSummary&, lxw_row_t row);

}  // namespace reportctl::render
