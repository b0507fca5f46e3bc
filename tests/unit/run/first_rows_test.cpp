// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "onlookers.hpp"

#include <doctest/doctest.h>

using namespace reportctl;
using namespace reportctl::run;
using rows::Cell;
using rows::Column;
using rows::ColumnType;

namespace {

Cell words(std::string_view text) { return {.null = false, .scale = 0, .number = 0, .text = text}; }
Cell number(std::int64_t value, std::uint8_t scale = 0) { return {.null = false, .scale = scale, .number = value, .text = {}}; }

}  // namespace

TEST_CASE("the first rows are written for people, money with its currency") {
  const rows::Columns columns = {{.name = "name", .label = "Name", .type = ColumnType::text},
                                 {.name = "note", .label = "Note", .type = ColumnType::text},
                                 {.name = "currency", .label = "Currency", .type = ColumnType::text},
                                 {.name = "total", .label = "Total", .type = ColumnType::money, .currency_column = 2},
                                 {.name = "share", .label = "Share", .type = ColumnType::percent, .scale = 2}};
  FirstRowsCollector collector(columns, Zone::utc());
  const std::vector<Cell> row = {words("Ann"), Cell{}, words("EUR"), number(123456, 2), number(1250, 2)};
  for (int i = 0; i < 1242; ++i) collector.row(row);
  const auto table = collector.table();
  REQUIRE(table.columns.size() == 3);  // nobody has a note, and the total names its currency
  CHECK(table.columns[0].label == "Name");
  CHECK_FALSE(table.columns[0].number);
  CHECK(table.columns[1].label == "Total");
  CHECK(table.columns[1].number);
  REQUIRE(table.rows.size() == FirstRowsCollector::kRows);
  CHECK(table.rows[0][0] == "Ann");
  CHECK(table.rows[7][1] == "1,234.56 EUR");
  CHECK(table.rows[0][2].starts_with("12.5"));
  CHECK(table.more == 1234);
}

TEST_CASE("lines of a text stand beside one another, whatever ends them, and a tab is a space") {
  const rows::Columns columns = {{.name = "a", .label = "A", .type = ColumnType::text}};
  FirstRowsCollector collector(columns, Zone::utc());
  for (const char* text : {"a\r\nb", "a\rb", "a\n\n  b\n", "a\u2028b", "a\u0085b", "a\vb"}) {
    const std::vector<Cell> row = {words(text)};
    collector.row(row);
  }
  const std::vector<Cell> row = {words("a\tb\x1b")};
  collector.row(row);
  const auto table = collector.table();
  for (std::size_t i = 0; i < 6; ++i) CHECK(table.rows[i][0] == "a / b");
  CHECK(table.rows[6][0] == "a b\\x1b");
}

TEST_CASE("as many columns are taken as people can read, and fewer on a phone") {
  rows::Columns columns;
  std::vector<Cell> row;
  for (int i = 0; i < 20; ++i) {
    columns.push_back({.name = "c", .label = "Column", .type = ColumnType::text});
    row.push_back(words("twelve signs"));
  }
  FirstRowsCollector collector(columns, Zone::utc());
  collector.row(row);
  const auto table = collector.table();
  CHECK(table.columns.size() == 5);  // 5 of about 83 pixels and 4 gaps of 12 are 463 of 490
  CHECK(table.rows.front().size() == 5);
  CHECK_FALSE(table.columns[2].wide);  // 273 of 300
  CHECK(table.columns[3].wide);
  CHECK(table.more == 0);
}

TEST_CASE("a long value is shortened where there is no room for it, and a phone shows the narrow columns beside it") {
  const rows::Columns columns = {{.name = "a", .label = "At", .type = ColumnType::text},
                                 {.name = "b", .label = "Email", .type = ColumnType::text},
                                 {.name = "c", .label = "Agent", .type = ColumnType::text},
                                 {.name = "d", .label = "N", .type = ColumnType::integer}};
  const std::string address = "someone@a-long-domain.example";
  const std::string agent(36, 'a');
  FirstRowsCollector collector(columns, Zone::utc());
  collector.row(std::vector<Cell>{words("03-17"), words(address), words(agent), number(7, 0)});
  const auto table = collector.table();
  REQUIRE(table.columns.size() == 4);
  CHECK(table.rows[0][1] == address);
  CHECK(table.rows[0][2] == std::string(23, 'a') + "…");
  CHECK_FALSE(table.columns[0].wide);
  CHECK(table.columns[2].wide);
  CHECK_FALSE(table.columns[3].wide);
}

TEST_CASE("a phone shows a figure beside the names") {
  const rows::Columns columns = {{.name = "a", .label = "At", .type = ColumnType::text},
                                 {.name = "b", .label = "Sensor", .type = ColumnType::text},
                                 {.name = "c", .label = "Kind", .type = ColumnType::text},
                                 {.name = "d", .label = "Value", .type = ColumnType::decimal, .scale = 3}};
  FirstRowsCollector collector(columns, Zone::utc());
  collector.row(
      std::vector<Cell>{words("2026-11-28 00:00:00"), words("Main yard, switchboard"), words("temperature"), number(22'900, 3)});
  const auto table = collector.table();
  REQUIRE(table.columns.size() == 4);
  CHECK_FALSE(table.columns[0].wide);
  CHECK(table.columns[1].wide);
  CHECK_FALSE(table.columns[3].wide);
}

TEST_CASE("where there is no room for all, the telling columns stand in their places, and on the phone") {
  rows::Columns columns;
  std::vector<Cell> row;
  for (int i = 0; i < 20; ++i) {
    columns.push_back({.name = "c" + std::to_string(i), .label = "L" + std::to_string(i), .type = ColumnType::text});
    row.push_back(words("twelve signs"));
  }
  FirstRowsCollector collector(columns, Zone::utc(), {"c19", "gone", "c7", "c19"});
  collector.row(row);
  const auto table = collector.table();
  REQUIRE(table.columns.size() == 5);
  const char* labels[] = {"L0", "L1", "L2", "L7", "L19"};
  for (std::size_t i = 0; i < 5; ++i) CHECK(table.columns[i].label == labels[i]);
  CHECK_FALSE(table.columns[0].wide);  // a phone has room for three
  CHECK(table.columns[1].wide);
  CHECK_FALSE(table.columns[3].wide);
  CHECK_FALSE(table.columns[4].wide);
}

TEST_CASE("a monstrous value is cut visibly, and nothing in it is obeyed") {
  const rows::Columns columns = {{.name = "n", .label = "N", .type = ColumnType::text}};
  FirstRowsCollector collector(columns, Zone::utc());
  const std::string monster(10'000, 'x');
  collector.row(std::vector<Cell>{words(monster)});
  collector.row(
      std::vector<Cell>{words("a\xe2\x80\xae"
                              "b\x1b[2J")});
  const auto table = collector.table();
  CHECK(table.rows[0][0] == std::string(39, 'x') + "…");
  CHECK(table.rows[1][0].find('\x1b') == std::string::npos);
  CHECK(table.rows[1][0].find("\xe2\x80\xae") == std::string::npos);
}

TEST_CASE("an empty file has no table") {
  const rows::Columns columns = {{.name = "n", .label = "N", .type = ColumnType::text}};
  const auto table = FirstRowsCollector(columns, Zone::utc()).table();
  CHECK(table.rows.empty());
  CHECK(table.more == 0);
}
