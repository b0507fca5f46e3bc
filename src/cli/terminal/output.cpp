// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/cli/output.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <utility>

#include "help.hpp"
#include "output_text.hpp"
#include "pager.hpp"
#include "reportctl/base/formula.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/sink.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"

namespace reportctl::cli {

namespace {

using Json = nlohmann::ordered_json;

/// Columns that may be filled: the terminal's, what COLUMNS says, or any number in a pipe.
std::size_t available_width() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 1) {
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return kUsual;
  }
  const char* columns = std::getenv("COLUMNS");
  const auto wanted = parse_integer(columns == nullptr ? "" : columns);
  return wanted && *wanted >= 20 ? static_cast<std::size_t>(*wanted) : kUnlimited;
}

/// People see a dash where there is nothing; a script gets nothing.
std::string bare_text(const Field& field) { return field.text == "–" ? std::string() : field.text; }

/// A value of a record in one field of CSV; nothing where it is an object, or a list of them.
std::optional<std::string> csv_value(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return std::nullopt;
  if (!value.is_array()) return json_text(value);
  std::vector<std::string> values;
  for (const Json& one : value) {
    if (!one.is_string()) return std::nullopt;
    values.push_back(one);
  }
  return join(values, ", ");
}

std::string csv_value(const Json& record, const std::string& key, const std::string& otherwise) {
  const auto found = record.find(key);
  return found == record.end() ? otherwise : csv_value(*found).value_or(otherwise);
}

/// `-5`, `12.50`: no text, and no formula.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.front() != '.' && text.back() != '.' && std::count(text.begin(), text.end(), '.') <= 1 &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string csv_line(const std::vector<std::string>& values) {
  std::vector<std::string> fields;
  for (const std::string& value : values) fields.push_back(csv_field(is_number(value) ? value : guarded(value)));
  return join(fields, ",") + "\n";
}

/// One line a value, with the path to it; the items of a list are numbered.
void add_csv_values(std::string& text, const std::string& path, const Json& value) {
  if (const auto simple = csv_value(value)) {
    text += csv_line({path, *simple});
    return;
  }
  for (const auto& [key, part] : value.items()) add_csv_values(text, path + "." + key, part);
}

}  // namespace

bool takes_escapes(int fd) {
  const char* const terminal = std::getenv("TERM");
  return ::isatty(fd) == 1 && terminal != nullptr && *terminal != '\0' && std::string_view(terminal) != "dumb";
}

