// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <random>

#include "../../contract/writer/csv_reader.hpp"
#include "csv_text.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/rows/csv_delimiters.hpp"

using namespace reportctl;
using namespace std::string_literals;
using namespace std::string_view_literals;
using rows::Cell;
using rows::ColumnType;

namespace {

std::string field(std::string_view text, render::Guard guard = render::Guard::on) {
  std::string out(render::field_room(text.size()), '\0');
  out.resize(static_cast<std::size_t>(render::put_field<','>(text, out.data(), guard) - out.data()));
  return out;
}

Cell text_cell(std::string_view value) { return {.null = false, .scale = 0, .number = 0, .text = value}; }

}  // namespace

TEST_CASE("a field is quoted only where RFC 4180 needs it") {
  CHECK(field("plain") == "plain");
  CHECK(field("") == "");
  CHECK(field("a b") == "a b");
  CHECK(field("a;b'c") == "a;b'c");
  CHECK(field("a,b") == "\"a,b\"");
  CHECK(field("say \"hi\"") == "\"say \"\"hi\"\"\"");
  CHECK(field("two\nlines") == "\"two\nlines\"");
  CHECK(field("two\r\nlines") == "\"two\r\nlines\"");
  CHECK(field("a\tb") == "a\tb");
  CHECK(field("Łukasz") == "Łukasz");
  CHECK(field("\\.") == "\"\\.\"");  // alone on its line it would end PostgreSQL's COPY
  CHECK(field("\\. ") == "\\. ");
}

TEST_CASE("without the guard a text is written as it is") {
  CHECK(field("-5") == "'-5");
  CHECK(field("-5", render::Guard::off) == "-5");
  CHECK(field("=\"1\"", render::Guard::off) == "\"=\"\"1\"\"\"");
}

TEST_CASE("special characters are found at every length and place") {
  for (std::size_t size = 1; size < 70; ++size)
    for (std::size_t at = 0; at < size; ++at)
      for (const char special : {'"', ',', '\n', '\r'}) {
        std::string text(size, 'x');
        text[at] = special;
        const std::string out = field(text);
        const bool guarded = at == 0 && (special == '\n' || special == '\r');
        std::string expected = guarded ? "\"'" : "\"";
        for (const char c : text) expected += c == '"' ? "\"\"" : std::string(1, c);
        if (out != expected + "\"") {
          CAPTURE(text);
          REQUIRE(out == expected + "\"");
        }
      }
}

TEST_CASE("texts that a spreadsheet would run are guarded") {
  for (const char* text : {"=1+1",
                           "+1",
                           "-1",
                           "@SUM(A1)",
                           "|cmd",
                           "%x",
                           "=",
                           "-",
                           " =1",
                           "  \xC2\xA0=1",
                           "\xEF\xBB\xBF=1",
                           "\xE2\x80\x8B=1",
                           "\xEF\xBB\xBF \xE2\x80\x8B+1",
                           "\tx",
                           " \tx",
                           "＝1",
                           "＋1",
                           "－1",
                           "＠x",
                           "+61 2 1234 5678",
                           "-5",
                           "'=1",
                           "''=1"}) {
    CAPTURE(text);
    CHECK(field(text) == "'"s + text);
  }
  CHECK(field("=1,2") == "\"'=1,2\"");
  CHECK(field("=HYPERLINK(\"http://x\")") == "\"'=HYPERLINK(\"\"http://x\"\")\"");
  CHECK(field("\rx") == "\"'\rx\"");
  CHECK(field("\nx") == "\"'\nx\"");
  CHECK(field("\0=1"s) == "'=1");
  CHECK(field("\0\0 \0=1"s) == "' =1");
  for (const char* text : {"a=1", "1+1", "1-2", "a@b.example", "'a", "", " ", "\xC2\xA0", "É=1", "—5", "​", "“quoted”", "£5"}) {
    CAPTURE(text);
    CHECK(field(text) == text);
  }
}

TEST_CASE("a formula behind a character at which a spreadsheet may split is guarded, and a price is not") {
  CHECK(field("x;=1+1;y") == "x;'=1+1;y");
  CHECK(field("y\t=2+2") == "y\t'=2+2");
  CHECK(field("a|@SUM(A1)|+1") == "a|'@SUM(A1)|'+1");
  CHECK(field("a,-1") == "\"a,'-1\"");
  CHECK(field("a\n=1\r\n=2") == "\"a\n'=1\r\n'=2\"");
  CHECK(field("a\v=1\f=2") == "a\v'=1\f'=2");
  CHECK(field("a; \xC2\xA0'=1") == "a;' \xC2\xA0'=1");
  CHECK(field("a;\"=1\"") == "\"a;'\"\"=1\"\"\"");
  CHECK(field("\"=1\"") == "\"'\"\"=1\"\"\"");
  CHECK(field("=1;=2") == "'=1;'=2");
  CHECK(field("a;＝1") == "a;'＝1");
  CHECK(field("\t=1") == "'\t'=1");
  for (const char* text : {"10;-", "10;-;x", "a;b=1", "a;;b", "a|b", "a;'b", "x;1-2"}) {
    CAPTURE(text);
    CHECK(field(text) == text);
  }
  for (std::size_t before = 0; before < 40; ++before)  // wherever a block of sixteen ends
    for (std::size_t behind = 1; behind < 40; ++behind) {
      const auto text = std::string(before, 'x') + ";=" + std::string(behind, 'y');
      REQUIRE(field(text) == std::string(before, 'x') + ";'=" + std::string(behind, 'y'));
    }
}

