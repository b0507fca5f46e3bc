// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
//
// What every writer promises (include/reportctl/render/writer.hpp), and what each format says of the same rows.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "csv_reader.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/rows/file_format.hpp"

using namespace reportctl;
using reportctl::testing::read_csv;
using reportctl::testing::Table;
using rows::Cell;
using rows::Column;
using rows::ColumnType;

namespace {

Column column(const std::string& name, ColumnType type, int scale = 0) {
  return {.name = name, .label = name + " label", .type = type, .scale = scale};
}
Cell text(std::string_view value) { return {.null = false, .scale = 0, .number = 0, .text = value}; }
Cell number(std::int64_t value, int scale = 0) {
  return {.null = false, .scale = static_cast<std::uint8_t>(scale), .number = value, .text = {}};
}

const rows::Columns kAll = {
    column("name", ColumnType::text),     column("n", ColumnType::integer),     column("kwh", ColumnType::decimal, 3),
    column("share", ColumnType::percent), column("price", ColumnType::money),   column("at", ColumnType::timestamp),
    column("day", ColumnType::date),      column("took", ColumnType::duration), column("paid", ColumnType::boolean)};

render::Spec spec_of(const std::string& format, const rows::Columns& columns, const Zone& zone = Zone::utc()) {
  render::Spec spec;
  spec.format = format;
  spec.columns = columns;
  spec.zone = zone;
  spec.document.title = "Contract";
  return spec;
}

std::string written(const render::Spec& spec, const std::vector<std::vector<Cell>>& all) {
  StringSink sink;
  const auto writer = render::make_writer(spec, sink);
  for (const auto& cells : all) writer->row(rows::Row(cells));
  writer->finish({});
  return sink.text;
}

/// The formats whose cells can be read back; PDF is for eyes, and its own tests look at it.
std::vector<std::string> table_formats() {
  std::vector<std::string> formats = rows::format_names();
  std::erase(formats, "pdf");
  return formats;
}
bool is_json(const std::string& format) { return format == "json" || format == "jsonl"; }

std::filesystem::path scratch() {
  const auto directory = std::filesystem::temp_directory_path() / "reportctl-contract-writer";
  std::filesystem::create_directories(directory);
  return directory;
}

/// The cells of a file as CSV would have them, header first, by a reader that is not ours. Every format that formats() names
/// needs one. JSON without rows has no header.
Table read_back(const std::string& format, const std::string& bytes) {
  if (format == "csv") {
    const auto table = read_csv(bytes);
    REQUIRE(table.has_value());
    return *table;
  }
  const auto path = scratch() / ("file." + format);
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size());
  REQUIRE(std::fclose(file) == 0);
  const std::string command =
      "/usr/bin/python3 " REPORTCTL_ROOT "/tests/contract/writer/read_file.py " + format + " " + path.string();
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  char block[65536];
  for (std::size_t count = 0; (count = std::fread(block, 1, sizeof block, pipe)) > 0;) text.append(block, count);
  REQUIRE(::pclose(pipe) == 0);
  return nlohmann::json::parse(text).get<Table>();
}

/// A sink that fails after so many bytes, as a full disk does.
class FullSink final : public Sink {
 public:
  explicit FullSink(std::size_t room) : room_(room) {}
  void write(std::string_view bytes) override {
    if (bytes.size() > room_) throw Error(ErrorKind::output, "no space left");
    room_ -= bytes.size();
  }

 private:
  std::size_t room_;
};

}  // namespace

TEST_CASE("a report without rows is a file with its header") {
  for (const std::string& format : table_formats()) {
    CAPTURE(format);
    const std::string bytes = written(spec_of(format, kAll), {});
    const Table table = read_back(format, bytes);
    if (is_json(format)) {
      CHECK(table.empty());
      CHECK(bytes == (format == "json" ? "[]\n" : ""));
      continue;
    }
    REQUIRE(table.size() == 1);
    if (format == "csv")
      CHECK(table[0] == std::vector<std::string>{"name", "n", "kwh", "share", "price", "at", "day", "took", "paid"});
    else
      CHECK(table[0] == std::vector<std::string>{"name label", "n label", "kwh label", "share label", "price label",
                                                 "at label (UTC)", "day label", "took label", "paid label"});
  }
}

