// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Over 400 lines: each type of DuckDB as each kind of cell, in one class.
#include "duckdb/rows.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

#include "duckdb/words.hpp"
#include "read_cell.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using rows::CellKind;

constexpr std::int64_t kMicros = 1000000;
constexpr std::int64_t kFirstDay = -719162;  ///< 0001-01-01
constexpr std::int64_t kLastDay = 2932896;   ///< 9999-12-31

bool is_integer(duckdb_type type) {
  return (type >= duckdb_tinyint && type <= duckdb_ubigint) || type == duckdb_hugeint || type == duckdb_uhugeint;
}
bool is_real(duckdb_type type) { return type == duckdb_float || type == duckdb_double; }
bool is_text(duckdb_type type) { return type == duckdb_varchar || type == duckdb_enum; }
bool is_timestamp(duckdb_type type) {
  return type == duckdb_timestamp || type == duckdb_timestamp_s || type == duckdb_timestamp_ms || type == duckdb_timestamp_ns;
}

/// In microseconds; infinity stays what it is.
std::int64_t micros_of(duckdb_type type, std::int64_t value) {
  if (value == std::numeric_limits<std::int64_t>::max() || value == -std::numeric_limits<std::int64_t>::max()) return value;
  if (type == duckdb_timestamp_s) return value * kMicros;
  if (type == duckdb_timestamp_ms) return value * 1000;
  return type == duckdb_timestamp_ns ? value / 1000 - (value % 1000 < 0 ? 1 : 0) : value;
}

std::string_view odd_day(std::int64_t day) {
  if (day == std::numeric_limits<std::int32_t>::max() || day == -std::numeric_limits<std::int32_t>::max()) return "infinity";
  return day < kFirstDay ? "a date before the year 1" : "a year beyond 9999";
}

std::int64_t floor_seconds(std::int64_t micros) { return micros / kMicros - (micros % kMicros < 0 ? 1 : 0); }

std::string digits_of(__int128 value) {
  std::array<char, 48> text;
  char* at = text.data() + text.size();
  auto rest = value < 0 ? -static_cast<unsigned __int128>(value) : static_cast<unsigned __int128>(value);
  do {
    *--at = static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
  } while (rest > 0);
  if (value < 0) *--at = '-';
  return {at, text.data() + text.size()};
}

/// digits × 10^-from as a whole number of 10^-to, rounded half away from zero.
std::optional<std::int64_t> rescaled(__int128 digits, int from, int to) {
  for (; from < to; ++from)
    if (__builtin_mul_overflow(digits, 10, &digits)) return std::nullopt;
  __int128 power = 1;
  for (; from > to; --from) power *= 10;
  __int128 whole = digits / power;
  const __int128 rest = digits % power;
  if ((rest < 0 ? -rest : rest) * 2 >= power && power > 1) whole += digits < 0 ? -1 : 1;
  const auto narrow = static_cast<std::int64_t>(whole);
  return narrow == whole ? std::optional(narrow) : std::nullopt;
}

/// digits × 10^-places; nullopt where it has a fraction, or is too large.
std::optional<std::int64_t> whole_number(__int128 digits, int places) {
  for (; places > 0; --places, digits /= 10)
    if (digits % 10 != 0) return std::nullopt;
  return rescaled(digits, 0, 0);
}

/// As PostgreSQL writes an id: 8-4-4-4-12 hex digits. The highest bit is kept flipped, so that ids sort as numbers.
std::string uuid_text(__int128 value) {
  const auto bits = static_cast<unsigned __int128>(value) ^ (static_cast<unsigned __int128>(1) << 127U);
  const std::string hex =
      fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(bits >> 64U), static_cast<std::uint64_t>(bits));
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" + hex.substr(20);
}

}  // namespace

