// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <limits>
#include <random>

#include "people.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/render/summary.hpp"
#include "reportctl/render/writer.hpp"

using namespace reportctl;
using render::AggregateKind;
using rows::Cell;
using rows::Column;
using rows::ColumnType;

namespace {

Column column(ColumnType type, int scale = 0) { return {.name = "v", .label = "V", .type = type, .scale = scale}; }
Cell number(std::int64_t value, int scale = 0) {
  return {.null = false, .scale = static_cast<std::uint8_t>(scale), .number = value, .text = {}};
}
Cell text(std::string_view value) { return {.null = false, .scale = 0, .number = 0, .text = value}; }
const Cell kNull;

using Labelled = std::pair<std::string, std::string>;
std::vector<Labelled> labelled(const render::Summary& summary, const Zone& zone) {
  std::vector<Labelled> result;
  for (const render::Metric& metric : summary.metrics(zone)) result.emplace_back(metric.label, join(metric.values, " | "));
  return result;
}

}  // namespace

TEST_CASE("plain() is what CSV has, unquoted and unguarded") {
  const Zone zone = Zone::find("America/New_York").value();
  CHECK(render::plain(column(ColumnType::text), text("=1,\"2\""), zone) == "=1,\"2\"");
  CHECK(render::plain(column(ColumnType::integer), number(1234567), zone) == "1234567");
  CHECK(render::plain(column(ColumnType::decimal, 3), number(-7, 3), zone) == "-0.007");
  CHECK(render::plain(column(ColumnType::money), number(150, 0), zone) == "150");
  CHECK(render::plain(column(ColumnType::money), number(150, 3), zone) == "0.150");
  CHECK(render::plain(column(ColumnType::percent), number(10000, 2), zone) == "100.00");
  CHECK(render::plain(column(ColumnType::timestamp), number(1773727200), zone) == "2026-03-17T02:00:00-04:00");
  CHECK(render::plain(column(ColumnType::date), number(19782), zone) == "2024-02-29");
  CHECK(render::plain(column(ColumnType::duration), number(360061), zone) == "100:01:01");
  CHECK(render::plain(column(ColumnType::boolean), number(0), zone) == "false");
  CHECK(render::plain(column(ColumnType::decimal, 3), kNull, zone).empty());
}

TEST_CASE("value_text() groups thousands and speaks plainly") {
  const Zone zone = Zone::find("Australia/Sydney").value();
  CHECK(render::value_text(column(ColumnType::text), text("1234567"), zone) == "1234567");
  CHECK(render::value_text(column(ColumnType::integer), number(1234567), zone) == "1,234,567");
  CHECK(render::value_text(column(ColumnType::integer), number(-999), zone) == "-999");
  CHECK(render::value_text(column(ColumnType::integer), number(-1000), zone) == "-1,000");
  CHECK(render::value_text(column(ColumnType::decimal, 3), number(1234567890, 3), zone) == "1,234,567.890");
  CHECK(render::value_text(column(ColumnType::money), number(-123456, 2), zone) == "-1,234.56");
  CHECK(render::value_text(column(ColumnType::money), number(123456, 0), zone) == "123,456");
  CHECK(render::value_text(column(ColumnType::percent), number(1234, 2), zone) == "12.34 %");
  CHECK(render::value_text(column(ColumnType::boolean), number(1), zone) == "yes");
  CHECK(render::value_text(column(ColumnType::boolean), number(0), zone) == "no");
  CHECK(render::value_text(column(ColumnType::timestamp), number(1773727200), zone) == "2026-03-17 17:00:00");
  CHECK(render::value_text(column(ColumnType::date), number(20529), zone) == "2026-03-17");
  CHECK(render::value_text(column(ColumnType::duration), number(3725), zone) == "1:02:05");
  CHECK(render::value_text(column(ColumnType::integer), kNull, zone).empty());
}