TEST_CASE("the header has labels when they are asked for, and keys of JSON never") {
  for (const std::string& format : table_formats()) {
    CAPTURE(format);
    render::Spec spec = spec_of(format, kAll);
    spec.labels = true;
    CHECK(read_back(format, written(spec, {std::vector<Cell>(kAll.size())})).at(0).at(2) ==
          (is_json(format) ? "kwh" : "kwh label"));
  }
}

TEST_CASE("every type is written as the catalog page says") {
  for (const std::string& format : table_formats()) {
    CAPTURE(format);
    const Table table =
        read_back(format, written(spec_of(format, kAll, Zone::find("Australia/Sydney").value()),
                                  {{text("Łukasz, \"Lucky\""), number(-42), number(12345, 3), number(1234, 2), number(199900, 2),
                                    number(1773687600), number(20529), number(3725), number(1)}}));
    REQUIRE(table.size() == 2);
    // 1773687600 = 2026-03-16T19:00:00Z, and Sydney is at +11:00 in March
    CHECK(table[1] == std::vector<std::string>{"Łukasz, \"Lucky\"", "-42", "12.345", "12.34", "1999.00",
                                               "2026-03-17T06:00:00+11:00", "2026-03-17", "1:02:05", "true"});
  }
}

TEST_CASE("a null is empty in every type") {
  for (const std::string& format : table_formats()) {
    CAPTURE(format);
    const std::vector<Cell> nulls(kAll.size());
    const Table table = read_back(format, written(spec_of(format, kAll), {nulls, nulls}));
    REQUIRE(table.size() == 3);
    CHECK(table[1] == std::vector<std::string>(kAll.size()));
    CHECK(table[2] == table[1]);
  }
}

TEST_CASE("values at the edges keep their meaning") {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  for (const std::string& format : table_formats()) {
    CAPTURE(format);
    const Table table =
        read_back(format, written(spec_of(format, kAll), {{text(""), number(kLeast), number(kLeast, 9), number(-5, 2),
                                                           number(-5, 3), number(0), number(0), number(-61), number(0)},
                                                          {text("0"), number(kMost), number(5, 9), number(0, 2), number(7, 0),
                                                           number(253402300799), number(-719162), number(360000), number(1)}}));
    REQUIRE(table.size() == 3);
    CHECK(table[1] == std::vector<std::string>{"", "-9223372036854775808", "-9223372036.854775808", "-0.05", "-0.005",
                                               "1970-01-01T00:00:00+00:00", "1970-01-01", "-0:01:01", "false"});
    CHECK(table[2] == std::vector<std::string>{"0", "9223372036854775807", "0.000000005", "0.00", "7",
                                               "9999-12-31T23:59:59+00:00", "0001-01-01", "100:00:00", "true"});
  }
}

