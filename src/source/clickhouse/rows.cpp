// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "clickhouse/rows.hpp"

#include <fmt/format.h>

#include <cmath>

#include "read_cell.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

using Kind = ClickhouseType::Kind;

constexpr std::size_t kWord = 8;

/// Towards the past: a fraction of a second before 1970 lies in the second that it is in.
std::int64_t whole_seconds(std::int64_t count, int scale) {
  std::int64_t unit = 1;
  for (int i = 0; i < scale; ++i) unit *= 10;
  return count / unit - (count % unit < 0 ? 1 : 0);
}

}  // namespace

ClickhouseRows::ClickhouseRows(std::shared_ptr<ClickhouseConnection> connection, rows::Columns columns)
    : connection_(std::move(connection)),
      answer_(*connection_),
      columns_(std::move(columns)),
      digits_(columns_.size()),
      written_(columns_.size()),
      cells_(columns_.size()),
      steps_(steps_for(columns_, cells_)),
      row_(cells_),
      currencies_(connection_->settings().forms.currencies),
      undeclared_(untyped_reader(connection_->settings().forms.usual)) {
  if (const auto problem = column_problem(answer_.names(), columns_)) connection_->fail(problem->what, problem->hint);
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (const ClickhouseType& type = answer_.types()[i]; type.kind == Kind::other)
      connection_->fail(fmt::format("column {} is of type {}, which no report can read", columns_[i].name, visible(type.written)),
                        "write CAST(x AS …), or give both sides of a CASE the same type");
}

void ClickhouseRows::close() noexcept {
  if (connection_ == nullptr) return;
  connection_->end();
  connection_.reset();
}

const rows::Row* ClickhouseRows::next() {
  if (connection_ == nullptr) return nullptr;
  try {
    if (answer_.next()) {
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

void ClickhouseRows::read_row() {
  for (const Step& step : steps_) {
    step.cell->null = place(step).null;
    if (!step.cell->null) read_cell(*this, currencies_, step);
  }
}

std::string_view ClickhouseRows::digits_of(const Step& step) {
  return number_text(type(step), place(step), digits_[static_cast<std::size_t>(step.column)]);
}

std::string_view ClickhouseRows::bytes_of(const Step& step) {
  const std::string_view bytes(place(step).data, place(step).size);
  if (type(step).kind == Kind::text) return bytes;
  if (type(step).kind == Kind::fixed_text) return bytes.substr(0, bytes.find_last_not_of('\0') + 1);  // filled up with NULs
  std::string& written = written_[static_cast<std::size_t>(step.column)];
  written = written_text(type(step), place(step));
  return written;
}

double ClickhouseRows::real_of(const Step& step) const {
  return place(step).size == sizeof(float) ? as_written(loaded<float>(place(step).data)) : loaded<double>(place(step).data);
}

std::string_view ClickhouseRows::text_of(const Step& step) {
  const ForeignType foreign = type(step).foreign();
  if (foreign == ForeignType::integer) return digits_of(step);
  if (foreign != ForeignType::text && foreign != ForeignType::written) misfit(step);
  const std::string_view text = bytes_of(step);
  const TextFault fault = check_text(text);
  if (fault != TextFault::none) misfit(step, fault == TextFault::nul ? "text with a NUL character" : "bytes that are not UTF-8");
  return text;
}

std::int64_t ClickhouseRows::integer_of(const Step& step) {
  const ClickhouseType& of = type(step);
  if (of.kind != Kind::integer && of.kind != Kind::decimal) misfit(step);
  if (of.kind == Kind::integer && (of.size < kWord || (of.size == kWord && of.is_signed))) return small_integer(of, place(step));
  const auto number = whole_number(digits_of(step));
  if (!number) misfit(step, "a real number or one too large");
  return *number;
}

bool ClickhouseRows::has_fraction(const Step& step) const { return type(step).kind == Kind::decimal && type(step).scale > 0; }

std::int64_t ClickhouseRows::boolean_of(const Step& step) {
  const ForeignType foreign = type(step).foreign();
  if (foreign == ForeignType::boolean) return *place(step).data != '\0' ? 1 : 0;
  const bool text = foreign == ForeignType::text;
  if (!text && foreign != ForeignType::integer) misfit(step);
  const std::string_view value = text ? bytes_of(step) : digits_of(step);
  const auto& settings = connection_->settings();
  if (const auto truth = truth_of(value, settings.forms.usual_boolean, text)) return *truth;
  const auto where = fmt::format("row {}, column {}", row_number_, column(step).name);
  const Problem problem = boolean_problem(settings.name, where, value, settings.forms.usual_boolean);
  connection_->fail(problem.what, problem.hint);
}

std::int64_t ClickhouseRows::scaled_of(const Step& step) {
  std::optional<std::int64_t> number;
  switch (type(step).foreign()) {
    case ForeignType::integer:
    case ForeignType::decimal:
      number = scaled(digits_of(step), step.scale);
      break;
    case ForeignType::real:
      if (const double value = real_of(step); !std::isfinite(value)) return odd(step, std::isnan(value) ? "NaN" : "infinity");
      number = scaled(real_of(step), step.scale);
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

std::int64_t ClickhouseRows::day_of(const Step& step) {
  if (type(step).kind == Kind::date) return small_integer(type(step), place(step));
  if (type(step).foreign() != ForeignType::text) misfit(step);
  const auto day = times_.day(bytes_of(step));
  if (!day) misfit(step, "other text");
  return *day;
}

/// What the source's declaration makes an instant of.
std::int64_t ClickhouseRows::untyped_instant(const Step& step) {
  const ForeignType foreign = type(step).foreign();
  if (undeclared_.form().facts().units == 0) misfit(step);
  std::optional<std::int64_t> micros;
  if (foreign == ForeignType::real) {
    micros = undeclared_.micros(real_of(step));
  } else if (foreign == ForeignType::integer || foreign == ForeignType::decimal) {
    const auto whole = whole_number(digits_of(step));
    micros = whole ? undeclared_.micros(*whole) : std::nullopt;
  } else {
    misfit(step);
  }
  if (!micros) misfit(step, "a number too large");
  return whole_seconds(*micros, 6);
}

std::int64_t ClickhouseRows::instant_of(const Step& step) {
  const ClickhouseType& of = type(step);
  if (of.kind == Kind::date_time) return whole_seconds(small_integer(of, place(step)), of.scale);
  if (of.foreign() != ForeignType::text) return untyped_instant(step);
  const auto instant = times_.instant(bytes_of(step));
  if (!instant) misfit(step, "other text");
  return *instant;
}

std::int64_t ClickhouseRows::odd(const Step& step, std::string_view words) {
  if (!column(step).empty_odd) misfit(step, words);
  step.cell->null = true;
  return 0;
}

void ClickhouseRows::misfit(const Step& step) { misfit(step, type_words(type(step).foreign())); }

void ClickhouseRows::misfit(const Step& step, std::string_view found) {
  const Problem problem = misfit_problem({row_number_, column(step), found, rows::Dialect::clickhouse});
  connection_->fail(problem.what, problem.hint);
}

void ClickhouseRows::no_currency(const Step& step) {
  const Problem problem = currency_problem({row_number_, column(step), {}, rows::Dialect::clickhouse}, columns_, *step.currency);
  connection_->fail(problem.what, problem.hint);
}

}  // namespace reportctl::source