DuckdbRows::DuckdbRows(std::shared_ptr<DuckdbDatabase> database, duckdb_result result, rows::Columns columns)
    : database_(std::move(database)),
      result_(result),
      columns_(std::move(columns)),
      digits_(columns_.size()),
      cells_(columns_.size()),
      steps_(steps_for(columns_, cells_)),
      row_(cells_),
      currencies_(database_->settings().forms.currencies),
      undeclared_(untyped_reader(database_->settings().forms.usual)) {
  try {
    describe();
  } catch (...) {  // a destructor does not follow
    close();
    throw;
  }
}

void DuckdbRows::describe() {
  const DuckdbApi& api = database_->api();
  std::vector<std::string> names;
  for (idx_t i = 0; i < api.column_count(&result_); ++i) names.emplace_back(api.column_name(&result_, i));
  if (const auto problem = column_problem(names, columns_)) database_->fail(problem->what, problem->hint);
  for (idx_t i = 0; i < columns_.size(); ++i) {
    Vector vector;
    vector.type = api.column_type(&result_, i);
    duckdb_logical_type type = api.column_logical_type(&result_, i);
    if (vector.type == duckdb_decimal) {
      vector.kept_as = api.decimal_internal_type(type);
      vector.places = api.decimal_scale(type);
    } else if (vector.type == duckdb_enum) {
      vector.kept_as = api.enum_internal_type(type);
      for (idx_t word = 0; word < api.enum_dictionary_size(type); ++word) {
        char* const text = api.enum_dictionary_value(type, word);
        vector.words.emplace_back(text);
        api.free(text);
      }
    }
    api.destroy_logical_type(&type);
    vectors_.push_back(std::move(vector));
  }
}

void DuckdbRows::close() noexcept {
  if (database_ == nullptr) return;
  const DuckdbApi& api = database_->api();
  if (chunk_ != nullptr) api.destroy_data_chunk(&chunk_);
  api.destroy_result(&result_);
  database_.reset();
}

const rows::Row* DuckdbRows::next() {
  if (database_ == nullptr) return nullptr;
  try {
    if (row_in_chunk_ + 1 < chunk_size_) {
      ++row_in_chunk_;
    } else if (!next_chunk()) {
      close();
      return nullptr;
    }
    ++row_number_;
    read_row();
    return &row_;
  } catch (...) {
    close();
    throw;
  }
}

bool DuckdbRows::next_chunk() {
  const DuckdbApi& api = database_->api();
  do {
    if (chunk_ != nullptr) api.destroy_data_chunk(&chunk_);
    database_->wait_for_rows(true);
    chunk_ = api.fetch_chunk(result_);
    database_->wait_for_rows(false);
    database_->throw_if_cut();
    if (chunk_ == nullptr) {
      // Both the end and a failure.
      const char* const error = api.result_error(&result_);
      if (error != nullptr && *error != '\0') database_->fail_with(error);
      return false;
    }
    chunk_size_ = api.data_chunk_get_size(chunk_);
  } while (chunk_size_ == 0);
  row_in_chunk_ = 0;
  for (idx_t i = 0; i < vectors_.size(); ++i) {
    const duckdb_vector vector = api.data_chunk_get_vector(chunk_, i);
    vectors_[i].validity = api.vector_get_validity(vector);
    vectors_[i].data = api.vector_get_data(vector);
  }
  return true;
}

std::optional<__int128> DuckdbRows::whole_of(const Vector& vector) const {
  switch (vector.type == duckdb_decimal || vector.type == duckdb_enum ? vector.kept_as : vector.type) {
    case duckdb_tinyint:
      return at<std::int8_t>(vector);
    case duckdb_smallint:
      return at<std::int16_t>(vector);
    case duckdb_integer:
      return at<std::int32_t>(vector);
    case duckdb_bigint:
      return at<std::int64_t>(vector);
    case duckdb_utinyint:
      return at<std::uint8_t>(vector);
    case duckdb_usmallint:
      return at<std::uint16_t>(vector);
    case duckdb_uinteger:
      return at<std::uint32_t>(vector);
    case duckdb_ubigint:
      return at<std::uint64_t>(vector);
    case duckdb_hugeint:
    case duckdb_uhugeint: {
      __int128 value = 0;
      std::memcpy(&value, static_cast<const char*>(vector.data) + row_in_chunk_ * sizeof value, sizeof value);
      if (vector.type == duckdb_uhugeint && value < 0) return std::nullopt;
      return value;
    }
    default:
      return std::nullopt;
  }
}

