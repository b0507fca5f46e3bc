// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "chart/chart_labels.hpp"
#include "chart/chart_scale.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/render/chart.hpp"

using namespace reportctl;
using render::ChartCollector;
using render::ChartData;
using render::ChartPlan;
using render::ChartType;
using rows::Cell;
using rows::ColumnType;

namespace {

const rows::Columns kOrders = {
    {.name = "at", .label = "Placed at", .type = ColumnType::timestamp},
    {.name = "customer", .label = "Customer", .type = ColumnType::text},
    {.name = "total", .label = "Revenue", .type = ColumnType::money, .scale = 0, .total = true, .currency_column = 3},
    {.name = "currency", .label = "Currency", .type = ColumnType::text},
    {.name = "status", .label = "Status", .type = ColumnType::text}};

struct Order {
  std::int64_t at = 0;
  std::string customer;
  std::int64_t cents = 0;
  std::string currency = "EUR";
  std::string status = "paid";
};

void add(ChartCollector& collector, const Order& order) {
  const auto text = [](const std::string& value) { return Cell{.null = false, .scale = 0, .number = 0, .text = value}; };
  const auto number = [](std::int64_t value, std::uint8_t scale) {
    return Cell{.null = false, .scale = scale, .number = value, .text = {}};
  };
  const std::uint8_t scale = order.currency == "JPY" ? 0 : 2;
  const std::vector<Cell> cells = {number(order.at, 0), text(order.customer), number(order.cents, scale), text(order.currency),
                                   text(order.status)};
  collector.row(cells);
}

ChartPlan plan_of(int x, int y, ChartType type = ChartType::bar) {
  ChartPlan plan;
  plan.type = type;
  plan.x = x;
  plan.y = y;
  return plan;
}

/// 2026-03-01T00:00:00Z
constexpr std::int64_t kMarch = 1772323200;
constexpr std::int64_t kDay = 86400;

}  // namespace

TEST_CASE("a chart by day takes the days of the report's zone and draws those without rows as zero") {
  ChartCollector collector(kOrders, plan_of(0, 2), Zone::find("Europe/Berlin").value());
  add(collector, {.at = kMarch - 1, .customer = "a", .cents = 100});          // 00:59:59 on 1 March in Berlin
  add(collector, {.at = kMarch + 23 * 3600, .customer = "a", .cents = 250});  // 00:00 on 2 March
  add(collector, {.at = kMarch + 4 * kDay, .customer = "a", .cents = -50});   // 5 March
  const ChartData data = collector.data();
  CHECK(data.over_time);
  CHECK(data.title == "Revenue by day");
  CHECK(data.categories == std::vector<std::string>{"2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"});
  REQUIRE(data.series.size() == 1);
  CHECK(data.series[0].name.empty());
  CHECK(data.series[0].values == std::vector<double>{1, 2.5, 0, 0, -0.5});
}

TEST_CASE("the days of the period are there even at its ends") {
  ChartPlan plan = plan_of(0, -1);
  plan.first_day = parse_date("2026-02-27");
  plan.last_day = parse_date("2026-03-02");
  ChartCollector collector(kOrders, plan, Zone::utc());
  add(collector, {.at = kMarch, .customer = {}});
  add(collector, {.at = kMarch + 5, .customer = {}});
  const ChartData data = collector.data();
  CHECK(data.categories == std::vector<std::string>{"2026-02-27", "2026-02-28", "2026-03-01", "2026-03-02"});
  CHECK(data.series.at(0).values == std::vector<double>{0, 0, 2, 0});
  CHECK(data.y_title == "Rows");
}

