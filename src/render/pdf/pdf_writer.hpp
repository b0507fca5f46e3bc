// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "cairo/cairo_fonts.hpp"
#include "pdf_columns.hpp"
#include "pdf_spool.hpp"
#include "reportctl/render/writer.hpp"

namespace reportctl::render {

/// A document for people: title, summary, chart and table. Rows are measured and spooled as they pass; pages are drawn in
/// finish(), when the widths of the columns and the number of pages can be known.
class PdfWriter final : public Writer {
 public:
  PdfWriter(const Spec&, Sink&);
  void row(const rows::Row&) override;
  void finish(const Closing&) override;

 private:
  struct Measure {
    float width = 0;
    float height = 0;
    bool is_cut = false;
  };
  void add(std::size_t column, std::string_view text, bool is_cut);
  Measure measure(const std::string& shaped);

  Spec spec_;
  Locale locale_;
  ValueTexts values_;
  Sink& sink_;
  Fonts fonts_;
  Face regular_;
  Face bold_;
  Spool spool_;
  Totals totals_;
  std::vector<ColumnNeeds> needs_;
  std::int64_t rows_ = 0;
  std::size_t longest_text_ = 0;
  std::unordered_map<std::string, Measure> measured_;  ///< of shaped texts: the same ones come again and again
};

std::unique_ptr<Writer> make_pdf_writer(const Spec&, Sink&);

}  // namespace reportctl::render
