// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "cairo/cairo_fonts.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/render/writer.hpp"
#include "xlsx_api.hpp"

namespace reportctl::render {

/// A workbook that is being written by libxlsxwriter, into nameless files: nothing is left of it however the process ends.
class XlsxBook {
 public:
  explicit XlsxBook(const Spec&);

  [[nodiscard]] lxw_workbook* get() const { return book_.get(); }
  lxw_worksheet* add_sheet(const std::string& name);
  /// Bytes of rows in the sheet's temporary file. Error(output) when that file did not take them all.
  std::uint64_t spooled(lxw_worksheet*) const;
  /// Completes the workbook, makes sure that it is whole, and copies it.
  void finish(Sink&);

 private:
  struct Free {
    void operator()(lxw_workbook* book) const { xlsx().lxw_workbook_free(book); }
  };
  std::filesystem::path directory_;
  TempFile file_;
  std::unique_ptr<lxw_workbook, Free> book_;
  std::map<std::string, lxw_worksheet*> parts_;
};

/// As libxlsxwriter wants colours.
lxw_color_t xlsx_color(const Color&);
/// Excel's number of the paper.
std::uint8_t xlsx_paper(const Document&);

}  // namespace reportctl::render