/// Of a text or an enumeration. Short texts lie in the vector itself.
std::string_view DuckdbRows::text_in(const Vector& vector) const {
  if (vector.type == duckdb_enum) return vector.words[static_cast<std::size_t>(whole_of(vector).value_or(0))];
  struct Text {
    std::uint32_t size;
    char start[4];
    const char* rest;
  };
  constexpr std::uint32_t kInline = 12;
  const Text& text = at<Text>(vector);
  return {text.size <= kInline ? text.start : text.rest, text.size};
}

std::int64_t DuckdbRows::odd(const Step& step, std::string_view words) {
  if (!columns_[static_cast<std::size_t>(step.column)].empty_odd) misfit(step, words);
  step.cell->null = true;
  return 0;
}

std::string_view DuckdbRows::text_of(const Step& step) {
  const Vector& vector = of(step);
  std::string& digits = digits_[static_cast<std::size_t>(step.column)];
  if (vector.type == duckdb_uuid) {
    __int128 value = 0;
    std::memcpy(&value, static_cast<const char*>(vector.data) + row_in_chunk_ * sizeof value, sizeof value);
    return digits = uuid_text(value);
  }
  if (!is_text(vector.type)) {
    const auto whole = is_integer(vector.type) ? whole_of(vector) : std::nullopt;
    if (!whole) misfit(step);
    return digits = digits_of(*whole);
  }
  const std::string_view text = text_in(vector);
  const TextFault fault = check_text(text);
  if (fault != TextFault::none) misfit(step, fault == TextFault::nul ? "text with a NUL character" : "bytes that are not UTF-8");
  return text;
}

std::int64_t DuckdbRows::integer_of(const Step& step) {
  const Vector& vector = of(step);
  if (!is_integer(vector.type) && vector.type != duckdb_decimal) misfit(step);
  const auto digits = whole_of(vector);
  const auto number = digits ? whole_number(*digits, vector.places) : std::nullopt;
  if (!number) misfit(step, "a real number or one too large");
  return *number;
}

std::int64_t DuckdbRows::boolean_of(const Step& step) {
  const Vector& vector = of(step);
  if (vector.type == duckdb_boolean) return at<bool>(vector) ? 1 : 0;
  const bool text = is_text(vector.type);
  if (!text && !is_integer(vector.type)) misfit(step);
  const std::string_view value = text_of(step);
  const auto& settings = database_->settings();
  if (const auto truth = truth_of(value, settings.forms.usual_boolean, text)) return *truth;
  const auto place = fmt::format("row {}, column {}", row_number_, columns_[static_cast<std::size_t>(step.column)].name);
  const Problem problem = boolean_problem(settings.name, place, value, settings.forms.usual_boolean);
  database_->fail(problem.what, problem.hint);
}

std::int64_t DuckdbRows::real_of(const Step& step, double value) {
  if (!std::isfinite(value)) return odd(step, std::isnan(value) ? "NaN" : "infinity");
  const auto number = scaled(value, step.scale);
  if (!number) misfit(step, "a number too large");
  return *number;
}

std::int64_t DuckdbRows::scaled_of(const Step& step) {
  const Vector& vector = of(step);
  if (vector.type == duckdb_double) return real_of(step, at<double>(vector));
  if (vector.type == duckdb_float) return real_of(step, as_written(at<float>(vector)));
  std::optional<std::int64_t> number;
  if (is_text(vector.type)) {
    number = scaled(text_in(vector), step.scale);
    if (!number) misfit(step, "other text");
    return *number;
  }
  if (!is_integer(vector.type) && vector.type != duckdb_decimal) misfit(step);
  if (const auto whole = whole_of(vector)) number = rescaled(*whole, vector.places, step.scale);
  if (!number) misfit(step, "a number too large");
  return *number;
}

