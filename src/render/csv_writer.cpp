// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "csv_writer.hpp"

#include <algorithm>

#include "csv_text.hpp"
#include "reportctl/base/error.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kBuffer = std::size_t{256} << 10U;
constexpr std::size_t kLargeText = kBuffer / 4;

bool is_empty(rows::ColumnType type, const rows::Cell& cell) {
  return cell.null || (type == rows::ColumnType::text && cell.text.find_first_not_of('\0') == std::string_view::npos);
}

}  // namespace

inline char* CsvWriter::put_text(std::string_view text, char* at) {
  if (text.size() > kLargeText) return put_large_text(text, at);
  return put_field(text, room(field_room(text.size()) + 1, at));
}

CsvWriter::CsvWriter(const Spec& spec, Sink& sink)
    : sink_(sink), values_(spec.zone), buffer_(new char[kBuffer]), at_(buffer_.get()), end_(buffer_.get() + kBuffer) {
  if (spec.columns.empty()) throw Error(ErrorKind::failed, "a CSV file needs columns");
  char* at = at_;
  for (const rows::Column& column : spec.columns) {
    types_.push_back(column.type);
    at = put_text(spec.labels && !column.label.empty() ? column.label : column.name, at);
    *at++ = ',';
  }
  end_line(at);
}

void CsvWriter::row(const rows::Row& row) {
  if (row.size() != types_.size())
    throw Error(ErrorKind::failed, "a row has another number of cells than the report has columns");
  char* at = at_;
  if (row.size() == 1 && is_empty(types_[0], row[0])) {  // or it would be a blank line, which many readers skip
    at = room(3, at);
    for (const char c : {'"', '"', ','}) *at++ = c;
    return end_line(at);
  }
  const rows::ColumnType* next_type = types_.data();
  for (const rows::Cell& cell : row) {
    const rows::ColumnType type = *next_type++;
    if (!cell.null && type == rows::ColumnType::text) {
      at = put_text(cell.text, at);
    } else {
      at = room(ValueWriter::kMaxSize + 1, at);
      if (!cell.null) at = values_.write(type, cell, at);
    }
    *at++ = ',';
  }
  end_line(at);
}

void CsvWriter::finish() { flush(at_); }

char* CsvWriter::put_large_text(std::string_view text, char* at) {
  const FieldNeeds needs = needs_of(text);
  at = room(2, at);
  if (needs.quotes) *at++ = '"';
  if (needs.guard) *at++ = '\'';
  for (; !text.empty(); text.remove_prefix(std::min(text.size(), kLargeText))) {
    const std::string_view part = text.substr(0, kLargeText);
    at = put_escaped(part, room(field_room(part.size()), at));
  }
  at = room(2, at);
  if (needs.quotes) *at++ = '"';
  return at;
}

void CsvWriter::flush(const char* end) {
  const std::string_view bytes(buffer_.get(), static_cast<std::size_t>(end - buffer_.get()));
  at_ = buffer_.get();
  if (!bytes.empty()) sink_.write(bytes);
}

}  // namespace reportctl::render