TEST_CASE("value_text() leaves the offset out only where the time is the zone's") {
  const Zone sydney = Zone::find("Australia/Sydney").value();
  CHECK(render::value_text(column(ColumnType::timestamp), number(253402300799), sydney) == "9999-12-31 23:59:59+00:00");
  CHECK(render::value_text(column(ColumnType::timestamp), number(253402300799 - 11 * 3600), sydney) == "9999-12-31 23:59:59");
  CHECK(render::value_text(column(ColumnType::timestamp), number(253402300799), Zone::utc()) == "9999-12-31 23:59:59");
}

TEST_CASE("any 128-bit number is grouped") {
  CHECK(grouped(0, 0) == "0");
  CHECK(grouped(5, 2) == "0.05");
  CHECK(grouped(-5, 2) == "-0.05");
  CHECK(grouped(100000, 2) == "1,000.00");
  const __int128 large = static_cast<__int128>(std::numeric_limits<std::int64_t>::max()) * 10;
  CHECK(grouped(large, 0) == "92,233,720,368,547,758,070");
  CHECK(grouped(-large, 1) == "-9,223,372,036,854,775,807.0");
}

TEST_CASE("no 64-bit number at any scale loses a digit") {
  std::mt19937_64 random(64);
  const Zone zone = Zone::utc();
  for (int round = 0; round < 100'000; ++round) {
    const int scale = static_cast<int>(random() % 10);
    const auto value = static_cast<std::int64_t>(random() >> (random() % 64)) * (random() % 2 == 0 ? 1 : -1);
    std::string digits = std::to_string(value);  // the oracle: pad, then set the point
    const bool negative = digits.starts_with('-');
    if (negative) digits.erase(0, 1);
    while (digits.size() < static_cast<std::size_t>(scale) + 1) digits.insert(0, "0");
    if (scale > 0) digits.insert(digits.size() - static_cast<std::size_t>(scale), ".");
    if (negative) digits.insert(0, "-");
    const std::string found = render::plain(column(ColumnType::decimal, scale), number(value, scale), zone);
    if (found != digits) {
      CAPTURE(value);
      CAPTURE(scale);
      REQUIRE(found == digits);
    }
  }
}

TEST_CASE("a summary adds up per currency and in order of its figures") {
  rows::Columns columns = {column(ColumnType::money), column(ColumnType::text), column(ColumnType::decimal, 3),
                           column(ColumnType::timestamp), column(ColumnType::duration)};
  columns[0].currency_column = 1;
  render::Summary summary(columns, {{"Orders", AggregateKind::count, -1},
                                    {"Revenue", AggregateKind::total, 0},
                                    {"Smallest", AggregateKind::minimum, 0},
                                    {"Energy", AggregateKind::total, 2},
                                    {"Last", AggregateKind::maximum, 3},
                                    {"Time", AggregateKind::total, 4}});
  const std::vector<std::vector<Cell>> all = {
      {number(123456, 2), text("EUR"), number(1500, 3), number(1773727200), number(3600)},
      {number(-456, 2), text("EUR"), kNull, number(1773720000), kNull},
      {number(5000, 0), text("JPY"), number(-500, 3), kNull, number(125)},
      {kNull, text("USD"), kNull, kNull, kNull},
  };
  for (const auto& cells : all) summary.row(rows::Row(cells));
  CHECK(summary.rows() == 4);
  const std::vector<Labelled> expected = {
      {"Orders", "4"},     {"Revenue", "1,230.00 EUR | 5,000 JPY"}, {"Smallest", "-4.56 EUR | 5,000 JPY"},
      {"Energy", "1.000"}, {"Last", "2026-03-17 17:00:00"},         {"Time", "1:02:05"}};
  CHECK(labelled(summary, Zone::find("Australia/Sydney").value()) == expected);
}

TEST_CASE("a summary of nothing is zero, or none") {
  const rows::Columns columns = {column(ColumnType::integer), column(ColumnType::date)};
  render::Summary summary(
      columns, {{"Rows", AggregateKind::count, -1}, {"Sum", AggregateKind::total, 0}, {"First", AggregateKind::minimum, 1}});
  const std::vector<Labelled> expected = {{"Rows", "0"}, {"Sum", "0"}, {"First", "–"}};
  CHECK(labelled(summary, Zone::utc()) == expected);
}

