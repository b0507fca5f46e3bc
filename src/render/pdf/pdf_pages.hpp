// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "cairo/cairo_fonts.hpp"
#include "pdf_columns.hpp"
#include "pdf_spool.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::render {

/// A cell has no more lines than this; what is longer ends in an ellipsis, and the document says how many did.
constexpr int kMaxCellLines = 12;

/// The rows at the foot of the table, a text per column.
using PrintedTotals = std::vector<std::vector<std::string>>;

struct PdfContent {
  const Spec& spec;  ///< its labels are printable
  const Closing& closing;
  Fonts& fonts;
  const Spool& spool;
  std::size_t longest_text = 0;  ///< of the source, in bytes
  std::int64_t rows = 0;         ///< those that are not printed included
  const PrintedTotals& totals;
  TableShape shape;
};
/// Two passes over the spool: one to know where pages end, one to draw them.
void draw_pdf(const PdfContent&, Sink&);

}  // namespace reportctl::render
