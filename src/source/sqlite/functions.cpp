// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/functions.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <new>

#include "reportctl/base/error.hpp"

namespace reportctl::source {
namespace {

bool is_null(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

std::string_view text_of(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

rows::InstantForm form_of(sqlite3_value* value) {
  auto form = rows::parse_instant_form(text_of(value));
  if (auto* found = std::get_if<rows::InstantForm>(&form)) return std::move(*found);
  throw Error(ErrorKind::source, std::get<std::string>(form));
}

/// Whole seconds, rounded down.
Instant second_of(std::int64_t micros) {
  return std::chrono::floor<std::chrono::seconds>(
      std::chrono::sys_time<std::chrono::microseconds>{std::chrono::microseconds{micros}});
}

/// Nothing may pass through SQLite's C frames.
template <typename Work>
void guarded(sqlite3_context* context, Work work) {
  try {
    work();
  } catch (const std::exception& error) {
    sqlite3_result_error(context, error.what(), -1);
  }
}

}  // namespace

struct SqliteFunctions::Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};

const SqliteFunctions::Function SqliteFunctions::kFunctions[7] = {
    {"rc_instant", 3, instant},
    {"rc_in_period", 5, in_period},
    {"rc_kept", 4, kept},
    {"rc_local_date", 4, local_date},
    {"rc_local_timestamp", 4, local_timestamp},
    {"rc_seconds_between", 6, seconds_between},
    {"rc_boolean", 3, boolean},
};

int SqliteFunctions::add_to(sqlite3* connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  for (const Function& one : kFunctions) {
    const int code =
        sqlite3_create_function_v2(connection, one.name, one.arguments, kFlags, this, one.call, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return code;
  }
  return SQLITE_OK;
}

bool SqliteFunctions::has(std::string_view name) {
  return std::any_of(std::begin(kFunctions), std::end(kFunctions), [&](const Function& one) { return name == one.name; });
}

SqliteFunctions& SqliteFunctions::self(sqlite3_context* context) {
  return *static_cast<SqliteFunctions*>(sqlite3_user_data(context));
}

ZonedFormatter* SqliteFunctions::formatter_of(std::string_view zone) {
  if (!formatter_ || zone != zone_) {
    const auto found = Zone::find(zone);
    if (!found) return nullptr;
    zone_ = zone;
    formatter_.emplace(*found);
  }
  return &*formatter_;
}

void SqliteFunctions::refuse(sqlite3_context* context, sqlite3_value* value, const rows::InstantForm& form,
                             std::string_view name) {
  FoundInstant found{"a blob", {}};
  if (sqlite3_value_type(value) == SQLITE_TEXT) found = found_instant(text_of(value));
  if (sqlite3_value_numeric_type(value) != SQLITE_TEXT && sqlite3_value_type(value) != SQLITE_BLOB)
    found = found_instant(sqlite3_value_double(value));
  problem_ = instant_problem(source_, name, found, form);
  sqlite3_result_error(context, problem_->what.c_str(), -1);
}

InstantReader& SqliteFunctions::reader(sqlite3_context* context, Kept kept) {
  const auto known = [&] { return static_cast<InstantReader*>(sqlite3_get_auxdata(context, kept.form_index)); };
  if (auto* reader = known()) return *reader;
  sqlite3_set_auxdata(context, kept.form_index, new InstantReader(form_of(kept.form_and_name[0])),
                      [](void* reader) { delete static_cast<InstantReader*>(reader); });
  if (auto* reader = known()) return *reader;
  throw std::bad_alloc();  // SQLite need not keep what it is given
}

/// Called for every row, and more often: what is found is used where it is found, since an optional that comes from several
/// places goes through memory.
template <typename Use>
void SqliteFunctions::with_micros(sqlite3_context* context, sqlite3_value* value, Kept kept, Use use) {
  InstantReader& reader = SqliteFunctions::reader(context, kept);
  switch (sqlite3_value_type(value)) {
    case SQLITE_TEXT:
      if (const auto found = reader.micros(text_of(value))) return use(*found);
      break;
    case SQLITE_INTEGER:
      if (const auto found = reader.micros(static_cast<std::int64_t>(sqlite3_value_int64(value)))) return use(*found);
      break;
    case SQLITE_FLOAT:
      if (const auto found = reader.micros(sqlite3_value_double(value))) return use(*found);
      break;
    case SQLITE_NULL:
      return sqlite3_result_null(context);
    default:
      break;
  }
  self(context).refuse(context, value, reader.form(), text_of(kept.form_and_name[1]));
}

void SqliteFunctions::instant(sqlite3_context* context, int, sqlite3_value** values) {
  guarded(context, [&] {
    with_micros(context, values[0], {values + 1, 1}, [&](std::int64_t found) { sqlite3_result_int64(context, found); });
  });
}

void SqliteFunctions::in_period(sqlite3_context* context, int, sqlite3_value** values) {
  guarded(context, [&] {
    with_micros(context, values[0], {values + 3, 3}, [&](std::int64_t found) {
      sqlite3_result_int(context, found >= sqlite3_value_int64(values[1]) && found < sqlite3_value_int64(values[2]));
    });
  });
}

void SqliteFunctions::kept(sqlite3_context* context, int, sqlite3_value** values) {
  guarded(context, [&] {
    with_micros(context, values[0], {values + 1, 1}, [&](std::int64_t found) {
      const rows::InstantForm other = form_of(values[3]);
      const auto written = rows::kept_as(other, second_of(found));
      if (const auto* number = std::get_if<std::int64_t>(&written)) return sqlite3_result_int64(context, *number);
      const auto& text = std::get<std::string>(written);
      if (other.kind == rows::InstantKind::julian_day) return sqlite3_result_double(context, std::stod(text));
      sqlite3_result_text(context, text.data(), static_cast<int>(text.size()), SQLITE_TRANSIENT);
    });
  });
}

void SqliteFunctions::local(sqlite3_context* context, sqlite3_value** values, int length) {
  guarded(context, [&] {
    with_micros(context, values[0], {values + 1, 1}, [&](std::int64_t found) {
      ZonedFormatter* formatter = self(context).formatter_of(text_of(values[3]));
      if (formatter == nullptr) return sqlite3_result_error(context, "there is no such time zone", -1);
      std::array<char, ZonedFormatter::kMaxSize> text;
      formatter->write(second_of(found), text.data());
      sqlite3_result_text(context, text.data(), length, SQLITE_TRANSIENT);
    });
  });
}

void SqliteFunctions::local_date(sqlite3_context* context, int, sqlite3_value** values) { local(context, values, 10); }

void SqliteFunctions::local_timestamp(sqlite3_context* context, int, sqlite3_value** values) { local(context, values, 19); }

void SqliteFunctions::seconds_between(sqlite3_context* context, int, sqlite3_value** values) {
  if (is_null(values[0]) || is_null(values[3])) return sqlite3_result_null(context);
  guarded(context, [&] {
    with_micros(context, values[0], {values + 1, 1}, [&](std::int64_t from) {
      with_micros(context, values[3], {values + 4, 4},
                  [&](std::int64_t to) { sqlite3_result_int64(context, second_of(to - from).time_since_epoch().count()); });
    });
  });
}

void SqliteFunctions::boolean(sqlite3_context* context, int, sqlite3_value** values) {
  if (is_null(values[0])) return sqlite3_result_null(context);
  guarded(context, [&] {
    const int type = sqlite3_value_type(values[0]);
    const auto form = std::get<rows::BooleanForm>(rows::parse_boolean_form(text_of(values[1])));
    const std::string_view value = type == SQLITE_BLOB ? std::string_view("a blob") : text_of(values[0]);
    const auto truth = type == SQLITE_BLOB ? std::nullopt : truth_of(value, form, type == SQLITE_TEXT);
    if (truth) return sqlite3_result_int64(context, *truth);
    SqliteFunctions& own = self(context);
    own.problem_ = boolean_problem(own.source_, text_of(values[2]), value, form);
    sqlite3_result_error(context, own.problem_->what.c_str(), -1);
  });
}

}  // namespace reportctl::source