TEST_CASE("sums beyond 64 bits are exact") {
  const rows::Columns columns = {column(ColumnType::integer)};
  render::Summary summary(columns, {{"Sum", AggregateKind::total, 0}});
  const Cell most = number(std::numeric_limits<std::int64_t>::max());
  for (int i = 0; i < 10; ++i) summary.row(rows::Row(&most, 1));
  CHECK(summary.metrics(Zone::utc())[0].values == std::vector<std::string>{"92,233,720,368,547,758,070"});
}

TEST_CASE("sums of seconds beyond 64 bits are exact") {
  const rows::Columns columns = {column(ColumnType::duration)};
  for (const auto& [least_or_most, words] :
       {std::pair{std::numeric_limits<std::int64_t>::max(), "25620477880152155:01:10"},  // 10 × (2^63 - 1) s
        std::pair{std::numeric_limits<std::int64_t>::min(), "-25620477880152155:01:20"}}) {
    render::Summary summary(columns, {{"Sum", AggregateKind::total, 0}});
    const Cell cell = number(least_or_most);
    for (int i = 0; i < 10; ++i) summary.row(rows::Row(&cell, 1));
    CHECK(summary.metrics(Zone::utc())[0].values == std::vector<std::string>{words});
  }
}

TEST_CASE("a figure needs a column of numbers") {
  const rows::Columns columns = {column(ColumnType::text)};
  for (const int index : {-1, 0, 1}) CHECK_THROWS_AS(render::Summary(columns, {{"Sum", AggregateKind::total, index}}), Error);
}

TEST_CASE("metrics keep their numbers beside the words") {
  rows::Columns columns = {column(ColumnType::money), column(ColumnType::text)};
  columns[0].currency_column = 1;
  render::Summary summary(columns, {{"Rows", AggregateKind::count, -1}, {"Revenue", AggregateKind::total, 0}});
  const std::vector<std::vector<Cell>> all = {
      {number(150, 2), text("EUR")}, {number(5000, 0), text("JPY")}, {number(50, 2), text("EUR")}};
  for (const auto& cells : all) summary.row(rows::Row(cells));
  const auto metrics = summary.metrics(Zone::utc());
  CHECK(metrics[0].type == ColumnType::integer);
  CHECK(metrics[0].amounts.at(0).number == 3);
  CHECK(metrics[1].type == ColumnType::money);
  REQUIRE(metrics[1].amounts.size() == 2);
  CHECK(metrics[1].amounts[0].currency == "EUR");
  CHECK(metrics[1].amounts[0].number == 200);
  CHECK(metrics[1].amounts[0].scale == 2);
  CHECK(metrics[1].amounts[1].currency == "JPY");
  CHECK(metrics[1].amounts[1].number == 5000);
  CHECK(metrics[1].amounts[1].scale == 0);
}

namespace {

rows::Columns shop_columns() {
  rows::Columns columns = {column(ColumnType::text),  column(ColumnType::integer), column(ColumnType::money),
                           column(ColumnType::money), column(ColumnType::text),    column(ColumnType::decimal, 3)};
  columns[1].total = columns[2].total = columns[5].total = true;
  columns[2].currency_column = columns[3].currency_column = 4;
  return columns;
}

}  // namespace

TEST_CASE("totals are kept apart by currency, all of them") {
  render::Totals totals(shop_columns());
  const std::vector<std::vector<Cell>> all = {
      {text("a"), number(2), number(1050, 2), number(99, 2), text("EUR"), number(1500, 3)},
      {text("b"), number(3), number(700, 0), kNull, text("JPY"), kNull},
      {text("c"), number(4), number(-50, 2), number(99, 2), text("EUR"), number(250, 3)}};
  for (const auto& cells : all) totals.row(rows::Row(cells));
  const auto found = totals.rows();
  REQUIRE(found.size() == 2);
  CHECK(found[0].currency == "EUR");
  CHECK(found[0].sums.size() == 6);
  CHECK_FALSE(found[0].sums[0].has_value());
  CHECK(found[0].sums[1]->number == 6);
  CHECK(found[0].sums[2]->number == 1000);
  CHECK(found[0].sums[2]->scale == 2);
  CHECK_FALSE(found[0].sums[3].has_value());
  CHECK_FALSE(found[0].sums[4].has_value());
  CHECK(found[0].sums[5]->number == 1750);
  CHECK(found[1].currency == "JPY");
  CHECK(found[1].sums[1]->number == 3);
  CHECK(found[1].sums[2]->number == 700);
  CHECK(found[1].sums[2]->scale == 0);
  CHECK(found[1].sums[5]->number == 0);
}