namespace {

/// A cell of a spreadsheet holds 32,767 characters; of a longer text (of one-byte characters) it has the most of the beginning
/// and says how much there was. Its lines end in LF.
bool is_shown(std::string text, const std::string& cell) {
  std::erase(text, '\r');
  if (text.size() <= 32'767) return cell == text;
  const std::string mark = "… [cut: " + std::to_string(text.size()) + " characters]";
  const std::size_t characters = cell.size() - 2;  // … has three bytes
  return cell.ends_with(mark) && characters > 32'700 && characters <= 32'767 &&
         text.starts_with(cell.substr(0, cell.size() - mark.size()));
}

}  // namespace

TEST_CASE("texts of any size and content come back as they were") {
  for (const std::string& format : table_formats()) {
    CAPTURE(format);
    const rows::Columns columns = {column("a", ColumnType::text), column("b", ColumnType::text)};
    std::vector<std::string> values = {"a\nb\r\nc", "\"", "\"\"", ",", "x,\"y\"\n", " leading and trailing ", "'quoted'",
                                       "東京 😀 עברית", "tab\tinside", "a=b", "\xC2\xA1hola!",
                                       // what XML, JSON and eyes stumble over
                                       "<&>]]>\\u0041", "bell\x07 escape\x1b del\x7f nel\xC2\x85", "ls\xE2\x80\xA8ps\xE2\x80\xA9",
                                       "\xE2\x80\xAErtl override", "\xEF\xBF\xBE and \xEF\xBF\xBF are no characters",
                                       "_x0041_ is not A, _x005F_x0041_ neither", "_x00 1_", "\xEF\xBB\xBFmark",
                                       "\xF4\x8F\xBF\xBF last"};
    for (const std::size_t size : {15U, 16U, 17U, 255U, 65535U, 65536U, 65537U, 300'000U, 2'000'000U}) {
      values.push_back(std::string(size, 'x'));
      values.push_back(std::string(size, '"'));
      values.push_back(std::string(size - 1, 'y') + ",");
    }
    std::vector<std::vector<Cell>> all;
    for (const std::string& value : values) all.push_back({text(value), text("end")});
    const Table table = read_back(format, written(spec_of(format, columns), all));
    REQUIRE(table.size() == values.size() + 1);
    for (std::size_t i = 0; i < values.size(); ++i) {
      CAPTURE(i);
      CHECK(table[i + 1].at(1) == "end");
      const bool same = format == "xlsx" ? is_shown(values[i], table[i + 1].at(0)) : table[i + 1].at(0) == values[i];
      CHECK(same);
    }
  }
}

TEST_CASE("the same rows give the same bytes") {
  for (const std::string& format : rows::format_names()) {
    CAPTURE(format);
    std::vector<std::vector<Cell>> all;
    for (int i = 0; i < 5000; ++i)
      all.push_back({text("row"), number(i), number(i, 3), number(i, 2), number(i, 2), number(i * 3600), number(i), number(i),
                     number(i % 2)});
    const render::Spec spec = spec_of(format, kAll, Zone::find("Europe/Berlin").value());
    CHECK(written(spec, all) == written(spec, all));
  }
}

TEST_CASE("bytes that cannot be written are an error, at the latest in finish()") {
  for (const std::string& format : rows::format_names())
    for (const std::size_t room : {0U, 100'000U}) {
      CAPTURE(format);
      CAPTURE(room);
      FullSink sink(room);
      const auto attempt = [&] {
        const auto writer = render::make_writer(spec_of(format, kAll), sink);
        const std::vector<Cell> cells = {text("row"), number(1), number(1, 3), number(1, 2), number(1, 2),
                                         number(1),   number(1), number(1),    number(1)};
        for (int i = 0; i < 20'000; ++i) writer->row(rows::Row(cells));
        writer->finish({});
      };
      CHECK_THROWS_AS(attempt(), Error);
    }
}

TEST_CASE("a row of another width is refused") {
  for (const std::string& format : rows::format_names()) {
    CAPTURE(format);
    StringSink sink;
    const auto writer = render::make_writer(spec_of(format, kAll), sink);
    const std::vector<Cell> cells(kAll.size() - 1);
    CHECK_THROWS_AS(writer->row(rows::Row(cells)), Error);
  }
}

TEST_CASE("every format has a content type and an extension; any other is refused with the list") {
  for (const std::string& format : rows::format_names()) {
    CHECK(rows::file_format(format).media_type.find('/') != std::string::npos);
    CHECK_FALSE(rows::file_format(format).extension.empty());
  }
  CHECK(rows::file_format("csv").media_type == "text/csv; charset=utf-8");
  CHECK(rows::file_format("csv").extension == "csv");
  StringSink sink;
  for (const char* format : {"", "CSV", "docx", "\x1b[31m"}) {
    CAPTURE(format);
    try {
      render::make_writer(spec_of(format, kAll), sink);
      FAIL("it was accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::failed);
      CHECK(error.hint().find("csv") != std::string::npos);
      CHECK(std::string(error.what()).find('\x1b') == std::string::npos);
    }
    CHECK_THROWS_AS(rows::file_format(format), Error);
  }
}
