// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "people.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
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

/// Begins with a day.
std::string with_date(std::string text, const Language& language) {
  constexpr std::size_t kDay = 10;
  if (language.date_form() == "YYYY-MM-DD") return text;
  const auto date = parse_date(std::string_view(text).substr(0, kDay));
  return date ? text.replace(0, kDay, language.date(*date)) : text;
}

}  // namespace

std::string plain(const rows::Column& column, const rows::Cell& cell, const Zone& zone) {
  if (cell.null) return {};
  if (column.type == ColumnType::text) return std::string(cell.text);
  char text[ValueWriter::kMaxSize];
  return {text, ValueWriter(zone).write(column.type, cell, text)};
}

std::string value_text(const rows::Column& column, const rows::Cell& cell, const Locale& locale) {
  return ValueTexts(locale).text(column, cell);
}

ValueTexts::ValueTexts(const Locale& locale) : locale_(locale), instants_(locale.zone) {}

std::string ValueTexts::text(const rows::Column& column, const rows::Cell& cell) {
  const Zone& zone = locale_.zone;
  const Language& language = locale_.language;
  if (cell.null) return {};
  switch (column.type) {
    case ColumnType::integer:
      return column.grouped ? grouped(cell.number, 0, language.numbers()) : plain(column, cell, zone);
    case ColumnType::decimal:
    case ColumnType::money:
      return grouped(cell.number, cell.scale, language.numbers());
    case ColumnType::percent:
      return grouped(cell.number, cell.scale, language.numbers()) + " %";
    case ColumnType::boolean:
      return language.say(cell.number == 0 ? "no" : "yes");
    case ColumnType::timestamp: {  // local; what surrounds it names the zone, and the offset is needed only where a time comes
                                   // twice
      char written[ZonedFormatter::kMaxSize];
      const Instant instant{std::chrono::seconds{cell.number}};
      std::string text(written, instants_.write(instant, written));
      std::replace(text.begin(), text.end(), 'T', ' ');
      const bool is_local = !text.ends_with("+00:00") || instants_.offset_seconds(instant) / 60 == 0;
      if (is_local && !instants_.is_ambiguous(instant)) text.resize(text.size() - std::string_view("+hh:mm").size());
      return with_date(std::move(text), language);
    }
    case ColumnType::date:
      return with_date(plain(column, cell, zone), language);
    case ColumnType::text:
    case ColumnType::duration:
      break;
  }
  return plain(column, cell, zone);
}

std::string whole_formats(const std::vector<std::string>& formats, bool is_spreadsheet_enough, const Language& language) {
  std::vector<std::string> names;
  const auto add = [&](const char* format, const char* name) {
    if (std::find(formats.begin(), formats.end(), format) != formats.end()) names.emplace_back(name);
  };
  add("csv", "CSV");
  if (is_spreadsheet_enough) add("xlsx", "XLSX");
  if (names.empty()) add("json", "JSON");
  if (names.empty()) add("jsonl", "JSON Lines");
  return join(names, language.say("or"));
}

std::string total_word(const std::string& currency, const Language& language) {
  return currency.empty() ? language.say("total") : language.say("total_of", {{"currency", currency}});
}

std::string amount_text(ColumnType type, const Amount& amount, const Locale& locale) {
  const auto with_currency = [&](std::string text) { return amount.currency.empty() ? text : text + " " + amount.currency; };
  const NumberForm form = locale.language.numbers();
  if (type == ColumnType::integer && !amount.grouped) return grouped(amount.number, 0, {form.point, ""});
  switch (type) {
    case ColumnType::integer:
    case ColumnType::decimal:
    case ColumnType::money:
      return with_currency(grouped(amount.number, amount.scale, form));
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
                 {.null = false, .scale = amount.scale, .number = static_cast<std::int64_t>(amount.number), .text = {}}, locale));
}

}  // namespace reportctl::render