TEST_CASE("large texts are guarded where their parts meet too") {
  for (const std::size_t size : {65535U, 65536U, 65537U, 262144U, 300000U}) {
    const auto text = std::string(size, 'x') + ";=1;=2," + std::string(70000, 'y') + "\n=3";
    CHECK(field(text) == "\"" + std::string(size, 'x') + ";'=1;'=2," + std::string(70000, 'y') + "\n'=3\"");
  }
  const auto many = [](const char* piece) {
    std::string text;
    for (int i = 0; i < 200'000; ++i) text += piece;
    return text;
  };
  CHECK(field(many(";=1")) == many(";'=1"));
  CHECK(field("=" + std::string(300'000, 'x')) == "'=" + std::string(300'000, 'x'));
}

TEST_CASE("NULs are never written") {
  CHECK(field("a\0b"s) == "ab");
  CHECK(field("\0"s) == "");
  CHECK(field("a\0,\0b"s) == "\"a,b\"");
}

TEST_CASE("numbers are never guarded, header labels are") {
  StringSink sink;
  render::Spec spec;
  spec.columns = {{.name = "n", .label = "=label", .type = ColumnType::integer},
                  {.name = "t", .label = "", .type = ColumnType::text}};
  spec.labels = true;
  const auto writer = render::make_writer(spec, sink);
  const std::vector<Cell> cells = {{.null = false, .scale = 0, .number = -5, .text = {}}, text_cell("-5")};
  writer->row(rows::Row(cells));
  writer->finish({});
  CHECK(sink.text == "'=label,t\n-5,'-5\n");
}

TEST_CASE("an empty row of one column is no blank line") {
  StringSink sink;
  render::Spec spec;
  spec.columns = {{.name = "t", .label = "t", .type = ColumnType::text}};
  const auto writer = render::make_writer(spec, sink);
  for (const Cell& cell : {Cell{}, text_cell(""), text_cell(std::string_view("\0", 1)), text_cell("x")})
    writer->row(rows::Row(&cell, 1));
  writer->finish({});
  CHECK(sink.text == "t\n\"\"\n\"\"\n\"\"\nx\n");
}

namespace {

/// All of it, in a dialect.
std::string in_dialect(const render::CsvDialect& dialect, const std::vector<std::vector<std::string>>& table) {
  render::Spec spec;
  spec.csv = dialect;
  for (const std::string& name : table.front()) spec.columns.push_back({.name = name, .label = {}, .type = ColumnType::text});
  StringSink sink;
  const auto writer = render::make_writer(spec, sink);
  for (std::size_t i = 1; i < table.size(); ++i) {
    std::vector<Cell> cells;
    for (const std::string& value : table[i]) cells.push_back(text_cell(value));
    writer->row(rows::Row(cells));
  }
  writer->finish({});
  return sink.text;
}

}  // namespace

TEST_CASE("an empty text is told from nothing") {
  render::Spec spec;
  for (const char* const name : {"n", "t"}) spec.columns.push_back({.name = name, .label = {}, .type = ColumnType::text});
  StringSink sink;
  const auto writer = render::make_writer(spec, sink);
  for (const auto& row : std::vector<std::vector<Cell>>{{text_cell("1"), text_cell("")}, {text_cell("2"), Cell{}}})
    writer->row(rows::Row(row));
  writer->finish({});
  CHECK(sink.text == "n,t\n1,\"\"\n2,\n");
}

TEST_CASE("a decimal comma is for numbers only, and quoted where commas separate") {
  const auto in = [](char delimiter) {
    render::Spec spec;
    spec.csv = {.delimiter = delimiter, .decimal = ','};
    spec.columns = {{.name = "d", .label = {}, .type = ColumnType::decimal, .scale = 2},
                    {.name = "m", .label = {}, .type = ColumnType::money},
                    {.name = "i", .label = {}, .type = ColumnType::integer},
                    {.name = "t", .label = {}, .type = ColumnType::text}};
    StringSink sink;
    const auto writer = render::make_writer(spec, sink);
    const std::vector<Cell> row = {{.null = false, .scale = 2, .number = -123'450, .text = {}},
                                   {.null = false, .scale = 2, .number = 5, .text = {}},
                                   {.null = false, .scale = 0, .number = 7, .text = {}},
                                   text_cell("1.5")};
    writer->row(rows::Row(row));
    writer->finish({});
    return sink.text.substr(sink.text.find('\n') + 1);
  };
  CHECK(in(';') == "-1234,50;0,05;7;1.5\n");
  CHECK(in(',') == "\"-1234,50\",\"0,05\",7,1.5\n");
}

TEST_CASE("a dialect changes the mark, the line ends and the delimiter, and what needs quotes follows") {
  const std::vector<std::vector<std::string>> table = {{"a", "b"}, {"x,y", "x;y"}, {"x\ty", "x|y"}, {"=1", "two\nlines"}};
  CHECK(in_dialect({}, table) == "a,b\n\"x,y\",x;y\nx\ty,x|y\n'=1,\"two\nlines\"\n");
  CHECK(in_dialect({.bom = true}, {{"a", "b"}, {"1", "2"}}) ==
        "\xEF\xBB\xBF"
        "a,b\n1,2\n");
  CHECK(in_dialect({.crlf = true}, table) == "a,b\r\n\"x,y\",x;y\r\nx\ty,x|y\r\n'=1,\"two\nlines\"\r\n");
  CHECK(in_dialect({.delimiter = ';'}, table) == "a;b\nx,y;\"x;y\"\nx\ty;x|y\n'=1;\"two\nlines\"\n");
  CHECK(in_dialect({.delimiter = '\t'}, table) == "a\tb\nx,y\tx;y\n\"x\ty\"\tx|y\n'=1\t\"two\nlines\"\n");
  CHECK(in_dialect({.delimiter = '|'}, table) == "a|b\nx,y|x;y\nx\ty|\"x|y\"\n'=1|\"two\nlines\"\n");
  CHECK(in_dialect({.bom = true, .crlf = true, .delimiter = ';'}, {{"a"}, {""}}) ==
        "\xEF\xBB\xBF"
        "a\r\n\"\"\r\n");
}

TEST_CASE("only a delimiter is a delimiter") {
  StringSink sink;
  render::Spec spec;
  spec.columns = {{.name = "a", .label = {}, .type = ColumnType::text}};
  for (const char delimiter : {'"', '\n', ' ', 'a', '\0', '=', '\''}) {
    spec.csv.delimiter = delimiter;
    CHECK_THROWS_AS(render::make_writer(spec, sink), Error);
  }
}

TEST_CASE("property: what is written is read back, guarded exactly where the oracle says") {
  std::mt19937_64 random(4180);
  const std::vector<std::string> pieces = {"a",
                                           "b",
                                           "\"",
                                           ",",
                                           ";",
                                           "\n",
                                           "\r",
                                           "=",
                                           "+",
                                           "-",
                                           "@",
                                           "|",
                                           "%",
                                           "\t",
                                           " ",
                                           "\0"s,
                                           "\xC2\xA0",
                                           "\xE2\x80\x8B",
                                           "\xEF\xBB\xBF",
                                           "\xEF\xBC\x9D",
                                           "\xEF\xBC\x8B",
                                           "\xEF\xBC\x8D",
                                           "\xEF\xBC\xA0",
                                           "é",
                                           "東",
                                           "😀",
                                           "'",
                                           "0123456789",
                                           "abcdefghijklmnopqrstuvwxyz"};
  for (const rows::CsvDelimiter& known : rows::kCsvDelimiters)
    for (const std::string_view line_end : {"\n"sv, "\r\n"sv}) {
      const char delimiter = known.sign;
      CAPTURE(delimiter);
      CAPTURE(line_end.size());
      render::Spec spec;
      spec.csv.delimiter = delimiter;
      spec.csv.crlf = line_end.size() == 2;
      spec.columns = {{.name = "a", .label = "a", .type = ColumnType::text},
                      {.name = "b", .label = "b", .type = ColumnType::text}};
      StringSink sink;
      const auto writer = render::make_writer(spec, sink);
      reportctl::testing::Table expected = {{"a", "b"}};
      for (int round = 0; round < 20'000; ++round) {
        std::string values[2];
        for (std::string& value : values)
          for (auto count = random() % 7; count > 0; --count) value += pieces[random() % pieces.size()];
        const Cell cells[2] = {text_cell(values[0]), text_cell(values[1])};
        writer->row(rows::Row(cells));
        expected.emplace_back();
        for (const std::string& value : values) expected.back().push_back(reportctl::testing::as_guarded(value));
      }
      writer->finish({});
      const auto table = reportctl::testing::read_csv(sink.text, delimiter, line_end);
      REQUIRE(table.has_value());
      REQUIRE(table->size() == expected.size());
      for (std::size_t i = 0; i < expected.size(); ++i)
        if ((*table)[i] != expected[i]) {
          CAPTURE(i);
          REQUIRE((*table)[i] == expected[i]);
        }
      for (const auto& line : expected)
        for (const std::string& value : line)
          if (reportctl::testing::as_guarded(reportctl::testing::as_unguarded(value)) != value) {
            CAPTURE(value);
            REQUIRE(reportctl::testing::as_guarded(reportctl::testing::as_unguarded(value)) == value);
          }
    }
}
