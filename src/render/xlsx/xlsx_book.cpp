// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "xlsx_book.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <map>
#include <string_view>
#include <system_error>

#include "reportctl/base/error.hpp"
#include "xlsx_text.hpp"

namespace reportctl::render {
namespace {

std::filesystem::path spool_directory(const Spec& spec) {
  if (!spec.spool.empty()) return spec.spool;
  std::error_code error;
  const auto directory = std::filesystem::temp_directory_path(error);
  return error ? "/tmp" : directory;
}

[[noreturn]] void fail_output(const std::filesystem::path& directory, const std::string& reason) {
  throw Error(ErrorKind::output, fmt::format("cannot write the XLSX file in {}: {}", directory.string(), reason),
              "it needs room for about the size of the file there; TMPDIR may name another directory");
}

}  // namespace

lxw_color_t xlsx_color(const Color& color) {
  lxw_color_t number = 0;
  for (const double part : {color.red, color.green, color.blue})
    number = number << 8U | static_cast<lxw_color_t>(std::lround(part * 255));
  return number == 0 ? lxw_color_t{LXW_COLOR_BLACK} : number;  // 0 means none
}

std::uint8_t xlsx_paper(const Document& document) {
  constexpr std::uint8_t kLetter = 1;
  constexpr std::uint8_t kA4 = 9;
  return document.paper == "letter" ? kLetter : kA4;
}

XlsxBook::XlsxBook(const Spec& spec)
    : directory_(spool_directory(spec)), file_(TempFile::create(directory_)), packer_(directory_) {
  std::string directory = directory_.string();
  lxw_workbook_options options{};
  options.constant_memory = LXW_TRUE;
  options.tmpdir = directory.data();
  book_.reset(xlsx().workbook_new_opt(fmt::format("/proc/self/fd/{}", file_.fd()).c_str(), &options));
  if (book_ == nullptr) throw Error(ErrorKind::failed, "libxlsxwriter cannot start a workbook");
  const Document& document = spec.document;
  std::string title = xlsx_label(document.title);
  std::string subject = xlsx_label(document.period);
  std::string company = xlsx_label(document.account);
  std::string comments = "Made by reportctl";
  lxw_doc_properties properties{};
  properties.title = title.data();
  properties.subject = subject.data();
  properties.company = company.data();
  properties.comments = comments.data();
  properties.created = std::max<std::time_t>(document.at.time_since_epoch().count(), 1);  // 0 would be the clock
  if (xlsx().workbook_set_properties(book_.get(), &properties) != LXW_NO_ERROR)
    throw Error(ErrorKind::failed, "libxlsxwriter refuses the properties of the document");
}

lxw_worksheet* XlsxBook::add_sheet(const std::string& name) {
  lxw_worksheet* const sheet = xlsx().workbook_add_worksheet(book_.get(), name.c_str());
  if (sheet == nullptr || sheet->optimize_tmpfile == nullptr) fail_output(directory_, "no temporary file for the sheet " + name);
  sheets_.emplace_back(fmt::format("xl/worksheets/sheet{}.xml", sheets_.size() + 1), sheet);
  return sheet;
}

/// Bytes of rows in the sheet's temporary file. Error(output) when that file did not take them all.
std::uint64_t XlsxBook::spooled(lxw_worksheet* sheet) const {
  xlsx().lxw_worksheet_write_single_row(sheet);  // it keeps the last one back
  std::FILE* const rows = sheet->optimize_tmpfile;
  errno = 0;
  if (std::fflush(rows) != 0 || std::ferror(rows) != 0)
    fail_output(directory_, errno == 0 ? "a temporary file did not take all of it" : std::generic_category().message(errno));
  return static_cast<std::uint64_t>(std::max<off_t>(::ftello(rows), 0));
}

void XlsxBook::close() {
  const lxw_error error = xlsx().workbook_close(book_.release());  // frees it in any case
  if (error != LXW_NO_ERROR) fail_output(directory_, xlsx().lxw_strerror(error));
}

void XlsxBook::finish(Sink& sink) {
  constexpr std::uint64_t kAroundRows = 400;  ///< a sheet has at least so many bytes around its rows
  std::map<std::string, std::uint64_t> least_sizes;
  for (const auto& [part, sheet] : sheets_) least_sizes[part] = spooled(sheet) + kAroundRows;
  close();
  const XlsxPackage package(file_, least_sizes);
  const std::vector<Packed>& rows = packer_.finish();
  ZipFile zip(sink);
  for (std::size_t i = 0; i < package.parts(); ++i) {
    const ZipPart& part = package.part(i);
    const auto sheet = std::find_if(sheets_.begin(), sheets_.end(), [&](const auto& one) { return one.first == part.name; });
    const auto index = static_cast<std::size_t>(sheet - sheets_.begin());
    if (index < rows.size()) {
      write_sheet(part, package.text(i), rows[index], zip, sink);
    } else {
      write_part(part, zip);
      package.copy(i, sink);
    }
  }
  zip.finish();
}

void XlsxBook::write_part(const ZipPart& part, ZipFile& zip) const {
  if (!zip.begin(part)) fail_output(directory_, "it would be larger than the 4 GB of an XLSX file");
}

/// libxlsxwriter has left its rows empty.
void XlsxBook::write_sheet(const ZipPart& part, const std::string& around_rows, const Packed& rows, ZipFile& zip,
                           Sink& sink) const {
  constexpr std::string_view kEnd = "</sheetData>";
  const std::size_t at = around_rows.find(kEnd);
  if (at == std::string::npos) throw Error(ErrorKind::failed, "libxlsxwriter has left no place for the rows of " + part.name);
  const std::string_view before = std::string_view(around_rows).substr(0, at);
  const std::string_view after = std::string_view(around_rows).substr(at);
  const std::string packed_before = pack(before, PackEnd::open);
  const std::string packed_after = pack(after, PackEnd::last);
  const std::uint32_t crc = joined_crc(joined_crc(crc_of(before), rows.crc, rows.unpacked), crc_of(after), after.size());
  write_part({.name = part.name,
              .packed = packed_before.size() + rows.packed + packed_after.size(),
              .unpacked = before.size() + rows.unpacked + after.size(),
              .crc = crc},
             zip);
  sink.write(packed_before);
  if (!copy_range(packer_.file(), rows.offset, rows.packed, sink))
    fail_output(directory_, "the rows of " + part.name + " are cut");
  sink.write(packed_after);
}

}  // namespace reportctl::render