TEST_CASE("amounts in a second currency column are added up by that currency, other columns by the first") {
  rows::Columns columns = {column(ColumnType::integer), column(ColumnType::money), column(ColumnType::text),
                           column(ColumnType::money), column(ColumnType::text)};
  columns[0].total = columns[1].total = columns[3].total = true;
  columns[1].currency_column = 2;
  columns[3].currency_column = 4;
  render::Totals totals(columns);
  const std::vector<std::vector<Cell>> all = {{number(1), number(1100, 2), text("EUR"), number(55, 2), text("EUR")},
                                              {number(2), number(-3000, 2), text("EUR"), number(55, 2), text("USD")},
                                              {number(4), kNull, text("JPY"), number(12), text("JPY")},
                                              {number(8), number(7, 3), text("OWN"), kNull, text("")}};
  for (const auto& cells : all) totals.row(rows::Row(cells));
  const auto found = totals.rows();
  REQUIRE(found.size() == 4);
  const auto is = [&](std::size_t at, const char* currency, std::vector<int> numbers, int scale) {
    CHECK(found[at].currency == currency);
    CHECK(found[at].sums[0]->number == numbers[0]);
    CHECK(found[at].sums[1]->number == numbers[1]);
    CHECK(found[at].sums[3]->number == numbers[2]);
    CHECK(found[at].sums[1]->scale == scale);
    CHECK(found[at].sums[3]->scale == scale);
  };
  is(0, "EUR", {3, -1900, 55}, 2);
  is(1, "JPY", {4, 0, 12}, 0);
  is(2, "OWN", {8, 7, 0}, 3);
  is(3, "USD", {0, 0, 55}, 2);
}

TEST_CASE("money of unknown currency has no total, the rest has one") {
  rows::Columns columns = shop_columns();
  columns[2].currency_column = columns[3].currency_column = -1;
  render::Totals totals(columns);
  CHECK(totals.rows().empty());
  const std::vector<Cell> cells = {text("a"), number(2), number(1050, 2), number(99, 2), text("EUR"), number(1500, 3)};
  totals.row(rows::Row(cells));
  totals.row(rows::Row(cells));
  const auto found = totals.rows();
  REQUIRE(found.size() == 1);
  CHECK(found[0].currency.empty());
  CHECK(found[0].sums[1]->number == 4);
  CHECK_FALSE(found[0].sums[2].has_value());
  CHECK(found[0].sums[5]->number == 3000);
}

TEST_CASE("columns without totals have no totals row") {
  render::Totals totals({column(ColumnType::integer), column(ColumnType::money)});
  const std::vector<Cell> cells = {number(1), number(1, 2)};
  totals.row(rows::Row(cells));
  CHECK(totals.rows().empty());
}

