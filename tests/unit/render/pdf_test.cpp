// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <numeric>

#include "pdf/pdf_columns.hpp"
#include "pdf/pdf_images.hpp"
#include "pdf/pdf_spool.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/render/writer.hpp"

using namespace reportctl;
using rows::Cell;
using rows::ColumnType;

namespace {

Cell text_of(std::string_view value) { return {.null = false, .scale = 0, .number = 0, .text = value}; }

render::Spec pdf_spec(std::size_t columns) {
  render::Spec spec;
  spec.format = "pdf";
  for (std::size_t i = 0; i < columns; ++i)
    spec.columns.push_back({.name = "c" + std::to_string(i), .label = "Column", .type = ColumnType::text});
  spec.document.title = "Title";
  spec.document.at = Instant{std::chrono::seconds{1773687600}};
  return spec;
}

std::string pdf_of(const render::Spec& spec, const std::vector<std::vector<Cell>>& all, const render::Closing& closing = {}) {
  StringSink sink;
  const auto writer = render::make_writer(spec, sink);
  for (const auto& cells : all) writer->row(cells);
  writer->finish(closing);
  return sink.text;
}

std::size_t count_of(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) ++count;
  return count;
}

double sum_of(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

class NoRoom final : public Sink {
 public:
  void write(std::string_view) override { throw Error(ErrorKind::output, "no space left"); }
};

}  // namespace

TEST_CASE("a PDF begins and ends as one, is A4 portrait, and is the same twice") {
  const std::string pdf = pdf_of(pdf_spec(3), {{text_of("a"), text_of("žluťoučký"), text_of("東京 😀")}});
  CHECK(pdf.starts_with("%PDF-1."));
  CHECK(pdf.ends_with("%%EOF\n"));
  CHECK(count_of(pdf, "/MediaBox [ 0 0 595.28") == 1);
  CHECK(pdf == pdf_of(pdf_spec(3), {{text_of("a"), text_of("žluťoučký"), text_of("東京 😀")}}));
}

TEST_CASE("the time in it is the document's, not the clock's") {
  const std::string pdf = pdf_of(pdf_spec(1), {});
  CHECK(pdf.find("/CreationDate (20260316190000Z") != std::string::npos);
}

TEST_CASE("paper is a4 or letter") {
  render::Spec spec = pdf_spec(1);
  spec.document.paper = "letter";
  CHECK(count_of(pdf_of(spec, {}), "/MediaBox [ 0 0 612 792") == 1);
  spec.document.paper = "a3";
  StringSink sink;
  CHECK_THROWS_AS(render::make_writer(spec, sink), Error);
}

