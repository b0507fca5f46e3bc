// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "reportctl/base/sink.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::render {

/// How a file is written. The same spec and rows give the same bytes.
struct Spec {
  std::string format = "csv";  ///< canonical
  rows::Columns columns;
  Zone zone = Zone::utc();  ///< of timestamps
  std::string title;
  bool labels = false;  ///< header of labels instead of names
};

/// Writes rows one by one in constant memory. finish() makes the file complete; destruction without it leaves it unfinished.
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void row(const rows::Row&) = 0;
  virtual void finish() = 0;
};

/// Error(failed) for a format without a writer: formats() is the list.
std::unique_ptr<Writer> make_writer(const Spec&, Sink&);
const std::vector<std::string>& formats();
/// `text/csv; charset=utf-8`, …
std::string content_type(const std::string& format);
/// `csv`, `xlsx`, …
std::string file_extension(const std::string& format);

/// A value for people, as in mails and summaries: money and numbers grouped by thousands, percent with its sign, true as yes.
std::string for_people(const rows::Column&, const rows::Cell&, const Zone&);
/// A value exactly as CSV has it, unquoted and unguarded.
std::string plain(const rows::Column&, const rows::Cell&, const Zone&);

}  // namespace reportctl::render
