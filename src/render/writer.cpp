// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/render/writer.hpp"

#include <fmt/format.h>

#include <array>

#include "csv_writer.hpp"
#include "json_writer.hpp"
#include "pdf/pdf_writer.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "xlsx/xlsx_writer.hpp"

namespace reportctl::render {
namespace {

struct Format {
  const char* name;
  const char* content_type;
  const char* extension;
  std::unique_ptr<Writer> (*make)(const Spec&, Sink&);
  bool spools = false;
};

constexpr std::array kFormats = {
    Format{"csv", "text/csv; charset=utf-8", "csv", make_csv_writer},
    Format{"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx", make_xlsx_writer, true},
    Format{"pdf", "application/pdf", "pdf", make_pdf_writer, true},
    Format{"json", "application/json", "json", make_json_writer},
    Format{"jsonl", "application/jsonl", "jsonl", make_json_lines_writer},
};

const Format& format_named(const std::string& name) {
  for (const Format& format : kFormats)
    if (format.name == name) return format;
  throw Error(
      ErrorKind::failed,
      fmt::format("there is no writer for the format \"{}\"{}", visible(repair_utf8(name)), did_you_mean(name, formats())),
      fmt::format("choose one of: {}", join(formats(), ", ")));
}

}  // namespace

std::unique_ptr<Writer> make_writer(const Spec& spec, Sink& sink) { return format_named(spec.format).make(spec, sink); }

const std::vector<std::string>& formats() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Format& format : kFormats) names.emplace_back(format.name);
    return names;
  }();
  return kNames;
}

std::string content_type(const std::string& format) { return format_named(format).content_type; }
bool needs_spool(const std::string& format) { return format_named(format).spools; }
std::string file_extension(const std::string& format) { return format_named(format).extension; }

}  // namespace reportctl::render
