// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/rows.hpp"

#include <fmt/format.h>

#include <chrono>

namespace reportctl::source {
namespace {

constexpr std::size_t kLongestNumber = 96;  ///< 65 digits, a sign and a point, with room

/// nullopt: no such day, as 0000-00-00.
std::optional<std::int64_t> day_number(const MYSQL_TIME& time) {
  const std::chrono::year_month_day day{std::chrono::year{static_cast<int>(time.year)}, std::chrono::month{time.month},
                                        std::chrono::day{time.day}};
  if (time.year == 0 || !day.ok()) return std::nullopt;
  return std::chrono::sys_days{day}.time_since_epoch().count();
}

std::string_view odd_day(const MYSQL_TIME& time) {
  return time.year == 0 && time.month == 0 && time.day == 0 ? "a zero date (0000-00-00)" : "a date that does not exist";
}

}  // namespace

MariadbRows::MariadbRows(std::shared_ptr<MariadbConnection> connection, std::vector<MariadbField> fields, rows::Columns columns)
    : EngineRows(connection, std::move(columns), untyped_reader(connection->settings().forms.usual)),
      fields_(std::move(fields)),
      places_(fields_.size()),
      binds_(fields_.size()) {
  bind();
}

void MariadbRows::bind() {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    Place& place = places_[i];
    MYSQL_BIND& bind = binds_[i];
    bind.length = &place.length;
    bind.is_null = &place.null;
    bind.error = &place.cut;
    bind.is_unsigned = fields_[i].is_unsigned ? 1 : 0;
    const auto into = [&](enum_field_types type, void* buffer) {
      bind.buffer_type = type;
      bind.buffer = buffer;
    };
    const auto as_text = [&](enum_field_types type, std::size_t size) {
      place.bytes.resize(size);
      into(type, place.bytes.data());
      bind.buffer_length = size;
    };
    switch (fields_[i].foreign) {
      case ForeignType::integer:
        if (fields_[i].type == MYSQL_TYPE_BIT)
          as_text(MYSQL_TYPE_BLOB, kLongestNumber);
        else
          into(MYSQL_TYPE_LONGLONG, &place.number);
        break;
      case ForeignType::real:
        if (fields_[i].type == MYSQL_TYPE_FLOAT)
          into(MYSQL_TYPE_FLOAT, &place.small_real);
        else
          into(MYSQL_TYPE_DOUBLE, &place.real);
        break;
      case ForeignType::date:
      case ForeignType::timestamp:
      case ForeignType::instant:
        into(MYSQL_TYPE_DATETIME, &place.time);
        break;
      default:
        as_text(fields_[i].foreign == ForeignType::text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB, kLongestNumber);
        if (fields_[i].foreign == ForeignType::decimal) bind.buffer_type = MYSQL_TYPE_STRING;
        break;
    }
  }
  connection_->bind(binds_);
}

const rows::Row* MariadbRows::next() { return advance(); }

void MariadbRows::read_row() {
  bool grown = false;
  for (std::size_t i = 0; i < places_.size(); ++i) {
    Place& place = places_[i];
    if (place.null != 0 || place.length <= place.bytes.size() || place.bytes.empty()) continue;
    place.bytes.resize(place.length);
    binds_[i].buffer = place.bytes.data();
    binds_[i].buffer_length = place.length;
    connection_->fetch_column(binds_[i], static_cast<unsigned>(i));
    grown = true;
  }
  EngineRows::read_row();
  if (grown) connection_->bind(binds_);  // for the next row; the bytes of this one stay where they are
}

std::string_view MariadbRows::bytes_of(const Step& step) const {
  return std::string_view(place(step).bytes).substr(0, place(step).length);
}

/// BIT has bytes, the highest first.
std::string_view MariadbRows::digits_of(const Step& step) {
  if (type_of(step) == ForeignType::decimal) return bytes_of(step);
  Place& own = places_[index(step)];
  auto number = static_cast<std::uint64_t>(own.number);
  if (field(step).type == MYSQL_TYPE_BIT) {
    number = 0;
    for (const char byte : bytes_of(step)) number = number << 8U | static_cast<unsigned char>(byte);
    own.digits = std::to_string(number);
  } else {
    own.digits = field(step).is_unsigned ? std::to_string(number) : std::to_string(own.number);
  }
  return own.digits;
}

double MariadbRows::real_of(const Step& step) const {
  return field(step).type == MYSQL_TYPE_FLOAT ? as_written(place(step).small_real) : place(step).real;
}

std::optional<std::int64_t> MariadbRows::whole_of(const Step& step) {
  const MariadbField& of = field(step);
  if (of.foreign == ForeignType::integer && !of.is_unsigned && of.type != MYSQL_TYPE_BIT) return place(step).number;
  return EngineRows::whole_of(step);
}

std::int64_t MariadbRows::date_of(const Step& step) {
  const auto day = day_number(place(step).time);
  return day ? *day : odd(step, odd_day(place(step).time));
}

/// What the source's declaration makes an instant of.
std::optional<std::int64_t> MariadbRows::untyped_micros(const Step& step) {
  if (type_of(step) != ForeignType::timestamp && type_of(step) != ForeignType::instant) return counted_micros(step);
  if (instants_.form().kind != rows::InstantKind::sql_text) misfit(step);
  const MYSQL_TIME& time = place(step).time;
  return instants_.micros(
      fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", time.year, time.month, time.day, time.hour, time.minute, time.second));
}

std::int64_t MariadbRows::moment_of(const Step& step) {
  const MariadbField& of = field(step);
  const MYSQL_TIME& time = place(step).time;
  const bool is_time = of.foreign == ForeignType::instant || of.foreign == ForeignType::timestamp;
  const auto day = is_time ? day_number(time) : std::nullopt;
  if (is_time && !day) return odd(step, odd_day(time));
  // A DATETIME is in the usual form of the source; TIMESTAMP, and what is made of moments where that is the usual form, is in
  // UTC.
  const bool is_utc = of.foreign == ForeignType::instant &&
                      (of.type == MYSQL_TYPE_TIMESTAMP || instants_.form().kind != rows::InstantKind::sql_text);
  if (is_utc) return *day * 86400 + time.hour * 3600 + time.minute * 60 + time.second;
  const auto micros = untyped_micros(step);
  if (!micros) misfit(step, "a number too large");
  return whole_seconds(*micros, kMicros);
}

}  // namespace reportctl::source
