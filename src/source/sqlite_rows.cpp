// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite_rows.hpp"

#include <fmt/format.h>

#include <charconv>

namespace reportctl::source {
namespace {

using rows::ColumnType;

std::string_view expected(ColumnType type) {
  switch (type) {
    case ColumnType::text:
      return "text";
    case ColumnType::integer:
      return "an integer";
    case ColumnType::decimal:
      return "a decimal number";
    case ColumnType::money:
      return "an integer of minor units";
    case ColumnType::timestamp:
      return "a timestamp";
    case ColumnType::date:
      return "a date";
    case ColumnType::duration:
      return "an integer of seconds";
    case ColumnType::percent:
      return "a percentage";
    case ColumnType::boolean:
      return "0 or 1";
  }
  return {};
}

std::string_view hint_for(ColumnType type) {
  switch (type) {
    case ColumnType::timestamp:
      return "instants are text like 2026-03-17T06:00:00Z; correct the data, or the view that gives them";
    case ColumnType::date:
      return "days are text like 2026-03-17; correct the data, or the view that gives them";
    case ColumnType::money:
      return "amounts are integers of minor units (cents), beside a column with their currency";
    default:
      return "correct the data, or the view that gives them; the types of columns come from the report module";
  }
}

/// What was found, where its storage class alone tells why it does not fit.
std::string_view found(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return "an integer";
    case SQLITE_FLOAT:
      return "a real number";
    case SQLITE_TEXT:
      return "text";
    case SQLITE_BLOB:
      return "a blob";
    default:
      return "a null";
  }
}

}  // namespace

SqliteRows::SqliteRows(std::shared_ptr<SqliteDatabase> database, Statement statement, rows::Columns columns)
    : database_(std::move(database)),
      statement_(std::move(statement)),
      columns_(std::move(columns)),
      cells_(columns_.size()),
      digits_(columns_.size()),
      row_(cells_) {
  for (const bool money : {false, true})
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const rows::Column& column = columns_[i];
      if ((column.type == ColumnType::money) != money) continue;
      const int scale = column.type == ColumnType::percent ? 2 : column.scale;
      steps_.push_back({static_cast<int>(i), column.type, static_cast<std::uint8_t>(scale), column.currency_column});
    }
}

void SqliteRows::close() noexcept {
  if (!statement_) return;
  statement_.reset();
  database_->end_snapshot();
}

bool SqliteRows::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_->fail(code);
  return false;
}

const rows::Row* SqliteRows::next() {
  if (!statement_) return nullptr;
  try {
    if (step()) {
      ++row_number_;
      for (const Step& one : steps_) read(one);
      return &row_;
    }
  } catch (...) {
    close();
    throw;
  }
  close();
  return nullptr;
}

void SqliteRows::read(const Step& step) {
  // Looking the value up once and asking the value is a third faster than sqlite3_column_*() for type, value and length.
  sqlite3_value* const value = sqlite3_column_value(statement_.get(), step.column);
  const int type = sqlite3_value_type(value);
  rows::Cell& cell = cells_[static_cast<std::size_t>(step.column)];
  cell.null = type == SQLITE_NULL;
  if (cell.null) {
    cell.text = {};
    return;
  }
  switch (step.type) {
    case ColumnType::text:
      return read_text(step.column, value);
    case ColumnType::integer:
    case ColumnType::duration:
      if (type != SQLITE_INTEGER) misfit(step.column, found(value));
      cell.number = sqlite3_value_int64(value);
      return;
    case ColumnType::boolean:
      if (type != SQLITE_INTEGER) misfit(step.column, found(value));
      cell.number = sqlite3_value_int64(value);
      if (cell.number != 0 && cell.number != 1) misfit(step.column, "another integer");
      return;
    case ColumnType::money:
      return read_money(step, value);
    case ColumnType::decimal:
    case ColumnType::percent:
      return read_number(step, value, scaled_of(value, step.scale));
    case ColumnType::timestamp:
    case ColumnType::date:
      return read_number(step, value, time_of(value, step.type));
  }
}

void SqliteRows::read_number(const Step& step, sqlite3_value* value, Number number) {
  if (!number) {
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_TEXT) misfit(step.column, "other text");
    misfit(step.column, step.type == ColumnType::decimal || step.type == ColumnType::percent
                            ? (type == SQLITE_BLOB ? "a blob" : "a number too large")
                            : found(value));
  }
  rows::Cell& cell = cells_[static_cast<std::size_t>(step.column)];
  cell.scale = step.scale;
  cell.number = *number;
}

void SqliteRows::read_text(int column, sqlite3_value* value) {
  rows::Cell& cell = cells_[static_cast<std::size_t>(column)];
  switch (sqlite3_value_type(value)) {
    case SQLITE_TEXT:
      cell.text = text_of(value);
      switch (check_text(cell.text)) {
        case TextFault::none:
          return;
        case TextFault::nul:
          misfit(column, "text with a NUL character");
        case TextFault::not_utf8:
          misfit(column, "bytes that are not UTF-8");
      }
      return;
    case SQLITE_INTEGER: {
      auto& digits = digits_[static_cast<std::size_t>(column)];
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sqlite3_value_int64(value)).ptr;
      cell.text = {digits.data(), static_cast<std::size_t>(end - digits.data())};
      return;
    }
    default:
      misfit(column, found(value));
  }
}

void SqliteRows::read_money(const Step& step, sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_INTEGER) misfit(step.column, found(value));
  const rows::Cell& currency = cells_[static_cast<std::size_t>(step.currency)];
  if (currency.null || currency.text.empty()) misfit(step.column, "an amount without a currency");
  rows::Cell& cell = cells_[static_cast<std::size_t>(step.column)];
  cell.number = sqlite3_value_int64(value);
  cell.scale = static_cast<std::uint8_t>(rows::minor_digits(currency.text));
}

std::string_view SqliteRows::text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) database_->fail(SQLITE_NOMEM);
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

SqliteRows::Number SqliteRows::scaled_of(sqlite3_value* value, int scale) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return scaled(static_cast<std::int64_t>(sqlite3_value_int64(value)), scale);
    case SQLITE_FLOAT:
      return scaled(sqlite3_value_double(value), scale);
    case SQLITE_TEXT:
      return scaled(text_of(value), scale);
    default:
      return std::nullopt;
  }
}

SqliteRows::Number SqliteRows::time_of(sqlite3_value* value, ColumnType type) {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return std::nullopt;
  return type == ColumnType::date ? times_.day(text_of(value)) : times_.instant(text_of(value));
}

void SqliteRows::misfit(int column, std::string_view found) {
  const rows::Column& wanted = columns_[static_cast<std::size_t>(column)];
  database_->fail(fmt::format("row {}, column {}: expected {}, found {}", row_number_, wanted.name, expected(wanted.type), found),
                  std::string(hint_for(wanted.type)));
}

}  // namespace reportctl::source
