// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite_numbers.hpp"

#include <fmt/format.h>

#include <exception>

#include "decode.hpp"
#include "exact_sum.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr const char* kNumber = "rc_number";
constexpr const char* kWhole = "rc_whole";
constexpr const char* kDifference = "rc_difference";
constexpr const char* kMinorUnits = "rc_minor_units";
constexpr std::size_t kLongestValue = 40;

/// Of a group or a window. SQLite gives it all zero, which is an empty sum.
struct Running {
  ExactSum sum;
  std::int64_t count;
  std::int64_t reals;  ///< numbers that are no integers
};

std::string_view text_in(sqlite3_value* value) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  return {text == nullptr ? "" : text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

/// Of a value that is not null; false: it is not a number.
bool add_to_sum(ExactSum& sum, sqlite3_value* value, int times) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      sum.add(static_cast<std::int64_t>(sqlite3_value_int64(value)), times);
      return true;
    case SQLITE_FLOAT:
      sum.add(sqlite3_value_double(value), times);
      return true;
    case SQLITE_TEXT:
      return sum.add(text_in(value), times);
    default:
      return false;
  }
}

bool is_number(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_TEXT && scaled(text_in(value), 0).has_value(); }

std::string shown(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_BLOB:
      return "a blob";
    case SQLITE_TEXT: {
      const std::string text = visible(repair_utf8(text_in(value)));
      return fmt::format("the text '{}'", text.size() > kLongestValue ? repair_utf8(text.substr(0, kLongestValue)) + "…" : text);
    }
    default:
      return std::string(text_in(value));
  }
}

}  // namespace

int SqliteNumbers::add_to(sqlite3* connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int code = sqlite3_create_function_v2(connection, kDifference, 2, kFlags, this, difference, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_create_function_v2(connection, kMinorUnits, 2, kFlags, this, minor_units, nullptr, nullptr, nullptr);
  for (int arguments = 1; arguments <= 2 && code == SQLITE_OK; ++arguments) {
    for (Aggregate& one : aggregates_)
      if (code == SQLITE_OK)
        code =
            sqlite3_create_window_function(connection, one.name, arguments, kFlags, &one, step, value, value, inverse, nullptr);
    if (code == SQLITE_OK)
      code = sqlite3_create_function_v2(connection, kNumber, arguments, kFlags, this, number, nullptr, nullptr, nullptr);
    if (code == SQLITE_OK)
      code = sqlite3_create_function_v2(connection, kWhole, arguments, kFlags, this, whole, nullptr, nullptr, nullptr);
  }
  return code;
}

bool SqliteNumbers::has(std::string_view name) {
  return name == kNumber || name == kWhole || name == kDifference || name == kMinorUnits;
}

void SqliteNumbers::step(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto& self = *static_cast<Aggregate*>(sqlite3_user_data(context));
  auto* running = static_cast<Running*>(sqlite3_aggregate_context(context, sizeof(Running)));
  if (running == nullptr) return sqlite3_result_error_nomem(context);
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_NULL) return;
  if (!add_to_sum(running->sum, values[0], 1))
    return self.numbers->refuse(context, count > 1 ? text_in(values[1]) : "a value that is added up", values[0], "not a number");
  if (type != SQLITE_INTEGER) ++running->reals;
  ++running->count;
}

void SqliteNumbers::inverse(sqlite3_context* context, int, sqlite3_value** values) {
  auto* running = static_cast<Running*>(sqlite3_aggregate_context(context, sizeof(Running)));
  const int type = sqlite3_value_type(values[0]);
  if (running == nullptr || type == SQLITE_NULL) return;
  add_to_sum(running->sum, values[0], -1);
  if (type != SQLITE_INTEGER) --running->reals;
  --running->count;
}

