// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "json_writer.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "out_buffer.hpp"
#include "reportctl/base/error.hpp"
#include "value_writer.hpp"

namespace reportctl::render {
namespace {

using rows::ColumnType;

constexpr std::size_t kPiece = 4096;       ///< of a text, escaped at once
constexpr std::size_t kLongestEscape = 6;  ///< \u001b
constexpr std::string_view kHexDigits = "0123456789abcdef";

char* put_escaped_json(std::string_view text, char* out) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && c != '"' && c != '\\') {
      *out++ = c;
      continue;
    }
    *out++ = '\\';
    switch (c) {
      case '\n':
        *out++ = 'n';
        break;
      case '\r':
        *out++ = 'r';
        break;
      case '\t':
        *out++ = 't';
        break;
      case '"':
      case '\\':
        *out++ = c;
        break;
      default:
        std::memcpy(out, "u00", 3);
        out[3] = kHexDigits[byte >> 4U];
        out[4] = kHexDigits[byte & 0xFU];
        out += 5;
    }
  }
  return out;
}

/// What is written around the objects.
struct Frame {
  std::string_view before;  ///< the first object, or the end
  std::string_view between;
  std::string_view after;
  std::string_view after_nothing;  ///< where there was no object
};
constexpr Frame kArray{"[\n", ",\n", "\n]\n", "[]\n"};
constexpr Frame kLines{"", "\n", "\n", ""};

class JsonWriter final : public Writer {
 public:
  JsonWriter(const Spec& spec, Sink& sink, const Frame& frame) : frame_(frame), values_(spec.zone), out_(sink) {
    if (spec.columns.empty()) throw Error(ErrorKind::failed, "a JSON file needs columns");
    for (const rows::Column& column : spec.columns) {
      types_.push_back(column.type);
      std::string name(column.name.size() * kLongestEscape, '\0');
      name.resize(static_cast<std::size_t>(put_escaped_json(column.name, name.data()) - name.data()));
      keys_.push_back((keys_.empty() ? "{\"" : ",\"") + name + "\":");
    }
  }

  void row(const rows::Row& row) override {
    if (row.size() != types_.size())
      throw Error(ErrorKind::failed, "a row has another number of cells than the report has columns");
    char* at = put(any_ ? frame_.between : frame_.before, out_.at);
    any_ = true;
    for (std::size_t i = 0; i < row.size(); ++i) at = put_value(types_[i], row[i], put(keys_[i], at));
    out_.at = put("}", at);
  }

  void finish(const Closing&) override { out_.flush(put(any_ ? frame_.after : frame_.after_nothing, out_.at)); }

 private:
  char* put(std::string_view text, char* at) {
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, kPiece);
      at = out_.room(piece.size(), at);
      at = std::copy(piece.begin(), piece.end(), at);
      text.remove_prefix(piece.size());
    }
    return at;
  }
  char* put_value(ColumnType type, const rows::Cell& cell, char* at) {
    if (cell.null) return put("null", at);
    if (type == ColumnType::text) return put_text(cell.text, at);
    at = out_.room(ValueWriter::kMaxSize + 2, at);
    if (!facts_of(type).quoted) return values_.write(type, cell, at);
    *at++ = '"';
    at = values_.write(type, cell, at);
    *at++ = '"';
    return at;
  }
  char* put_text(std::string_view text, char* at) {
    at = put("\"", at);
    while (!text.empty()) {
      const std::string_view piece = text.substr(0, kPiece);
      at = put_escaped_json(piece, out_.room(piece.size() * kLongestEscape, at));
      text.remove_prefix(piece.size());
    }
    return put("\"", at);
  }

  const Frame& frame_;
  std::vector<ColumnType> types_;
  std::vector<std::string> keys_;
  bool any_ = false;
  ValueWriter values_;
  OutBuffer out_;
};

}  // namespace

std::unique_ptr<Writer> make_json_writer(const Spec& spec, Sink& sink) {
  return std::make_unique<JsonWriter>(spec, sink, kArray);
}

std::unique_ptr<Writer> make_json_lines_writer(const Spec& spec, Sink& sink) {
  return std::make_unique<JsonWriter>(spec, sink, kLines);
}

}  // namespace reportctl::render