std::string csv_field(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_text(const Listing& listing) {
  std::vector<std::string> line;
  for (const Column& column : listing.columns) line.push_back(column.key);
  line.insert(line.end(), listing.more_keys.begin(), listing.more_keys.end());
  std::string text = csv_line(line);
  const bool is_row_a_record = listing.records.size() == listing.rows.size();
  for (std::size_t row = 0; row < listing.rows.size(); ++row) {
    const Json record = is_row_a_record ? listing.records[row] : Json::object();
    line.clear();
    for (std::size_t i = 0; i < listing.columns.size(); ++i)
      line.push_back(csv_value(record, listing.columns[i].key, bare_text(listing.rows[row][i])));
    for (const std::string& key : listing.more_keys) line.push_back(csv_value(record, key, {}));
    text += csv_line(line);
  }
  return text;
}

std::string csv_text(const Sheet& sheet) {
  std::string text = "field,value\n";
  for (const auto& [key, value] : sheet.record.items()) add_csv_values(text, key, value);
  return text;
}

std::string sheet_text(const Sheet& sheet, std::size_t available, Paint paint) {
  std::size_t widest = 0;
  for (const auto& [label, field] : sheet.lines) widest = std::max(widest, display_width(label));
  const std::size_t column = widest == 0 ? 0 : widest + 1 + kColumnGap;
  std::string out;
  for (const auto& [label, field] : sheet.lines) {
    const char* escape = paint == Paint::color ? escape_of(field.tone) : "";
    if (label.empty()) {
      const std::string title = shown(field.text);
      out += paint == Paint::color && !title.empty() ? "\033[1m" + title + kReset + "\n" : title + "\n";
      continue;
    }
    std::string line = label + ":";
    const std::size_t room = available > column + 20 ? available - column : 20;
    for (const std::string& written : split(field.text, '\n')) {
      for (const std::string& words : wrap_words(shown(written), room)) {
        line.append(column - display_width(line), ' ');
        out += line + (*escape != '\0' && !words.empty() ? escape + words + kReset : words);
        while (!out.empty() && out.back() == ' ') out.pop_back();
        out += '\n';
        line.clear();
      }
    }
  }
  return out;
}

Output::Output(const Look& look) : look_(look) {}

std::string Output::laid_out(const Listing& listing) const {
  return table_text(listing, look_.wide ? kUnlimited : available_width(), look_.color ? Paint::color : Paint::none);
}

void Output::list(const Listing& listing) {
  switch (look_.format) {
    case Format::json:
      json(listing.records);
      return;
    case Format::csv:
      buffer_ += csv_text(listing);
      return;
    case Format::plain:
      for (const auto& row : listing.rows) {
        std::vector<std::string> fields;
        for (const Field& field : row) fields.push_back(shown(bare_text(field)));
        buffer_ += join(fields, "\t") + "\n";
      }
      return;
    case Format::table:
      note_replaced_clock();
      if (look_.quiet && listing.findings) {
        Listing bad = listing;
        std::erase_if(bad.rows, [](const auto& row) {
          return std::none_of(row.begin(), row.end(), [](const Field& field) { return field.tone == Tone::bad; });
        });
        if (!bad.rows.empty()) buffer_ += laid_out(bad);
      } else if (!listing.rows.empty()) {
        buffer_ += laid_out(listing);
      } else if (!look_.quiet && !listing.empty.empty()) {
        FdSink(STDERR_FILENO, "standard error").write(listing.empty + "\n");
      }
      return;
  }
}

void Output::sheet(const Sheet& sheet) {
  switch (look_.format) {
    case Format::json:
      json(sheet.record);
      return;
    case Format::csv:
      buffer_ += csv_text(sheet);
      return;
    case Format::plain:
      for (const auto& [label, field] : sheet.lines)
        if (!label.empty()) buffer_ += label + "\t" + shown(bare_text(field)) + "\n";
      return;
    case Format::table:
      note_replaced_clock();
      buffer_ += sheet_text(sheet, available_width(), look_.color ? Paint::color : Paint::none);
      return;
  }
}

void Output::table(const std::string& title, const Listing& listing) {
  if (look_.format != Format::table || listing.rows.empty()) return;
  buffer_ += look_.color ? "\n\033[1m" + title + kReset + "\n" : "\n" + title + "\n";
  buffer_ += laid_out(listing);
}

void Output::text(std::string_view text) { buffer_ += text; }

void Output::done(const std::string& sentence, const nlohmann::ordered_json& record) {
  if (look_.format == Format::json) {
    json(record);
  } else if (!look_.quiet) {
    note_replaced_clock();
    buffer_ += shown(sentence) + "\n";
  }
}

void Output::json(const nlohmann::ordered_json& value) {
  nlohmann::ordered_json out = value;
  if (out.is_object() && clock_is_replaced()) out["clock_replaced"] = format_utc(read_clock());
  buffer_ += json_text(out, 2) + "\n";
}

void Output::note_replaced_clock() {
  if (look_.quiet || clock_noted_ || !clock_is_replaced()) return;
  clock_noted_ = true;
  const auto now = format_utc(read_clock());
  const auto record = nlohmann::ordered_json{{"type", "notice"}, {"clock_replaced", now}};
  FdSink(STDERR_FILENO, "standard error")
      .write(look_.format == Format::json ? json_text(record) + "\n" : fmt::format("(clock replaced: {})\n", now));
}

void Output::flush() {
  const std::string bytes = std::exchange(buffer_, {});
  if (look_.paged && show_in_pager(bytes)) return;
  FdSink(STDOUT_FILENO, "standard output").write(bytes);
}

}  // namespace reportctl::cli