void SqliteNumbers::difference(sqlite3_context* context, int, sqlite3_value** values) {
  if (sqlite3_value_type(values[0]) == SQLITE_NULL || sqlite3_value_type(values[1]) == SQLITE_NULL)
    return sqlite3_result_null(context);
  ExactSum sum{};
  for (const int i : {0, 1})
    if (!add_to_sum(sum, values[i], i == 0 ? 1 : -1))
      return static_cast<SqliteNumbers*>(sqlite3_user_data(context))
          ->refuse(context, "a value that is calculated with", values[i], "not a number");
  sqlite3_result_double(context, sum.real());
}

void SqliteNumbers::value(sqlite3_context* context) {
  const auto& self = *static_cast<Aggregate*>(sqlite3_user_data(context));
  const auto* running = static_cast<Running*>(sqlite3_aggregate_context(context, 0));
  if (running == nullptr || running->count == 0)
    return self.kind == Kind::total ? sqlite3_result_double(context, 0) : sqlite3_result_null(context);
  if (self.kind == Kind::avg) return sqlite3_result_double(context, running->sum.real(running->count));
  if (self.kind == Kind::total || running->reals > 0) return sqlite3_result_double(context, running->sum.real());
  const auto whole = running->sum.integer();
  if (!whole) return sqlite3_result_error(context, "integer overflow", -1);
  sqlite3_result_int64(context, *whole);
}

void SqliteNumbers::number(sqlite3_context* context, int count, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type != SQLITE_BLOB && (type != SQLITE_TEXT || is_number(values[0]))) return sqlite3_result_value(context, values[0]);
  static_cast<SqliteNumbers*>(sqlite3_user_data(context))
      ->refuse(context, count > 1 ? text_in(values[1]) : "a value that is calculated with", values[0], "not a number");
}

void SqliteNumbers::whole(sqlite3_context* context, int count, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_INTEGER || type == SQLITE_NULL) return sqlite3_result_value(context, values[0]);
  static_cast<SqliteNumbers*>(sqlite3_user_data(context))
      ->refuse(context, count > 1 ? text_in(values[1]) : "a value that must be whole", values[0], "not an integer");
}

void SqliteNumbers::minor_units(sqlite3_context* context, int, sqlite3_value** values) {
  constexpr int kBeyond = 4;  // digits that must be zero: what binary fractions leave lies far below
  if (sqlite3_value_type(values[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  int digits = 0;
  for (std::int64_t factor = sqlite3_value_int64(values[1]); factor >= 10; factor /= 10) ++digits;
  const auto at_scale = [&](int scale) -> std::optional<std::int64_t> {
    switch (sqlite3_value_type(values[0])) {
      case SQLITE_INTEGER:
        return scaled(static_cast<std::int64_t>(sqlite3_value_int64(values[0])), scale);
      case SQLITE_FLOAT:
        return scaled(sqlite3_value_double(values[0]), scale);
      case SQLITE_TEXT:
        return scaled(text_in(values[0]), scale);
      default:
        return std::nullopt;
    }
  };
  const auto units = at_scale(digits);
  const auto exact = at_scale(digits + kBeyond);
  if (units && exact && scaled(*units, kBeyond) == exact) return sqlite3_result_int64(context, *units);
  static_cast<SqliteNumbers*>(sqlite3_user_data(context))
      ->refuse(context, "an amount", values[0], "not a whole number of minor units");
}

/// Nothing may be thrown through SQLite's C frames.
void SqliteNumbers::refuse(sqlite3_context* context, std::string_view name, sqlite3_value* value, std::string_view why) {
  try {
    const std::string words = fmt::format("{} is {}, {}", visible(repair_utf8(name)), shown(value), why);
    hint_ = why == "not an integer" ? "counts are integers, amounts are integers of minor units (cents); decimal amounts become "
                                      "them with {{money(amount, "
                                      "currency)}} (reportctl-module(5))"
                                    : "correct the data, or the view that gives them; SQLite itself would take text for 0";
    sqlite3_result_error(context, words.c_str(), static_cast<int>(words.size()));
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace reportctl::source