TEST_CASE("averages, ratios and different values are exact, weighted, and kept apart by currency") {
  rows::Columns columns = {column(ColumnType::money),   column(ColumnType::text),     column(ColumnType::integer),
                           column(ColumnType::integer), column(ColumnType::duration), column(ColumnType::money)};
  columns[0].currency_column = columns[5].currency_column = 1;
  const auto with = [](const char* label, AggregateKind kind, int of, int by = -1, bool percent = false) {
    return render::Figure{label, kind, of, by, percent};
  };
  render::Summary summary(columns, {with("Mean", AggregateKind::average, 0), with("Pieces", AggregateKind::average, 2),
                                    with("Each", AggregateKind::ratio, 0, 2), with("Share", AggregateKind::ratio, 3, 2, true),
                                    with("Time", AggregateKind::average, 4), with("Currencies", AggregateKind::distinct, 1),
                                    with("Margin", AggregateKind::ratio, 5, 0, true)});
  const std::vector<std::vector<Cell>> all = {
      {number(1000, 2), text("EUR"), number(3), number(1), number(10), number(250, 2)},
      {number(1, 2), text("EUR"), number(4), kNull, number(11), kNull},
      {number(-5, 0), text("JPY"), number(2), number(2), kNull, number(-1, 0)},
      {kNull, kNull, number(1), number(0), kNull, kNull},
  };
  for (const auto& cells : all) summary.row(rows::Row(cells));
  // 10.01 / 2 = 5.005; 10 / 4 = 2.5; 10.01 / 7 = 1.43; -5 / 2 = -2.5; 3 of 6; 21 / 2 = 10.5 s; 2.50 of 10.00, the null row
  // without
  const std::vector<Labelled> expected = {
      {"Mean", "5.01 EUR | -5 JPY"}, {"Pieces", "2.50"},  {"Each", "1.43 EUR | -3 JPY"},          {"Share", "50.00 %"},
      {"Time", "0:00:11"},           {"Currencies", "2"}, {"Margin", "25.00 % EUR | 20.00 % JPY"}};
  CHECK(labelled(summary, Zone::utc()) == expected);
}

TEST_CASE("nothing has no average and no ratio, and divided by nothing neither") {
  const rows::Columns columns = {column(ColumnType::integer), column(ColumnType::integer)};
  render::Summary summary(columns, {{"Mean", AggregateKind::average, 0}, {"Ratio", AggregateKind::ratio, 0, 1}});
  const Cell cells[] = {kNull, number(0)};
  summary.row(cells);
  CHECK(labelled(summary, Zone::utc()) == std::vector<Labelled>{{"Mean", "–"}, {"Ratio", "–"}});
  const Cell zero[] = {number(7), number(0)};
  summary.row(zero);
  CHECK(labelled(summary, Zone::utc()) == std::vector<Labelled>{{"Mean", "7.00"}, {"Ratio", "–"}});
}

TEST_CASE("ratios of sums beyond 64 bits are exact") {
  const rows::Columns columns = {column(ColumnType::decimal, 9), column(ColumnType::decimal, 3)};
  render::Summary summary(columns, {{"Ratio", AggregateKind::ratio, 0, 1}});
  const Cell cells[] = {number(std::numeric_limits<std::int64_t>::max(), 9), number(1, 3)};
  for (int i = 0; i < 1000; ++i) summary.row(cells);
  // 9223372036.854775807 / 0.001
  CHECK(summary.metrics(Zone::utc())[0].values == std::vector<std::string>{"9,223,372,036,854.775807000"});
}

TEST_CASE("different values are counted beyond what memory keeps") {
  const rows::Columns columns = {column(ColumnType::text), column(ColumnType::integer)};
  render::Summary summary(columns, {{"Texts", AggregateKind::distinct, 0}, {"Numbers", AggregateKind::distinct, 1}});
  const std::string long_text(40, 'x');
  for (int round = 0; round < 2; ++round)
    for (int i = 0; i < 300'000; ++i) {
      const std::string name = (i % 2 == 0 ? long_text : "") + std::to_string(i);
      const Cell cells[] = {text(name), number(i % 1000 - 500)};
      summary.row(cells);
    }
  CHECK(labelled(summary, Zone::utc()) == std::vector<Labelled>{{"Texts", "300,000"}, {"Numbers", "1,000"}});
}

TEST_CASE("values speak the language of their locale") {
  const Locale german(Zone::utc(), Language::find("de").value());
  CHECK(render::value_text(column(ColumnType::decimal, 2), number(-123456, 2), german) == "-1.234,56");
  CHECK(render::value_text(column(ColumnType::percent), number(1234, 2), german) == "12,34 %");
  CHECK(render::value_text(column(ColumnType::timestamp), number(1773727200), german) == "17.03.2026 06:00:00");
  CHECK(render::value_text(column(ColumnType::date), number(20529), german) == "17.03.2026");
  CHECK(render::value_text(column(ColumnType::boolean), number(1), german) == "ja");
  CHECK(render::plain(column(ColumnType::decimal, 2), number(-123456, 2), german.zone) == "-1234.56");
}
