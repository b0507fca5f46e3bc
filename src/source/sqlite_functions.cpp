// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sqlite_functions.hpp"

#include <array>
#include <chrono>

#include "reportctl/base/error.hpp"

namespace reportctl::source {
namespace {

constexpr const char* kLocalDate = "rc_local_date";
constexpr const char* kLocalTimestamp = "rc_local_timestamp";
constexpr const char* kSecondsBetween = "rc_seconds_between";

bool is_null(sqlite3_value* value) { return sqlite3_value_type(value) == SQLITE_NULL; }

std::optional<std::string_view> text_of(sqlite3_value* value) {
  if (sqlite3_value_type(value) != SQLITE_TEXT) return std::nullopt;
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
  if (text == nullptr) return std::nullopt;
  return std::string_view(text, static_cast<std::size_t>(sqlite3_value_bytes(value)));
}

std::optional<std::int64_t> instant_of(sqlite3_value* value, TimeReader& reader) {
  const auto text = text_of(value);
  return text ? reader.instant(*text) : std::nullopt;
}

}  // namespace

int SqliteFunctions::add_to(sqlite3* connection) {
  constexpr int kFlags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
  int code = sqlite3_create_function_v2(connection, kLocalDate, 2, kFlags, &date_, local, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_create_function_v2(connection, kLocalTimestamp, 2, kFlags, &timestamp_, local, nullptr, nullptr, nullptr);
  if (code == SQLITE_OK)
    code = sqlite3_create_function_v2(connection, kSecondsBetween, 2, kFlags, this, seconds_between, nullptr, nullptr, nullptr);
  return code;
}

bool SqliteFunctions::has(std::string_view name) {
  return name == kLocalDate || name == kLocalTimestamp || name == kSecondsBetween;
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

void SqliteFunctions::local(sqlite3_context* context, int, sqlite3_value** values) {
  const auto& self = *static_cast<Local*>(sqlite3_user_data(context));
  if (is_null(values[0])) return sqlite3_result_null(context);
  const auto instant = instant_of(values[0], self.functions->reader_);
  if (!instant) return sqlite3_result_error(context, "expected a UTC timestamp such as 2026-03-17T06:00:00Z", -1);
  try {
    const auto zone = text_of(values[1]);
    ZonedFormatter* formatter = zone ? self.functions->formatter_of(*zone) : nullptr;
    if (formatter == nullptr) return sqlite3_result_error(context, "there is no such time zone", -1);
    std::array<char, ZonedFormatter::kMaxSize> text;
    formatter->write(Instant{std::chrono::seconds{*instant}}, text.data());
    sqlite3_result_text(context, text.data(), self.length, SQLITE_TRANSIENT);
  } catch (const std::exception& error) {  // nothing may pass through SQLite's C frames
    sqlite3_result_error(context, error.what(), -1);
  }
}

void SqliteFunctions::seconds_between(sqlite3_context* context, int, sqlite3_value** values) {
  auto& self = *static_cast<SqliteFunctions*>(sqlite3_user_data(context));
  if (is_null(values[0]) || is_null(values[1])) return sqlite3_result_null(context);
  const auto from = instant_of(values[0], self.reader_);
  const auto to = instant_of(values[1], self.reader_);
  if (!from || !to) return sqlite3_result_error(context, "seconds were counted between values that are no instants", -1);
  sqlite3_result_int64(context, *to - *from);
}

}  // namespace reportctl::source
