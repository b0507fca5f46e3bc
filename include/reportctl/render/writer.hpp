// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/base/language.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/render/chart.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::render {

struct CsvDialect {
  bool bom = false;      ///< a byte order mark, so that Excel takes the file for UTF-8
  bool crlf = false;     ///< line ends of RFC 4180 instead of LF
  char delimiter = ',';  ///< one of rows::kCsvDelimiters
  char decimal = '.';    ///< or a comma, for spreadsheets that take a point for a thousand
  bool guard = true;     ///< texts that a spreadsheet would run begin with '
};

/// What a document for people (XLSX, PDF) says around its rows. Part of the bytes: the same run gives the same document.
struct Document {
  std::string title;    ///< the schedule's, else the report's label
  std::string account;  ///< as mails name it
  std::string scope;    ///< `depot:north`; empty: the whole account
  std::string period;   ///< `2026-03-01 to 2026-03-31`
  std::string timezone;
  std::vector<std::pair<std::string, std::string>> filters;  ///< what else restricts the rows: `Vehicles`, `Kangoo, Ersatz`
  std::vector<std::string> formats;                          ///< in which the report can be had too, canonical
  std::string color;                                         ///< the brand's `#rrggbb`; empty: the default
  Instant at{};               ///< when it was made: the slot, or the clock on demand, so that a second try gives the same bytes
  std::string paper = "a4";   ///< PDF: a4 or letter
  std::int64_t max_rows = 0;  ///< PDF prints at most this many, and says so; 0: all
  Language language;          ///< of the words, numbers and days around and in the rows
};

/// How a file is written. The same spec, rows and closing give the same bytes.
struct Spec {
  std::string format = "csv";  ///< canonical
  rows::Columns columns;
  Zone zone = Zone::utc();  ///< of timestamps
  bool labels = false;      ///< CSV: header of labels instead of names; documents always have labels, JSON never
  CsvDialect csv;
  Document document;
  std::string sheet = "Report";  ///< XLSX: where its rows are
  [[nodiscard]] Locale locale() const { return {zone, document.language}; }
  std::filesystem::path spool;  ///< where nameless temporary files may grow as large as the file; empty: TMPDIR, else /tmp
};

/// What is known once all rows have passed, of the whole report and not only of the chosen columns.
struct Closing {
  std::int64_t rows = 0;
  std::vector<Metric> metrics;
  ChartData chart;  ///< empty(): no chart
};

/// Writes rows one by one in constant memory. finish() makes the file complete; destruction without it leaves it unfinished.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void row(const rows::Row&) = 0;
  virtual void finish(const Closing&) = 0;
};

/// An XLSX file of several reports, one after another, each on sheets of its own.
class Workbook {
 public:
  virtual ~Workbook() = default;
  /// Of the next report, for as long as the workbook is there. Its finish() ends only its sheets.
  virtual Writer& report(const Spec&) = 0;
  /// Writes the file.
  virtual void finish() = 0;
};
/// `first`: the document that the file is called after.
std::unique_ptr<Workbook> make_workbook(const Spec& first, Sink&);

/// Error(failed) for what is no format of rows::kFileFormats.
std::unique_ptr<Writer> make_writer(const Spec&, Sink&);
/// Does its writer keep temporary files in Spec::spool?
bool needs_spool(const std::string& format);

/// A value for people, as in mails and summaries: money and numbers grouped by thousands, percent with its sign, true as yes.
std::string value_text(const rows::Column&, const rows::Cell&, const Locale&);
/// The same of many values: several times as fast.
class ValueTexts {
 public:
  explicit ValueTexts(const Locale&);
  std::string text(const rows::Column&, const rows::Cell&);

 private:
  Locale locale_;
  ZonedFormatter instants_;
};
/// A value exactly as CSV has it, unquoted and unguarded.
std::string plain(const rows::Column&, const rows::Cell&, const Zone&);

}  // namespace reportctl::render
