// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
//
// One query as CSV to standard output through source and render alone: what tests/bench/csv_against_sqlite3.py and
// csv_against_psql.py measure.
//     bench_csv FILE|URL QUERY ZONE NAME:TYPE[:SCALE]…      (money takes its currency from the column named currency)
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>

#include "reportctl/base/text.hpp"
#include "reportctl/render/writer.hpp"
#include "reportctl/source/source.hpp"

using namespace reportctl;

namespace {

rows::Columns parse_columns(char** words, int count) {
  rows::Columns columns;
  for (int i = 0; i < count; ++i) {
    const auto parts = split(words[i], ':');
    rows::Column column;
    column.name = column.label = parts.at(0);
    column.type = rows::parse_column_type(parts.at(1)).value();
    if (parts.size() > 2) column.scale = std::stoi(parts[2]);
    columns.push_back(column);
  }
  for (auto& column : columns)
    for (std::size_t i = 0; i < columns.size(); ++i)
      if (column.type == rows::ColumnType::money && columns[i].name == "currency") column.currency_column = static_cast<int>(i);
  return columns;
}

/// A url, or an SQLite file.
std::string url_of(const std::string& place) { return place.find("://") == std::string::npos ? "sqlite:" + place : place; }

void copy(char** arguments, int count) {
  const rows::Query query{arguments[2], {}, parse_columns(arguments + 4, count - 4)};
  const auto source = source::open_source({.name = "bench", .url = url_of(arguments[1]), .password = {}});
  FdSink out(STDOUT_FILENO, "standard output");
  render::Spec spec;
  spec.columns = query.columns;
  spec.zone = Zone::find(arguments[3]).value();
  const auto writer = render::make_writer(spec, out);
  const auto rows = source->open(query);
  while (const rows::Row* row = rows->next()) writer->row(*row);
  writer->finish({});
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) return 2;
  try {
    copy(arguments, count);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_csv: %s\n", error.what());
    return 1;
  }
}