std::int64_t DuckdbRows::day_of(const Step& step) {
  const Vector& vector = of(step);
  if (vector.type == duckdb_date) {
    const std::int64_t day = at<std::int32_t>(vector);
    return day >= kFirstDay && day <= kLastDay ? day : odd(step, odd_day(day));
  }
  if (!is_text(vector.type)) misfit(step);
  const auto day = times_.day(text_in(vector));
  if (!day) misfit(step, "other text");
  return *day;
}

/// What the source's declaration makes an instant of, in microseconds.
std::optional<std::int64_t> DuckdbRows::untyped_instant(const Step& step) {
  const Vector& vector = of(step);
  if (undeclared_.form().kind == rows::InstantKind::sql_text && is_timestamp(vector.type)) {
    const std::int64_t micros = micros_of(vector.type, at<std::int64_t>(vector));
    const std::int64_t seconds = floor_seconds(micros);
    if (seconds < kFirstDay * 86400 || seconds >= (kLastDay + 1) * 86400) return micros;
    std::string written = format_utc(Instant{std::chrono::seconds{seconds}}).substr(0, 19);
    return undeclared_.micros(written);
  }
  if (undeclared_.form().facts().units == 0) misfit(step);
  if (is_real(vector.type))
    return undeclared_.micros(vector.type == duckdb_double ? at<double>(vector) : double{at<float>(vector)});
  if (!is_integer(vector.type)) misfit(step);
  const auto whole = whole_of(vector);
  const auto narrow = whole ? whole_number(*whole, 0) : std::nullopt;
  return narrow ? undeclared_.micros(*narrow) : std::nullopt;
}

std::int64_t DuckdbRows::instant_of(const Step& step) {
  const Vector& vector = of(step);
  if (is_text(vector.type)) {
    const auto instant = times_.instant(text_in(vector));
    if (!instant) misfit(step, "other text");
    return *instant;
  }
  const auto micros = vector.type == duckdb_timestamp_tz ? std::optional(at<std::int64_t>(vector)) : untyped_instant(step);
  if (!micros) misfit(step, "a number too large");
  const std::int64_t seconds = floor_seconds(*micros);
  if (seconds >= kFirstDay * 86400 && seconds < (kLastDay + 1) * 86400) return seconds;
  const bool infinite =
      *micros == std::numeric_limits<std::int64_t>::max() || *micros == -std::numeric_limits<std::int64_t>::max();
  return odd(step, infinite ? "infinity" : odd_day(seconds / 86400));
}

void DuckdbRows::no_currency(const Step& step) {
  const Problem problem = currency_problem(
      {row_number_, columns_[static_cast<std::size_t>(step.column)], {}, rows::Dialect::duckdb}, columns_, *step.currency);
  database_->fail(problem.what, problem.hint);
}

void DuckdbRows::read_row() {
  for (const Step& step : steps_) {
    const Vector& vector = of(step);
    step.cell->null = vector.validity != nullptr && (vector.validity[row_in_chunk_ / 64] >> (row_in_chunk_ % 64) & 1U) == 0;
    if (!step.cell->null) read_cell(*this, currencies_, step);
  }
}

void DuckdbRows::misfit(const Step& step) { misfit(step, type_words(foreign_type(of(step).type))); }

void DuckdbRows::misfit(const Step& step, std::string_view found) {
  const Problem problem =
      misfit_problem({row_number_, columns_[static_cast<std::size_t>(step.column)], found, rows::Dialect::duckdb});
  database_->fail(problem.what, problem.hint);
}

}  // namespace reportctl::source
