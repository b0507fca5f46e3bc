// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "cairo/cairo_fonts.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/render/writer.hpp"
#include "xlsx_api.hpp"
#include "xlsx_package.hpp"
#include "xlsx_packer.hpp"

namespace reportctl::render {

/// A workbook that is being written by libxlsxwriter, into nameless files: nothing is left of it however the process ends. The
/// rows of data sheets are made and packed beside it, and joined with what it wrote around them.
class XlsxBook {
 public:
  explicit XlsxBook(const Spec&);

  [[nodiscard]] lxw_workbook* get() const { return book_.get(); }
  lxw_worksheet* add_sheet(const std::string& name);
  /// Where the rows of the first sheets go.
  XlsxPacker& packer() { return packer_; }
  /// Completes the workbook, makes sure that it is whole, and copies it.
  void finish(Sink&);

 private:
  struct Free {
    void operator()(lxw_workbook* book) const { xlsx().lxw_workbook_free(book); }
  };
  std::uint64_t spooled(lxw_worksheet*) const;
  void close();
  void write_part(const ZipPart&, ZipFile&) const;
  void write_sheet(const ZipPart&, const std::string& around_rows, const Packed& rows, ZipFile&, Sink&) const;

  std::filesystem::path directory_;
  TempFile file_;
  XlsxPacker packer_;
  std::unique_ptr<lxw_workbook, Free> book_;
  std::vector<std::pair<std::string, lxw_worksheet*>> sheets_;  ///< with the names of their parts
};

/// As libxlsxwriter wants colours.
lxw_color_t xlsx_color(const Color&);
/// Excel's number of the paper.
std::uint8_t xlsx_paper(const Document&);

}  // namespace reportctl::render