TEST_CASE("an average and a maximum over the local hours of a day have gaps, not zeros, where there was nothing") {
  ChartPlan plan = plan_of(0, 2, ChartType::line);
  plan.measure = render::ChartMeasure::average;
  plan.by_hour = true;
  plan.first_day = plan.last_day = parse_date("2026-03-01");
  const auto collected = [&] {
    ChartCollector collector(kOrders, plan, Zone::find("Europe/Berlin").value());
    add(collector, {.at = kMarch, .customer = {}, .cents = 100});         // 01:00 in Berlin
    add(collector, {.at = kMarch + 1800, .customer = {}, .cents = 400});  // 01:30
    add(collector, {.at = kMarch + 7200, .customer = {}, .cents = -200});
    return collector.data();
  };
  const ChartData average = collected();
  CHECK(average.title == "Revenue, average by hour");
  REQUIRE(average.categories.size() == 24);
  CHECK(average.categories.front() == "00:00");
  CHECK(average.categories.back() == "23:00");
  const auto& values = average.series.at(0).values;
  CHECK(std::isnan(values[0]));
  CHECK(values[1] == 2.5);
  CHECK(std::isnan(values[2]));
  CHECK(values[3] == -2);
  CHECK(render::chart_alt_text(average) ==
        "Line chart: Revenue, average by hour, 00:00 to 23:00. Revenue (EUR): highest 2.50 (01:00), lowest -2.00 (03:00).");
  CHECK(render::chart_png(average, {.width = 320, .height = 200, .scale = 1, .color = {}}).size() > 500);
  const auto labels = render::time_labels(average, 10);
  REQUIRE(labels.size() == 8);
  CHECK(labels[1].text == "03:00");

  plan.measure = render::ChartMeasure::maximum;
  const ChartData greatest = collected();
  CHECK(greatest.title == "Revenue, highest by hour");
  CHECK(greatest.series.at(0).values[1] == 4);
  CHECK(greatest.series.at(0).values[3] == -2);
}

TEST_CASE("rows of other days than the one whose hours were asked for make it a chart by day") {
  ChartPlan plan = plan_of(0, -1);
  plan.by_hour = true;
  plan.first_day = plan.last_day = parse_date("2026-03-01");
  ChartCollector collector(kOrders, plan, Zone::utc());
  add(collector, {.at = kMarch, .customer = {}});
  add(collector, {.at = kMarch + kDay, .customer = {}});
  CHECK(collector.data().categories == std::vector<std::string>{"2026-03-01", "2026-03-02"});
  CHECK(collector.data().title == "Rows by day");
}

TEST_CASE("no rows are no chart") {
  ChartPlan plan = plan_of(0, 2);
  plan.first_day = plan.last_day = parse_date("2026-03-01");
  CHECK(ChartCollector(kOrders, plan, Zone::utc()).data().empty());
  CHECK(ChartCollector(kOrders, plan_of(1, 2), Zone::utc()).data().empty());
  CHECK(render::chart_alt_text({}).empty());
  CHECK(render::chart_png({}, {}).empty());
}

TEST_CASE("400 days are days, 401 are months, forty years are years") {
  const auto span = [](std::int64_t days) {
    ChartCollector collector(kOrders, plan_of(0, 2), Zone::utc());
    for (std::int64_t i = 0; i < days; ++i) add(collector, {.at = kMarch + i * kDay, .customer = {}, .cents = 100});
    return collector.data();
  };
  CHECK(span(400).categories.size() == 400);
  const ChartData months = span(401);  // March 2026 to April 2027
  CHECK(months.categories.size() == 14);
  CHECK(months.categories.front() == "2026-03");
  CHECK(months.categories.back() == "2027-04");
  CHECK(months.series.at(0).values.front() == 31);
  CHECK(months.title == "Revenue by month");
  const ChartData years = span(40 * 366);  // more than are kept as days
  CHECK(years.categories.front() == "2026");
  CHECK(years.series.at(0).values.at(1) == 365);
  CHECK(years.series.at(0).values.at(2) == 366);
  CHECK(std::accumulate(years.series[0].values.begin(), years.series[0].values.end(), 0.0) == 40 * 366);
}

TEST_CASE("the largest twelve of many categories are shown, the rest is added up") {
  ChartCollector collector(kOrders, plan_of(1, 2), Zone::utc());
  for (int i = 1; i <= 40; ++i) add(collector, {.customer = "c" + std::to_string(i), .cents = i * 100});
  const ChartData data = collector.data();
  REQUIRE(data.categories.size() == 13);
  CHECK_FALSE(data.over_time);
  CHECK(data.categories.front() == "c40");
  CHECK(data.categories[11] == "c29");
  CHECK(data.categories.back() == "Other");
  CHECK(data.series.at(0).values.front() == 40);
  CHECK(data.series.at(0).values.back() == 28 * 29 / 2);  // 1 + … + 28
}

TEST_CASE("thirteen categories need no Other") {
  ChartCollector collector(kOrders, plan_of(1, 2), Zone::utc());
  for (int i = 1; i <= 13; ++i) add(collector, {.customer = "c" + std::to_string(i), .cents = i * 100});
  CHECK(collector.data().categories.size() == 13);
  CHECK(collector.data().categories.back() == "c1");
}

