// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/render/writer.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "csv_writer.hpp"
#include "json_writer.hpp"
#include "pdf/pdf_writer.hpp"
#include "reportctl/rows/file_format.hpp"
#include "xlsx/xlsx_writer.hpp"

namespace reportctl::render {
namespace {

/// The writer of a format. `spools`: it keeps temporary files.
struct WriterOfFormat {
  std::string_view format;
  std::unique_ptr<Writer> (*make)(const Spec&, Sink&);
  bool spools = false;
};

constexpr std::array kWriters = {
    WriterOfFormat{"csv", make_csv_writer},          WriterOfFormat{"xlsx", make_xlsx_writer, true},
    WriterOfFormat{"pdf", make_pdf_writer, true},    WriterOfFormat{"json", make_json_writer},
    WriterOfFormat{"jsonl", make_json_lines_writer},
};
static_assert(std::equal(kWriters.begin(), kWriters.end(), rows::kFileFormats.begin(), rows::kFileFormats.end(),
                         [](const WriterOfFormat& writer, const rows::FileFormat& format) {
                           return writer.format == format.name;
                         }),
              "every format has its writer, in the same order");

const WriterOfFormat& writer_of(const std::string& name) {
  return kWriters.at(static_cast<std::size_t>(&rows::file_format(name) - rows::kFileFormats.data()));
}

}  // namespace

std::unique_ptr<Writer> make_writer(const Spec& spec, Sink& sink) { return writer_of(spec.format).make(spec, sink); }
bool needs_spool(const std::string& format) { return writer_of(format).spools; }

}  // namespace reportctl::render
