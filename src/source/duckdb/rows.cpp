// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "duckdb/rows.hpp"

#include <fmt/format.h>

#include <array>
#include <cstring>
#include <limits>

#include "duckdb/words.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

constexpr std::int64_t kFirstDay = -719162;  ///< 0001-01-01
constexpr std::int64_t kLastDay = 2932896;   ///< 9999-12-31

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

bool holds(std::int64_t seconds) { return seconds >= kFirstDay * 86400 && seconds < (kLastDay + 1) * 86400; }

std::string written_digits(__int128 value) {
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
    : EngineRows(database, std::move(columns), untyped_reader(database->settings().forms.usual)),
      result_(result),
      written_(columns_.size()) {
  try {
    describe();
  } catch (...) {  // a destructor does not follow
    close();
    throw;
  }
}

void DuckdbRows::describe() {
  const DuckdbApi& api = connection_->api();
  std::vector<std::string> names;
  for (idx_t i = 0; i < api.column_count(&result_); ++i) names.emplace_back(api.column_name(&result_, i));
  if (const auto problem = column_problem(names, columns_)) connection_->fail(*problem);
  for (idx_t i = 0; i < columns_.size(); ++i) {
    Vector vector;
    vector.type = api.column_type(&result_, i);
    vector.foreign = foreign_type(vector.type);
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

void DuckdbRows::release() noexcept {
  const DuckdbApi& api = connection_->api();
  if (chunk_ != nullptr) api.destroy_data_chunk(&chunk_);
  api.destroy_result(&result_);
}

const rows::Row* DuckdbRows::next() { return advance(); }

bool DuckdbRows::fetch() {
  if (row_in_chunk_ + 1 >= chunk_size_) return next_chunk();
  ++row_in_chunk_;
  return true;
}

bool DuckdbRows::next_chunk() {
  const DuckdbApi& api = connection_->api();
  do {
    if (chunk_ != nullptr) api.destroy_data_chunk(&chunk_);
    connection_->wait_for_rows(true);
    chunk_ = api.fetch_chunk(result_);
    connection_->wait_for_rows(false);
    connection_->throw_if_cut();
    if (chunk_ == nullptr) {
      // Both the end and a failure.
      const char* const error = api.result_error(&result_);
      if (error != nullptr && *error != '\0') connection_->fail_with(error);
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

std::optional<__int128> DuckdbRows::exact_of(const Vector& vector) const {
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
  if (vector.type == duckdb_enum) return vector.words[static_cast<std::size_t>(exact_of(vector).value_or(0))];
  struct Text {
    std::uint32_t size;
    char start[4];
    const char* rest;
  };
  constexpr std::uint32_t kInline = 12;
  const Text& text = at<Text>(vector);
  return {text.size <= kInline ? text.start : text.rest, text.size};
}

bool DuckdbRows::locate(const Step& step) const {
  const std::uint64_t* const valid = of(step).validity;
  return valid == nullptr || (valid[row_in_chunk_ / 64] >> (row_in_chunk_ % 64) & 1U) != 0;
}

std::string_view DuckdbRows::bytes_of(const Step& step) {
  const Vector& vector = of(step);
  if (vector.type != duckdb_uuid) return text_in(vector);
  return written_[index(step)] = uuid_text(at<__int128>(vector));
}

std::string_view DuckdbRows::digits_of(const Step& step) {
  const auto whole = exact_of(of(step));
  if (!whole) misfit(step);
  return written_[index(step)] = written_digits(*whole);
}

double DuckdbRows::real_of(const Step& step) const {
  const Vector& vector = of(step);
  return vector.type == duckdb_double ? at<double>(vector) : as_written(at<float>(vector));
}

std::optional<std::int64_t> DuckdbRows::whole_of(const Step& step) const {
  const auto digits = exact_of(of(step));
  return digits ? whole_number(*digits, of(step).places) : std::nullopt;
}

std::optional<std::int64_t> DuckdbRows::scaled_exact_of(const Step& step) const {
  const auto digits = exact_of(of(step));
  return digits ? rescaled(*digits, of(step).places, step.scale) : std::nullopt;
}

std::int64_t DuckdbRows::date_of(const Step& step) {
  const std::int64_t day = at<std::int32_t>(of(step));
  return day >= kFirstDay && day <= kLastDay ? day : odd(step, odd_day(day));
}

/// What the source's declaration makes an instant of.
std::optional<std::int64_t> DuckdbRows::untyped_micros(const Step& step) {
  const Vector& vector = of(step);
  if (instants_.form().kind == rows::InstantKind::sql_text && vector.foreign == ForeignType::timestamp) {
    const std::int64_t micros = micros_of(vector.type, at<std::int64_t>(vector));
    const std::int64_t seconds = whole_seconds(micros, kMicros);
    if (!holds(seconds)) return micros;
    return instants_.micros(format_utc(Instant{std::chrono::seconds{seconds}}).substr(0, 19));
  }
  if (instants_.form().facts().units > 0) {
    if (vector.type == duckdb_float) return instants_.micros(double{at<float>(vector)});
    if (vector.type == duckdb_decimal) misfit(step);
  }
  return counted_micros(step);
}

std::int64_t DuckdbRows::moment_of(const Step& step) {
  const Vector& vector = of(step);
  const auto micros = vector.type == duckdb_timestamp_tz ? std::optional(at<std::int64_t>(vector)) : untyped_micros(step);
  if (!micros) misfit(step, "a number too large");
  const std::int64_t seconds = whole_seconds(*micros, kMicros);
  if (holds(seconds)) return seconds;
  const bool infinite =
      *micros == std::numeric_limits<std::int64_t>::max() || *micros == -std::numeric_limits<std::int64_t>::max();
  return odd(step, infinite ? "infinity" : odd_day(seconds / 86400));
}

}  // namespace reportctl::source
