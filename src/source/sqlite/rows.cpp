// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/rows.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace reportctl::source {
using rows::CellKind;

namespace {

/// An offset tells all there is to know where nothing but the value is wanted.
rows::InstantForm readable(rows::InstantForm common) {
  if (common.kind == rows::InstantKind::utc_text) common.kind = rows::InstantKind::offset_text;
  return common;
}

}  // namespace

SqliteRows::SqliteRows(std::shared_ptr<SqliteDatabase> database, Statement statement, rows::Columns columns)
    : EngineRows(database, std::move(columns), InstantReader(readable(database->settings().forms.common()))),
      statement_(std::move(statement)),
      digits_(columns_.size()),
      values_(columns_.size()) {}

std::string_view SqliteRows::digits_of(const Step& step, Value value) {
  if (value.type != SQLITE_INTEGER) misfit(step, value);
  auto& digits = digits_[index(step)];
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), sqlite3_value_int64(value.value)).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

// From here to read_row() is one loop over every cell of every row; `inline` lets the compiler see it as one.

inline std::string_view SqliteRows::raw_text(Value value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value.value));
  if (text == nullptr) connection_->fail(SQLITE_NOMEM);
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value.value))};
}

inline std::string_view SqliteRows::text_of(const Step& step, Value value) {
  return value.type == SQLITE_TEXT ? checked(step, raw_text(value)) : digits_of(step, value);
}

inline std::int64_t SqliteRows::integer_of(const Step& step, Value value) {
  if (value.type != SQLITE_INTEGER) misfit(step, value);
  return sqlite3_value_int64(value.value);
}

inline std::int64_t SqliteRows::truth_of(const Step& step, Value value) {
  const bool text = value.type == SQLITE_TEXT;
  if (!text && value.type != SQLITE_INTEGER) misfit(step, value);
  if (const std::int64_t number = text ? -1 : sqlite3_value_int64(value.value); number == 0 || number == 1) return number;
  return declared_truth(step, raw_text(value), text);
}

inline std::int64_t SqliteRows::scaled_of(const Step& step, Value value) {
  std::optional<std::int64_t> number;
  if (value.type == SQLITE_FLOAT) {
    number = scaled(sqlite3_value_double(value.value), step.scale);
    const bool odd = !number && !std::isfinite(sqlite3_value_double(value.value));
    if (odd && column(step).empty_odd) {
      step.cell->null = true;
      return 0;
    }
  } else if (value.type == SQLITE_INTEGER) {
    number = scaled(static_cast<std::int64_t>(sqlite3_value_int64(value.value)), step.scale);
  } else if (value.type == SQLITE_TEXT) {
    number = scaled(raw_text(value), step.scale);
    if (!number) misfit(step, "other text");
  } else {
    misfit(step, value);
  }
  if (!number) misfit(step, "a number too large");
  return *number;
}

inline std::int64_t SqliteRows::day_of(const Step& step, Value value) {
  if (value.type != SQLITE_TEXT) misfit(step, value);
  const auto day = times_.day(raw_text(value));
  if (!day) misfit(step, "other text");
  return *day;
}

inline std::int64_t SqliteRows::instant_of(const Step& step, Value value) {
  std::optional<std::int64_t> micros;
  if (value.type == SQLITE_TEXT) {
    micros = instants_.micros(raw_text(value));
  } else if (value.type == SQLITE_INTEGER) {
    micros = instants_.micros(static_cast<std::int64_t>(sqlite3_value_int64(value.value)));
  } else if (value.type == SQLITE_FLOAT) {
    micros = instants_.micros(sqlite3_value_double(value.value));
  }
  if (!micros) misfit_instant(step, value);
  return whole_seconds(*micros, kMicros);
}

/// Asking a value is a third faster than sqlite3_column_*() for its type, content and length; and to look all values up again for
/// every row takes a tenth of the whole time. They lie side by side in the registers of SQLite's machine, mostly at the same
/// place for every row (the arms of a UNION ALL have their own), so where neither the first nor the last has moved, none has.
inline void SqliteRows::find_values() {
  sqlite3_stmt* const statement = statement_.get();
  const int last = static_cast<int>(values_.size()) - 1;
  if (sqlite3_column_value(statement, 0) == values_.front() && sqlite3_column_value(statement, last) == values_.back()) return;
  for (int i = 0; i <= last; ++i) values_[static_cast<std::size_t>(i)] = sqlite3_column_value(statement, i);
}

inline void SqliteRows::read_row() {
  find_values();
  for (const Step& step : steps_) {
    sqlite3_value* const found = values_[index(step)];
    const Value value{found, sqlite3_value_type(found)};
    rows::Cell& cell = *step.cell;
    cell.null = value.type == SQLITE_NULL;
    if (cell.null) continue;
    switch (step.kind) {
      case CellKind::text:
        cell.text = text_of(step, value);
        break;
      case CellKind::whole:
        cell.number = integer_of(step, value);
        break;
      case CellKind::truth:
        cell.number = truth_of(step, value);
        break;
      case CellKind::money:
        cell.number = integer_of(step, value);
        if (const auto digits = currencies_.digits(*step.currency)) {
          cell.scale = *digits;
        } else {
          no_currency(step);
        }
        break;
      case CellKind::scaled:
        cell.number = scaled_of(step, value);
        break;
      case CellKind::instant:
        cell.number = instant_of(step, value);
        break;
      case CellKind::day:
        cell.number = day_of(step, value);
        break;
    }
  }
}

bool SqliteRows::fetch() {
  const int code = sqlite3_step(statement_.get());
  connection_->count_row();
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) connection_->fail(code);
  connection_->check_unchanged();
  return false;
}

const rows::Row* SqliteRows::next() { return advance(); }

void SqliteRows::misfit(const Step& step, Value value) {
  switch (value.type) {
    case SQLITE_INTEGER:
      misfit(step, "an integer");
    case SQLITE_FLOAT:
      misfit(step, "a real number");
    case SQLITE_TEXT:
      misfit(step, "text");
    default:
      misfit(step, "a blob");
  }
}

void SqliteRows::misfit_instant(const Step& step, Value value) {
  if (value.type != SQLITE_TEXT && value.type != SQLITE_INTEGER && value.type != SQLITE_FLOAT) misfit(step, value);
  const auto& settings = connection_->settings();
  const auto found =
      value.type == SQLITE_TEXT ? found_instant(raw_text(value)) : found_instant(sqlite3_value_double(value.value));
  connection_->fail(instant_problem(settings.name, place_of(step), found, settings.forms.common()));
}

}  // namespace reportctl::source