TEST_CASE("texts of any kind are drawn: huge, with controls, overrides, NULs, many lines, invalid") {
  const std::string huge(100'000, 'w');
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "line\n";
  std::string wide;
  for (int i = 0; i < 30'000; ++i) wide += "漢";
  const std::string nul("a\0b", 3);
  std::vector<std::vector<Cell>> all;
  for (const std::string_view text :
       {std::string_view(huge), std::string_view(lines), std::string_view(wide), std::string_view(nul),
        std::string_view("\x1b[31m\x7f"), std::string_view("\xE2\x80\xAE override"), std::string_view("\xFF\xFE not UTF-8 \xC3"),
        std::string_view("\r\r\n\t"), std::string_view("e\xCC\x81\xCC\x81\xCC\x81\xCC\x81"),
        std::string_view("\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9"), std::string_view("")})
    all.push_back({text_of(text), text_of(text)});
  render::Spec spec = pdf_spec(2);
  spec.document.title = huge;
  spec.document.account = lines;
  spec.columns[0].label = wide;
  const std::string pdf = pdf_of(spec, all, {.rows = 11, .metrics = {{huge, {wide}, ColumnType::text, {}}}, .chart = {}});
  CHECK(pdf.ends_with("%%EOF\n"));
  CHECK(pdf.size() < 300'000);  // what is cut is not in it
}

TEST_CASE("many columns and many rows give pages, not overlaps") {
  for (const std::size_t columns : {1U, 10U, 40U, 120U}) {
    CAPTURE(columns);
    const std::vector<Cell> cells(columns, text_of("some words that want room"));
    CHECK(pdf_of(pdf_spec(columns), std::vector<std::vector<Cell>>(200, cells)).ends_with("%%EOF\n"));
  }
}

TEST_CASE("a page that cannot be written is the sink's own error") {
  NoRoom sink;
  const auto writer = render::make_writer(pdf_spec(1), sink);
  const std::vector<Cell> cells = {text_of("x")};
  writer->row(cells);
  try {
    writer->finish({});
    FAIL("it was written");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::output);
    CHECK(std::string(error.what()) == "no space left");
  }
}

TEST_CASE("columns share the width of the page: portrait, landscape, wrapped, smaller") {
  const render::Paper a4 = render::paper_named("a4");
  const render::ColumnNeeds number{.may_wrap = false, .widest = 50, .label = 40, .label_word = 30};
  const render::ColumnNeeds words{.may_wrap = true, .widest = 5000, .label = 40, .label_word = 30};

  const render::TableShape portrait = render::shape_table({number, number, words}, a4);
  CHECK(portrait.paper.width == doctest::Approx(595.28));
  CHECK(portrait.text_size == render::kTextSize);
  REQUIRE(portrait.strips.size() == 1);
  const auto& widths = portrait.strips[0].widths;
  CHECK(sum_of(widths) == doctest::Approx(595.28 - 72));
  CHECK(widths[0] >= 50 + 2 * render::kCellPadding);
  CHECK(widths[2] > widths[0]);  // what is left goes to the texts

  const render::TableShape turned = render::shape_table(std::vector<render::ColumnNeeds>(12, number), a4);
  CHECK(turned.paper.width == doctest::Approx(841.89));
  CHECK(turned.text_size == render::kTextSize);

  const render::TableShape small = render::shape_table(std::vector<render::ColumnNeeds>(16, number), a4);
  CHECK(small.text_size < render::kTextSize);
  CHECK(small.text_size >= 6);
  REQUIRE(small.strips.size() == 1);
  for (const double width : small.strips[0].widths) CHECK(width >= 50 * small.text_size / render::kTextSize);
}

TEST_CASE("columns that do not fit follow in strips, each with the first column, and no value is broken") {
  const render::Paper a4 = render::paper_named("a4");
  for (const std::size_t count : {18U, 25U, 200U}) {
    CAPTURE(count);
    const render::ColumnNeeds number{.may_wrap = false, .widest = 50, .label = 40, .label_word = 30};
    const auto shape = render::shape_table(std::vector<render::ColumnNeeds>(count, number), a4);
    if (count > 18) CHECK(shape.strips.size() > 1);
    std::vector<std::size_t> seen;
    for (const render::Strip& strip : shape.strips) {
      REQUIRE(strip.columns.size() == strip.widths.size());
      CHECK(strip.columns[0] == 0);
      CHECK(sum_of(strip.widths) <= doctest::Approx(841.89 - 72));
      seen.insert(seen.end(), strip.columns.begin() + (&strip == &shape.strips[0] ? 0 : 1), strip.columns.end());
      for (const double width : strip.widths)
        CHECK(width >= (50 + 2 * render::kCellPadding) * shape.text_size / render::kTextSize);
    }
    REQUIRE(seen.size() == count);
    for (std::size_t i = 0; i < count; ++i) CHECK(seen[i] == i);
    CHECK(shape.text_size >= 6);
  }
}

TEST_CASE("amounts have their currency in every strip") {
  std::vector<render::ColumnNeeds> columns(40, {.may_wrap = false, .widest = 50, .label = 40, .label_word = 30});
  columns[39].repeated = true;
  const auto shape = render::shape_table(columns, render::paper_named("a4"));
  CHECK(shape.strips.size() > 1);
  std::size_t shown = 0;
  for (const render::Strip& strip : shape.strips) {
    CHECK(strip.repeated == 2);
    CHECK(strip.columns[0] == 0);
    CHECK(strip.columns[1] == 39);
    shown += strip.columns.size() - strip.repeated;
  }
  CHECK(shown == 38);
}

TEST_CASE("a spool gives back what it got, in memory or in a file") {
  for (const std::size_t count : {0U, 1U, 100U, 20'000U}) {
    CAPTURE(count);
    render::Spool spool(std::filesystem::temp_directory_path());
    const auto text_at = [](std::size_t row, std::size_t column) {
      return std::string((row * 7 + column * 13) % 90, static_cast<char>('a' + row % 26));
    };
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < 3; ++k) {
        const std::string text = text_at(i, k);
        spool.add({text, static_cast<float>(i), static_cast<float>(k), i % 2 == 1});
      }
      spool.end_row();
    }
    const std::string large(1'000'000, 'z');
    for (std::size_t k = 0; k < 3; ++k) spool.add({large, 1, 2, false});
    spool.end_row();
    CHECK(spool.rows() == static_cast<std::int64_t>(count) + 1);
    render::SpoolReader reader(spool, 3);
    bool same = true;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& cells = reader.next();
      for (std::size_t k = 0; k < 3; ++k)
        same = same && cells[k].text == text_at(i, k) && cells[k].width == static_cast<float>(i) &&
               cells[k].height == static_cast<float>(k) && cells[k].is_cut == (i % 2 == 1);
    }
    CHECK(same);
    CHECK(reader.next()[2].text == large);
    CHECK_THROWS_AS(reader.next(), Error);
  }
}

TEST_CASE("an image that a dictionary names twice is named once, wherever the bytes are cut, and nothing moves") {
  const std::string before =
      "1 0 obj\n<< /XObject << /x5 5 0 R /x51 51 0 R /x5 5 0 R /x51 51 0 R /x6 6 0 R >>\n /Font << /f 1 0 R /f 1 0 R >> >>/XObj";
  const std::string after =
      "1 0 obj\n<< /XObject << /x5 5 0 R /x51 51 0 R                       /x6 6 0 R >>\n /Font << /f 1 0 R /f 1 0 R >> >>/XObj";
  REQUIRE(before.size() == after.size());
  for (std::size_t first = 0; first <= before.size(); ++first)
    for (std::size_t second = first; second <= before.size(); second += 7) {
      StringSink sink;
      render::ImagesOnce images(sink, 1);
      images.write(std::string_view(before).substr(0, first));
      images.write(std::string_view(before).substr(first, second - first));
      images.write(std::string_view(before).substr(second));
      images.finish();
      REQUIRE(sink.text == after);
    }
}
