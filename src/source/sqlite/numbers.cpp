// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <iterator>
#include <limits>

#include "decimal.hpp"
#include "decode.hpp"
#include "reportctl/base/text.hpp"
#include "sqlite/exact_sum.hpp"

namespace reportctl::source {

/// Why a value is refused, and what to do about it.
struct BadNumber {
  std::string_view why;
  const char* hint;
};

namespace {

constexpr std::size_t kLongestValue = 40;

constexpr const char* kNumberHint = "correct the data, or the view that gives them; SQLite itself would take text for 0";
constexpr BadNumber kNoNumber{"not a number", kNumberHint};
constexpr BadNumber kNoMinorUnits{"not a whole number of minor units", kNumberHint};
constexpr BadNumber kNoBoolean{"not a boolean",
                               "write {{truth(x)}}, and declare the words for true and false: sources.NAME.booleans "
                               "(reportctl.conf(5)); SQLite itself would take text for false"};
constexpr BadNumber kNoInteger{
    "not an integer",
    "counts are integers, amounts are integers of minor units (cents); decimal amounts become them with "
    "{{money(amount, currency)}} (reportctl-module(5))"};
constexpr const char* kComparedHint =
    "to SQLite text and numbers differ, whatever they say: compare with a value as the column keeps it, or write {{truth(x)}} "
    "for "
    "a boolean, {{in_period(x)}} for a time, CAST(x AS integer) or CAST(x AS text)";

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

std::optional<Decimal> decimal_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return Decimal{sqlite3_value_int64(value), 0};
    case SQLITE_FLOAT:
      return Decimal::of(sqlite3_value_double(value));
    case SQLITE_TEXT:
      return is_number(value) ? Decimal::of(text_in(value)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

/// Negative, 0 or positive; nullopt: they are not both numbers, in whatever form.
std::optional<int> numeric_order(sqlite3_value* x, sqlite3_value* y) {
  const auto left = decimal_of(x);
  const auto right = decimal_of(y);
  const auto rest = left && right ? sum(*left, {-right->digits, right->places}) : std::nullopt;
  if (!rest) return std::nullopt;
  return rest->digits < 0 ? -1 : rest->digits > 0 ? 1 : 0;
}

/// What SQLite compares with each other.
int comparable_type(sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  return type == SQLITE_FLOAT ? SQLITE_INTEGER : type;
}

/// Of integers; false: an integer does not hold it, and SQLite makes a real of it.
template <char Sign>
bool give_whole(sqlite3_context* context, std::int64_t x, std::int64_t y) {
  std::int64_t result = 0;
  if constexpr (Sign == '/' || Sign == '%') {
    if (y == 0) return sqlite3_result_null(context), true;
    if (y == -1 && x == std::numeric_limits<std::int64_t>::min()) return false;
    result = Sign == '/' ? x / y : x % y;
  } else if (Sign == '+'   ? __builtin_add_overflow(x, y, &result)
             : Sign == '-' ? __builtin_sub_overflow(x, y, &result)
                           : __builtin_mul_overflow(x, y, &result)) {
    return false;
  }
  sqlite3_result_int64(context, result);
  return true;
}

template <char Sign>
std::optional<double> calculated(const Decimal& x, const Decimal& y) {
  if constexpr (Sign == '/') return quotient(x, y);
  const auto result = Sign == '+'   ? sum(x, y)
                      : Sign == '-' ? sum(x, {-y.digits, y.places})
                      : Sign == '*' ? product(x, y)
                                    : remainder(x, y);
  return result ? std::optional(result->real()) : std::nullopt;
}

/// What is too large for decimals, and infinity.
template <char Sign>
double in_binary(double x, double y) {
  return Sign == '+' ? x + y : Sign == '-' ? x - y : Sign == '*' ? x * y : Sign == '/' ? x / y : std::fmod(x, y);
}

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

struct SqliteNumbers::Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};

const SqliteNumbers::Function SqliteNumbers::kFunctions[] = {
    {"rc_number", 1, number},
    {"rc_number", 2, number},
    {"rc_truth", 2, truth},
    {"rc_equals", -1, compared<false>},
    {"rc_orders", -1, compared<true>},
    {"rc_whole", 1, whole},
    {"rc_whole", 2, whole},
    {"rc_minor_units", 2, minor_units},
    {"rc_sum", 4, calculate<'+'>},
    {"rc_difference", 2, calculate<'-'>},
    {"rc_difference", 4, calculate<'-'>},
    {"rc_product", 4, calculate<'*'>},
    {"rc_quotient", 4, calculate<'/'>},
    {"rc_remainder", 4, calculate<'%'>},
    {"round", 1, round},
    {"round", 2, round},
};

int SqliteNumbers::add_to(sqlite3* connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int code = SQLITE_OK;
  for (const Function& one : kFunctions)
    if (code == SQLITE_OK)
      code = sqlite3_create_function_v2(connection, one.name, one.arguments, kFlags, this, one.call, nullptr, nullptr, nullptr);
  for (int arguments = 1; arguments <= 2; ++arguments)
    for (Aggregate& one : aggregates_)
      if (code == SQLITE_OK)
        code =
            sqlite3_create_window_function(connection, one.name, arguments, kFlags, &one, step, value, value, inverse, nullptr);
  return code;
}

bool SqliteNumbers::has(std::string_view name) {
  return std::any_of(std::begin(kFunctions), std::end(kFunctions), [&](const Function& one) { return name == one.name; });
}

void SqliteNumbers::step(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto& self = *static_cast<Aggregate*>(sqlite3_user_data(context));
  auto* running = static_cast<Running*>(sqlite3_aggregate_context(context, sizeof(Running)));
  if (running == nullptr) return sqlite3_result_error_nomem(context);
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_NULL) return;
  if (!add_to_sum(running->sum, values[0], 1))
    return self.numbers->refuse(context, count > 1 ? text_in(values[1]) : "a value that is added up", values[0], kNoNumber);
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

void SqliteNumbers::truth(sqlite3_context* context, int, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type != SQLITE_BLOB && (type != SQLITE_TEXT || is_number(values[0]))) return sqlite3_result_value(context, values[0]);
  static_cast<SqliteNumbers*>(sqlite3_user_data(context))->refuse(context, text_in(values[1]), values[0], kNoBoolean);
}

template <bool Ordered>
void SqliteNumbers::compared(sqlite3_context* context, int count, sqlite3_value** values) {
  constexpr int kFirst = 3;
  const int type = comparable_type(values[0]);
  for (int i = kFirst; i < count; ++i) {
    const int other = comparable_type(values[i]);
    if (type == other || type == SQLITE_NULL || other == SQLITE_NULL) return sqlite3_result_int(context, 1);
  }
  bool as_numbers = sqlite3_value_type(values[2]) != SQLITE_NULL;
  bool found = false;
  for (int i = kFirst; i < count && as_numbers; ++i) {
    const auto order = numeric_order(values[0], values[i]);
    as_numbers = order && (!Ordered || *order == sqlite3_value_int(values[2]));
    found = found || (order && *order == 0);
  }
  if (count <= kFirst || (as_numbers && (Ordered || found == (sqlite3_value_int(values[2]) != 0))))
    return sqlite3_result_int(context, 1);
  try {
    const std::string why = fmt::format("compared with {}", shown(values[kFirst]));
    static_cast<SqliteNumbers*>(sqlite3_user_data(context))->refuse(context, text_in(values[1]), values[0], {why, kComparedHint});
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

void SqliteNumbers::round(sqlite3_context* context, int count, sqlite3_value** values) {
  constexpr int kMostDigits = 15;
  if (sqlite3_value_type(values[0]) == SQLITE_NULL || (count > 1 && sqlite3_value_type(values[1]) == SQLITE_NULL))
    return sqlite3_result_null(context);
  const int digits = count > 1 ? std::max(0, sqlite3_value_int(values[1])) : 0;
  std::optional<std::int64_t> units;
  if (digits <= kMostDigits && sqlite3_value_type(values[0]) == SQLITE_FLOAT)
    units = scaled(sqlite3_value_double(values[0]), digits);
  if (digits <= kMostDigits && sqlite3_value_type(values[0]) == SQLITE_TEXT) units = scaled(text_in(values[0]), digits);
  sqlite3_result_double(context, units ? Decimal{*units, digits}.real() : sqlite3_value_double(values[0]));
}

template <char Sign>
void SqliteNumbers::calculate(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto whole_of = [&](int i) -> std::optional<std::int64_t> {
    if (sqlite3_value_type(values[i]) == SQLITE_INTEGER) return sqlite3_value_int64(values[i]);
    return sqlite3_value_type(values[i]) == SQLITE_TEXT ? parse_integer(text_in(values[i])) : std::nullopt;
  };
  const auto x = whole_of(0);
  const auto y = whole_of(1);
  if (x && y)
    if (give_whole<Sign>(context, *x, *y)) return;
  if (sqlite3_value_type(values[0]) == SQLITE_NULL || sqlite3_value_type(values[1]) == SQLITE_NULL)
    return sqlite3_result_null(context);
  std::array<std::optional<Decimal>, 2> both;
  for (const int i : {0, 1}) {
    const int type = sqlite3_value_type(values[i]);
    if (type == SQLITE_BLOB || (type == SQLITE_TEXT && !is_number(values[i])))
      return static_cast<SqliteNumbers*>(sqlite3_user_data(context))
          ->refuse(context, count > 2 ? text_in(values[i + 2]) : "a value that is calculated with", values[i], kNoNumber);
    both[static_cast<std::size_t>(i)] = type == SQLITE_INTEGER ? Decimal{sqlite3_value_int64(values[i]), 0}
                                        : type == SQLITE_TEXT  ? Decimal::of(text_in(values[i]))
                                                               : Decimal::of(sqlite3_value_double(values[i]));
  }
  const double b = sqlite3_value_double(values[1]);
  if ((Sign == '/' || Sign == '%') && b == 0) return sqlite3_result_null(context);
  const auto exact = both[0] && both[1] ? calculated<Sign>(*both[0], *both[1]) : std::nullopt;
  sqlite3_result_double(context, exact ? *exact : in_binary<Sign>(sqlite3_value_double(values[0]), b));
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
      ->refuse(context, count > 1 ? text_in(values[1]) : "a value that is calculated with", values[0], kNoNumber);
}

void SqliteNumbers::whole(sqlite3_context* context, int count, sqlite3_value** values) {
  const int type = sqlite3_value_type(values[0]);
  if (type == SQLITE_INTEGER || type == SQLITE_NULL) return sqlite3_result_value(context, values[0]);
  static_cast<SqliteNumbers*>(sqlite3_user_data(context))
      ->refuse(context, count > 1 ? text_in(values[1]) : "a value that must be whole", values[0], kNoInteger);
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
  static_cast<SqliteNumbers*>(sqlite3_user_data(context))->refuse(context, "an amount", values[0], kNoMinorUnits);
}

/// Nothing may be thrown through SQLite's C frames.
void SqliteNumbers::refuse(sqlite3_context* context, std::string_view name, sqlite3_value* value, const BadNumber& bad) {
  try {
    const std::string words = fmt::format("{} is {}, {}", visible(repair_utf8(name)), shown(value), bad.why);
    hint_ = bad.hint;
    sqlite3_result_error(context, words.c_str(), static_cast<int>(words.size()));
  } catch (const std::exception&) {
    sqlite3_result_error_nomem(context);
  }
}

}  // namespace reportctl::source
