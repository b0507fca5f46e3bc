// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "csv_writer.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <vector>

#include "csv_text.hpp"
#include "out_buffer.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/formula.hpp"
#include "reportctl/rows/csv_delimiters.hpp"
#include "value_writer.hpp"

namespace reportctl::render {
namespace {

constexpr std::size_t kLargeText = OutBuffer::kSize / 4;
constexpr std::size_t kSpare = 2;  ///< behind every field: a delimiter, or CR LF in its place
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

template <char kDelimiter>
class CsvWriter final : public Writer {
 public:
  CsvWriter(const Spec& spec, Sink& sink)
      : crlf_(spec.csv.crlf),
        guard_(spec.csv.guard ? Guard::on : Guard::off),
        decimal_(spec.csv.decimal),
        values_(spec.zone),
        out_(sink) {
    if (spec.columns.empty()) throw Error(ErrorKind::failed, "a CSV file needs columns");
    char* at = out_.at;
    if (spec.csv.bom) at = std::copy(kByteOrderMark.begin(), kByteOrderMark.end(), at);
    for (const rows::Column& column : spec.columns) {
      types_.push_back(column.type);
      at = put_text(spec.labels && !column.label.empty() ? column.label : column.name, at);
      *at++ = kDelimiter;
    }
    end_line(at);
  }

  void row(const rows::Row& row) override {
    if (row.size() != types_.size())
      throw Error(ErrorKind::failed, "a row has another number of cells than the report has columns");
    char* at = out_.at;
    if (row.size() == 1 && row[0].null) {  // or it would be a blank line, which many readers skip
      at = put_empty_text(at);
      *at++ = kDelimiter;
      return end_line(at);
    }
    const rows::ColumnType* next_type = types_.data();
    for (const rows::Cell& cell : row) {
      const rows::ColumnType type = *next_type++;
      if (!cell.null && type == rows::ColumnType::text) {
        at = cell.text.find_first_not_of('\0') == std::string_view::npos ? put_empty_text(at) : put_text(cell.text, at);
      } else {
        at = out_.room(ValueWriter::kMaxSize + 2 + kSpare, at);
        if (!cell.null) at = decimal_ == '.' ? values_.write(type, cell, at) : put_with_comma(type, cell, at);
      }
      *at++ = kDelimiter;
    }
    end_line(at);
  }

  void finish(const Closing&) override { out_.flush(out_.at); }

 private:
  /// Told from a null, which is nothing.
  char* put_empty_text(char* at) {
    at = out_.room(2 + kSpare, at);
    for (const char c : {'"', '"'}) *at++ = c;
    return at;
  }
  char* put_with_comma(rows::ColumnType type, const rows::Cell& cell, char* at) {
    char* const end = values_.write(type, cell, at);
    const rows::CellKind kind = facts_of(type).kind;
    if (kind != rows::CellKind::scaled && kind != rows::CellKind::money) return end;
    std::replace(at, end, '.', ',');
    if (kDelimiter != ',' || std::find(at, end, ',') == end) return end;
    std::copy_backward(at, end, end + 1);  // the sign would separate fields
    *at = end[1] = '"';
    return end + 2;
  }
  /// Both leave kSpare behind the text.
  char* put_text(std::string_view text, char* at) {
    if (text.size() > kLargeText) return put_large_text(text, at);
    return put_field<kDelimiter>(text, out_.room(field_room(text.size()) + kSpare, at), guard_);
  }
  char* put_large_text(std::string_view text, char* at) {
    const bool quotes = needs_quotes(text, kDelimiter);
    at = out_.room(1, at);
    if (quotes) *at++ = '"';
    std::size_t guard = first_guard(text, guard_);
    for (std::size_t done = 0; done < text.size();) {
      at = out_.room(1, at);
      if (done == guard) {
        *at++ = '\'';
        guard = next_guard(text, done + 1);
      }
      const std::string_view part = text.substr(done, std::min(kLargeText, guard - done));
      at = put_escaped(part, out_.room(field_room(part.size()), at));
      done += part.size();
    }
    at = out_.room(1 + kSpare, at);
    if (quotes) *at++ = '"';
    return at;
  }
  /// Turns the last delimiter into the end of the line, and keeps the line.
  void end_line(char* at) {
    if (crlf_) {
      at[-1] = '\r';
      ++at;
    }
    at[-1] = '\n';
    out_.at = at;
  }

  std::vector<rows::ColumnType> types_;
  bool crlf_;
  Guard guard_;
  char decimal_;
  ValueWriter values_;
  OutBuffer out_;
};

}  // namespace

std::unique_ptr<Writer> make_csv_writer(const Spec& spec, Sink& sink) {
  std::unique_ptr<Writer> writer;
  const auto make = [&]<std::size_t... kAt>(std::index_sequence<kAt...>) {
    const auto try_one = [&]<char kDelimiter>(std::integral_constant<char, kDelimiter>) {
      if (spec.csv.delimiter == kDelimiter) writer = std::make_unique<CsvWriter<kDelimiter>>(spec, sink);
    };
    (try_one(std::integral_constant<char, rows::kCsvDelimiters[kAt].sign>()), ...);
  };
  make(std::make_index_sequence<rows::kCsvDelimiters.size()>());
  if (writer == nullptr)
    throw Error(ErrorKind::failed, "CSV fields cannot be separated by that character",
                "choose a comma, a semicolon, a tab or a pipe");
  return writer;
}

}  // namespace reportctl::render
