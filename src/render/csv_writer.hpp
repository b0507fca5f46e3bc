// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "reportctl/render/writer.hpp"
#include "value_writer.hpp"

namespace reportctl::render {

/// RFC 4180 with LF line ends, quotes only where needed, and texts guarded against spreadsheets that would run them. Numbers
/// never are.
class CsvWriter final : public Writer {
 public:
  CsvWriter(const Spec&, Sink&);
  void row(const rows::Row&) override;
  void finish() override;

 private:
  /// Both leave room for a separator behind the text.
  char* put_text(std::string_view, char* at);
  char* put_large_text(std::string_view, char* at);
  /// Turns the last separator into the end of the line, and keeps the line.
  void end_line(char* at) {
    at[-1] = '\n';
    at_ = at;
  }
  /// Where `size` bytes may be written, given that the buffer is filled up to `at`.
  char* room(std::size_t size, char* at) {
    if (static_cast<std::size_t>(end_ - at) >= size) return at;
    flush(at);
    return buffer_.get();
  }
  void flush(const char* end);

  std::vector<rows::ColumnType> types_;
  Sink& sink_;
  ValueWriter values_;
  std::unique_ptr<char[]> buffer_;
  char* at_;
  char* end_;
};

}  // namespace reportctl::render