TEST_CASE("with a hundred thousand categories the chart is right or there is none") {
  ChartCollector falling(kOrders, plan_of(1, 2), Zone::utc());  // as ORDER BY revenue DESC gives them
  for (int i = 0; i < 100'000; ++i) add(falling, {.customer = "c" + std::to_string(i), .cents = 10'000'000 - i * 100});
  const ChartData data = falling.data();
  REQUIRE(data.categories.size() == 13);
  CHECK(data.categories.front() == "c0");
  CHECK(data.series.at(0).values[11] == 100'000 - 11);
  // 100,000 + 99,999 + … + 1, without the first twelve
  CHECK(data.series.at(0).values.back() == 5'000'050'000.0 - (12 * 100'000 - 66));

  ChartCollector hidden(kOrders, plan_of(1, 2), Zone::utc());  // small rows first, so that the large one may have been folded
  for (int i = 0; i < 100'000; ++i) add(hidden, {.customer = "c" + std::to_string(i), .cents = 100 + i % 50});
  add(hidden, {.customer = "c1", .cents = 1'000'000});
  CHECK(hidden.data().empty());
}

TEST_CASE("amounts of different currencies have axes of their own and are never added up") {
  ChartCollector collector(kOrders, plan_of(0, 2, ChartType::stacked_bar), Zone::utc());
  add(collector, {.at = kMarch, .customer = {}, .cents = 1050});
  add(collector, {.at = kMarch, .customer = {}, .cents = 2000, .currency = "JPY"});
  add(collector, {.at = kMarch + kDay, .customer = {}, .cents = 1000, .currency = "JPY"});
  const ChartData data = collector.data();
  CHECK(data.separate_axes);
  CHECK(data.type == ChartType::bar);
  REQUIRE(data.series.size() == 2);
  CHECK(data.series[0].name == "EUR");  // in the order of the figures above a chart
  CHECK(data.series[0].values == std::vector<double>{10.5, 0});
  CHECK(data.series[0].scale == 2);
  CHECK(data.series[1].name == "JPY");
  CHECK(data.series[1].values == std::vector<double>{2000, 1000});
  CHECK(data.series[1].scale == 0);
}

TEST_CASE("with several currencies each axis has the values of the series column, and their rest is of that currency alone") {
  ChartPlan plan = plan_of(0, 2, ChartType::stacked_bar);
  plan.series = 4;
  ChartCollector collector(kOrders, plan, Zone::utc());
  add(collector, {.at = kMarch, .customer = {}, .cents = 1050, .status = "card"});
  add(collector, {.at = kMarch, .customer = {}, .cents = 900'000, .currency = "JPY", .status = "cash"});
  add(collector, {.at = kMarch + kDay, .customer = {}, .cents = 250, .status = "cash"});
  const ChartData data = collector.data();
  CHECK(data.separate_axes);
  CHECK(data.type == ChartType::stacked_bar);
  CHECK(data.series_of_axis() == 2);
  REQUIRE(data.series.size() == 4);
  const std::vector<std::pair<std::string, std::string>> expected = {
      {"EUR", "cash"}, {"EUR", "card"}, {"JPY", "cash"}, {"JPY", "card"}};  // cash has all of the yen
  const std::vector<std::vector<double>> values = {{0, 2.5}, {10.5, 0}, {900'000, 0}, {0, 0}};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(std::pair(data.series[i].currency, data.series[i].name) == expected[i]);
    CHECK(data.series[i].values == values[i]);
  }
  CHECK(render::chart_alt_text(data).find("JPY, cash: 900,000") != std::string::npos);

  ChartCollector many(kOrders, plan, Zone::utc());
  for (int i = 1; i <= 9; ++i) {
    add(many, {.at = kMarch, .customer = {}, .cents = i * 100, .status = "s" + std::to_string(i)});
    add(many, {.at = kMarch, .customer = {}, .cents = i * 1000, .currency = "JPY", .status = "s" + std::to_string(i)});
  }
  const ChartData rest = many.data();
  REQUIRE(rest.series.size() == 14);
  CHECK(rest.series[6].is_rest);
  CHECK(rest.series[6].values == std::vector<double>{1 + 2 + 3});
  CHECK(rest.series[13].values == std::vector<double>{1000 + 2000 + 3000});
}

TEST_CASE("years and other numbers stand in their order, whatever their values") {
  const rows::Columns columns = {{.name = "year", .label = "Year", .type = ColumnType::integer},
                                 {.name = "share", .label = "Share", .type = ColumnType::decimal, .scale = 1}};
  for (const ChartType type : {ChartType::line, ChartType::bar}) {
    ChartCollector collector(columns, plan_of(0, 1, type), Zone::utc());
    for (const auto& [year, value] : {std::pair(2026, 5), std::pair(998, 7), std::pair(2025, 90), std::pair(-3, 1)}) {
      const std::vector<Cell> cells = {{.null = false, .scale = 0, .number = year, .text = {}},
                                       {.null = false, .scale = 1, .number = value, .text = {}}};
      collector.row(rows::Row(cells));
    }
    CHECK(collector.data().categories == std::vector<std::string>{"-3", "998", "2,025", "2,026"});
  }
}

TEST_CASE("of names with amounts in several currencies those in the currency with most rows come first, the largest at the top") {
  ChartCollector collector(kOrders, plan_of(1, 2), Zone::utc());
  add(collector, {.customer = "only francs", .cents = 900'000, .currency = "CHF"});
  add(collector, {.customer = "small", .cents = 100});
  add(collector, {.customer = "both", .cents = 200});
  add(collector, {.customer = "both", .cents = 100'000, .currency = "CHF"});
  add(collector, {.customer = "large", .cents = 300});
  CHECK(collector.data().categories == std::vector<std::string>{"large", "both", "small", "only francs"});
}

TEST_CASE("a series column gives a series a value, the largest first, and Other for more than seven") {
  ChartPlan plan = plan_of(0, 2, ChartType::stacked_bar);
  plan.series = 4;
  ChartCollector collector(kOrders, plan, Zone::utc());
  for (int i = 1; i <= 9; ++i)
    add(collector, {.at = kMarch, .customer = {}, .cents = i * 100, .status = "s" + std::to_string(i)});
  const ChartData data = collector.data();
  REQUIRE(data.series.size() == 7);
  CHECK(data.series.front().name == "s9");
  CHECK(data.series.back().name == "Other");
  CHECK(data.series.back().values == std::vector<double>{1 + 2 + 3});
  CHECK(data.type == ChartType::stacked_bar);
}

TEST_CASE("a chart of columns that are not there, or cannot be added up, is refused") {
  CHECK_THROWS_AS(ChartCollector(kOrders, plan_of(9, 2), Zone::utc()), Error);
  CHECK_THROWS_AS(ChartCollector(kOrders, plan_of(0, 9), Zone::utc()), Error);
  CHECK_THROWS_AS(ChartCollector(kOrders, plan_of(0, 1), Zone::utc()), Error);
}

TEST_CASE("an axis has round steps, holds every value and zero, and no more ticks than there is room for") {
  const double values[] = {0, 0.004, 0.7, 1, 3, 9.99, 10, 37, 250, 999, 1000.5, 123456, 9.9e8, 4e15, 1e25};
  for (const double low : values)
    for (const double high : values)
      for (const int ticks : {2, 3, 5, 8}) {
        CAPTURE(low);
        CAPTURE(high);
        CAPTURE(ticks);
        const render::Scale scale = render::make_scale({.low = -low, .high = high, .max_ticks = ticks, .decimals = 2});
        const double power = std::pow(10, std::floor(std::log10(scale.step) + 1e-9));
        const double factor = scale.step / power;
        const bool is_round = std::abs(factor - 1) < 1e-6 || std::abs(factor - 2) < 1e-6 || std::abs(factor - 5) < 1e-6;
        CHECK(is_round);
        CHECK(scale.low <= -low + 1e-6 * scale.step);
        CHECK(scale.high >= high - 1e-6 * scale.step);
        CHECK(scale.low <= 0);
        CHECK(scale.high >= 0);
        CHECK(scale.ticks() <= std::max(ticks, 3));
        CHECK(scale.step > 0.0099);  // the values have two decimals
      }
}

TEST_CASE("ticks are written as people write numbers") {
  CHECK(render::tick_label({0, 4000, 1000}, 3000, {}) == "3,000");
  CHECK(render::tick_label({0, 1, 0.2}, 0.6, {}) == "0.6");
  CHECK(render::tick_label({-0.5, 0.5, 0.05}, -0.15, {}) == "-0.15");
  CHECK(render::tick_label({0, 3e20, 1e20}, 2e20, {}) == "2e+20");
}

TEST_CASE("days below an axis: at most so many as there is room for, in order, round where they are thinned") {
  ChartData data;
  data.over_time = true;
  for (int i = 0; i < 366; ++i) data.categories.push_back(format_date(add_days(parse_date("2026-01-01").value(), i)));
  for (const std::size_t room : {1U, 2U, 4U, 7U, 12U, 13U, 30U, 60U, 200U, 400U}) {
    CAPTURE(room);
    const auto labels = render::time_labels(data, room);
    CHECK_FALSE(labels.empty());
    CHECK(labels.size() <= room);
    for (std::size_t i = 1; i < labels.size(); ++i) CHECK(labels[i - 1].category < labels[i].category);
  }
  const auto months = render::time_labels(data, 13);
  REQUIRE(months.size() == 13);  // the first of January of the year after is the 366th day
  CHECK(months[1].text == "2026-02");
  CHECK(months[1].category == 31);
  data.categories.resize(31);
  const auto thirds = render::time_labels(data, 12);
  REQUIRE(thirds.size() == 11);
  CHECK(thirds[0].text == "1 Jan");
  CHECK(thirds[10].text == "31 Jan");
  CHECK(render::common_year(data) == "2026");
}

TEST_CASE("the chart in words") {
  ChartCollector collector(kOrders, plan_of(0, 2), Zone::utc());
  add(collector, {.at = kMarch, .customer = {}, .cents = 123450});
  add(collector, {.at = kMarch + kDay, .customer = {}, .cents = 200000});
  CHECK(render::chart_alt_text(collector.data()) ==
        "Bar chart: Revenue by day, 2026-03-01 to 2026-03-02. Revenue (EUR): 3,234.50, highest 2,000.00 (2026-03-02).");
  ChartData times;
  times.categories = {"a"};
  times.is_duration = true;
  times.series = {{"", {93780}, 0}};
  times.title = times.y_title = "Took";
  CHECK(render::chart_alt_text(times) == "Bar chart: Took, a. Took: 26:03:00.");
}

TEST_CASE("a PNG has the asked size in pixels, and the same chart gives the same bytes") {
  ChartCollector collector(kOrders, plan_of(0, 2), Zone::utc());
  for (int i = 0; i < 31; ++i) add(collector, {.at = kMarch + i * kDay, .customer = {}, .cents = i * 1000});
  const std::string png = render::chart_png(collector.data(), {.width = 600, .height = 300, .scale = 2, .color = "#0f766e"});
  REQUIRE(png.size() > 1000);
  CHECK(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  CHECK(png.substr(16, 8) == std::string("\0\0\x04\xB0\0\0\x02\x58", 8));  // 1200 × 600
  CHECK(png.substr(24, 2) == "\x08\x03");                                  // eight bits a pixel, a palette
  const auto palette = png.find("PLTE");
  REQUIRE(palette != std::string::npos);
  CHECK(png.find("\xFF\xFF\xFF", palette) == palette + 4);  // the ground is white
  CHECK(png == render::chart_png(collector.data(), {.width = 600, .height = 300, .scale = 2, .color = "#0f766e"}));
}

TEST_CASE("every kind of chart can be drawn, however many days, categories and series, and whatever the values") {
  for (const ChartType type : {ChartType::line, ChartType::bar, ChartType::stacked_bar})
    for (const std::size_t categories : {1U, 2U, 13U, 400U})
      for (const std::size_t series : {1U, 2U, 7U})
        for (const bool over_time : {false, true}) {
          ChartData data;
          data.type = type;
          data.title = "\x1b[31m Title \xD8\xB9\xD8\xB1\xD8\xA8\xD9\x8A";
          data.over_time = over_time;
          data.separate_axes = series == 2;
          for (std::size_t i = 0; i < categories; ++i)
            data.categories.push_back(over_time ? format_date(add_days(parse_date("2024-02-20").value(), static_cast<int>(i)))
                                                : std::string(i * 3, 'x'));
          for (std::size_t k = 0; k < series; ++k) {
            render::ChartSeries& one = data.series.emplace_back();
            one.name = "series " + std::to_string(k);
            if (data.separate_axes) one.currency = std::to_string(k);
            for (std::size_t i = 0; i < categories; ++i)
              one.values.push_back(i % 5 == 0 ? 0 : std::pow(-10.0, static_cast<double>((i + k) % 17)));
          }
          CHECK(render::chart_png(data, {.width = 320, .height = 200, .scale = 1, .color = {}}).size() > 500);
        }
}
