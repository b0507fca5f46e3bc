// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "people.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/render/writer.hpp"
#include "value_writer.hpp"

namespace reportctl::render {

using rows::ColumnType;

namespace {

/// Of any sum of seconds: `26:05:00`.
std::string long_duration(__int128 seconds) {
  const auto size = seconds < 0 ? 0 - static_cast<unsigned __int128>(seconds) : static_cast<unsigned __int128>(seconds);
  return fmt::format("{}{}:{:02}:{:02}", seconds < 0 ? "-" : "", size / 3600, static_cast<unsigned>(size / 60 % 60),
                     static_cast<unsigned>(size % 60));
}

}  // namespace

std::string plain(const rows::Column& column, const rows::Cell& cell, const Zone& zone) {
  if (cell.null) return {};
  if (column.type == ColumnType::text) return std::string(cell.text);
  char text[ValueWriter::kMaxSize];
  return {text, ValueWriter(zone).write(column.type, cell, text)};
}

std::string value_text(const rows::Column& column, const rows::Cell& cell, const Zone& zone) {
  if (cell.null) return {};
  switch (column.type) {
    case ColumnType::integer:
      return grouped(cell.number, 0);
    case ColumnType::decimal:
    case ColumnType::money:
      return grouped(cell.number, cell.scale);
    case ColumnType::percent:
      return grouped(cell.number, cell.scale) + " %";
    case ColumnType::boolean:
      return cell.number == 0 ? "no" : "yes";
    case ColumnType::timestamp: {  // local, without the offset: what surrounds it names the zone
      std::string text = plain(column, cell, zone);
      std::replace(text.begin(), text.end(), 'T', ' ');
      const Instant instant{std::chrono::seconds{cell.number}};
      const bool is_local = !text.ends_with("+00:00") || zone.offset_seconds(instant) / 60 == 0;
      if (is_local) text.resize(text.size() - std::string_view("+hh:mm").size());
      return text;
    }
    case ColumnType::text:
    case ColumnType::date:
    case ColumnType::duration:
      break;
  }
  return plain(column, cell, zone);
}

std::string amount_text(ColumnType type, const Amount& amount, const Zone& zone) {
  const auto with_currency = [&](std::string text) { return amount.currency.empty() ? text : text + " " + amount.currency; };
  switch (type) {
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
      return with_currency(grouped(amount.number, amount.scale));
    case ColumnType::duration:
      return with_currency(long_duration(amount.number));
    case ColumnType::text:
    case ColumnType::timestamp:
    case ColumnType::date:
    case ColumnType::percent:
    case ColumnType::boolean:
      break;  // no sums: one of the cells
  }
  return with_currency(
      value_text({.name = {}, .label = {}, .type = type},
                 {.null = false, .scale = amount.scale, .number = static_cast<std::int64_t>(amount.number), .text = {}}, zone));
}

}  // namespace reportctl::render
