// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "mariadb/rows.hpp"

#include <fmt/format.h>

#include <chrono>

#include "read_cell.hpp"
#include "reportctl/base/text.hpp"

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
    : connection_(std::move(connection)),
      fields_(std::move(fields)),
      columns_(std::move(columns)),
      places_(fields_.size()),
      binds_(fields_.size()),
      cells_(columns_.size()),
      steps_(steps_for(columns_, cells_)),
      row_(cells_),
      currencies_(connection_->settings().forms.currencies),
      undeclared_(untyped_reader(connection_->settings().forms.usual)) {
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

void MariadbRows::close() noexcept {
  if (connection_ == nullptr) return;
  connection_->end();
  connection_.reset();
}

const rows::Row* MariadbRows::next() {
  if (connection_ == nullptr) return nullptr;
  try {
    if (connection_->fetch()) {
      ++row_number_;
      read_row();
      return &row_;
    }
  } catch (...) {
    close();
    throw;
  }
  close();
  return nullptr;
}

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
  for (const Step& step : steps_) {
    step.cell->null = place(step).null != 0 || field(step).type == MYSQL_TYPE_NULL;
    if (!step.cell->null) read_cell(*this, currencies_, step);
  }
  if (grown) connection_->bind(binds_);  // for the next row; the bytes of this one stay where they are
}

std::string_view MariadbRows::bytes_of(const Step& step) const {
  return std::string_view(place(step).bytes).substr(0, place(step).length);
}

/// Of a whole number: BIT has bytes, the highest first.
std::string_view MariadbRows::digits_of(const Step& step) {
  Place& own = places_[static_cast<std::size_t>(step.column)];
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

std::int64_t MariadbRows::odd(const Step& step, std::string_view words) {
  if (!column(step).empty_odd) misfit(step, words);
  step.cell->null = true;
  return 0;
}

std::string_view MariadbRows::text_of(const Step& step) {
  if (field(step).foreign == ForeignType::integer) return digits_of(step);
  if (field(step).foreign != ForeignType::text) misfit(step);
  const std::string_view text = bytes_of(step);
  const TextFault fault = check_text(text);
  if (fault != TextFault::none) misfit(step, fault == TextFault::nul ? "text with a NUL character" : "bytes that are not UTF-8");
  return text;
}

std::int64_t MariadbRows::integer_of(const Step& step) {
  const ForeignType type = field(step).foreign;
  if (type != ForeignType::integer && type != ForeignType::decimal) misfit(step);
  if (type == ForeignType::integer && !field(step).is_unsigned && field(step).type != MYSQL_TYPE_BIT) return place(step).number;
  const auto number = whole_number(type == ForeignType::integer ? digits_of(step) : bytes_of(step));
  if (!number) misfit(step, "a real number or one too large");
  return *number;
}

bool MariadbRows::has_fraction(const Step& step) const {
  return field(step).foreign == ForeignType::decimal && bytes_of(step).find('.') != std::string_view::npos;
}

std::int64_t MariadbRows::boolean_of(const Step& step) {
  const bool text = field(step).foreign == ForeignType::text;
  if (!text && field(step).foreign != ForeignType::integer) misfit(step);
  const std::string_view value = text ? bytes_of(step) : digits_of(step);
  const auto& settings = connection_->settings();
  if (const auto truth = truth_of(value, settings.forms.usual_boolean, text)) return *truth;
  const auto where = fmt::format("row {}, column {}", row_number_, column(step).name);
  const Problem problem = boolean_problem(settings.name, where, value, settings.forms.usual_boolean);
  connection_->fail(problem.what, problem.hint);
}

std::int64_t MariadbRows::scaled_of(const Step& step) {
  std::optional<std::int64_t> number;
  switch (field(step).foreign) {
    case ForeignType::integer:
      number = scaled(digits_of(step), step.scale);
      break;
    case ForeignType::decimal:
      number = scaled(bytes_of(step), step.scale);
      break;
    case ForeignType::real:
      number = scaled(field(step).type == MYSQL_TYPE_FLOAT ? as_written(place(step).small_real) : place(step).real, step.scale);
      break;
    case ForeignType::text:
      number = scaled(bytes_of(step), step.scale);
      if (!number) misfit(step, "other text");
      break;
    default:
      misfit(step);
  }
  if (!number) misfit(step, "a number too large");
  return *number;
}

std::int64_t MariadbRows::day_of(const Step& step) {
  if (field(step).foreign == ForeignType::date) {
    const auto day = day_number(place(step).time);
    return day ? *day : odd(step, odd_day(place(step).time));
  }
  if (field(step).foreign != ForeignType::text) misfit(step);
  const auto day = times_.day(bytes_of(step));
  if (!day) misfit(step, "other text");
  return *day;
}

/// What the source's declaration makes an instant of, in microseconds.
std::optional<std::int64_t> MariadbRows::untyped_instant(const Step& step) {
  const ForeignType type = field(step).foreign;
  if (type == ForeignType::timestamp || type == ForeignType::instant) {
    const MYSQL_TIME& time = place(step).time;
    if (undeclared_.form().kind != rows::InstantKind::sql_text) misfit(step);
    return undeclared_.micros(
        fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", time.year, time.month, time.day, time.hour, time.minute, time.second));
  }
  if (undeclared_.form().facts().units == 0) misfit(step);
  if (type == ForeignType::real) return undeclared_.micros(place(step).real);
  if (type != ForeignType::integer && type != ForeignType::decimal) misfit(step);
  const auto whole = whole_number(type == ForeignType::integer ? digits_of(step) : bytes_of(step));
  return whole ? undeclared_.micros(*whole) : std::nullopt;
}

std::int64_t MariadbRows::instant_of(const Step& step) {
  const MariadbField& of = field(step);
  if (of.foreign == ForeignType::text) {
    const auto instant = times_.instant(bytes_of(step));
    if (!instant) misfit(step, "other text");
    return *instant;
  }
  const MYSQL_TIME& time = place(step).time;
  const bool is_time = of.foreign == ForeignType::instant || of.foreign == ForeignType::timestamp;
  const auto day = is_time ? day_number(time) : std::nullopt;
  if (is_time && !day) return odd(step, odd_day(time));
  // A DATETIME is in the usual form of the source; TIMESTAMP, and what is made of moments where that is the usual form, is in
  // UTC.
  const bool is_utc = of.foreign == ForeignType::instant &&
                      (of.type == MYSQL_TYPE_TIMESTAMP || undeclared_.form().kind != rows::InstantKind::sql_text);
  if (is_utc) return *day * 86400 + time.hour * 3600 + time.minute * 60 + time.second;
  const auto micros = untyped_instant(step);
  if (!micros) misfit(step, "a number too large");
  return (*micros - (*micros < 0 ? 999999 : 0)) / 1000000;
}

void MariadbRows::misfit(const Step& step) { misfit(step, type_words(field(step).foreign)); }

void MariadbRows::misfit(const Step& step, std::string_view found) {
  const Problem problem = misfit_problem({row_number_, column(step), found, rows::Dialect::mariadb});
  connection_->fail(problem.what, problem.hint);
}

void MariadbRows::no_currency(const Step& step) {
  const Problem problem = currency_problem({row_number_, column(step), {}, rows::Dialect::mariadb}, columns_, *step.currency);
  connection_->fail(problem.what, problem.hint);
}

}  // namespace reportctl::source
