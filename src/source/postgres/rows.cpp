// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/rows.hpp"

#include <fmt/format.h>

#include <charconv>

#include "postgres/policies.hpp"
#include "postgres/types.hpp"
#include "postgres/words.hpp"
#include "read_cell.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

bool is_text(Oid type) { return type == kText || type == kVarchar || type == kBpchar; }
/// What a number or a time is called that no cell can hold.
std::string_view odd_value(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text == "NaN") return "NaN";
  if (text == "infinity" || text == "Infinity") return "infinity";
  if (text.ends_with(" BC")) return "a date before the year 1";
  return {};
}

constexpr std::string_view kFarYear = "a year beyond 9999";

/// As the server writes it.
bool has_text(Oid type) {
  const ForeignType foreign = foreign_type(type);
  return foreign == ForeignType::text || foreign == ForeignType::written || foreign == ForeignType::integer;
}
bool is_integer(Oid type) { return type == kInt8 || type == kInt4 || type == kInt2; }

}  // namespace

PostgresRows::PostgresRows(std::shared_ptr<PostgresConnection> connection, std::vector<Oid> types, rows::Columns columns)
    : connection_(std::move(connection)),
      types_(std::move(types)),
      columns_(std::move(columns)),
      cells_(columns_.size()),
      steps_(steps_for(columns_, cells_)),
      row_(cells_),
      currencies_(connection_->settings().forms.currencies),
      undeclared_(untyped_reader(connection_->settings().forms.usual)) {}

void PostgresRows::close() noexcept {
  if (connection_ == nullptr) return;
  result_.reset();
  connection_->end();
  connection_.reset();
}

const rows::Row* PostgresRows::next() {
  if (connection_ == nullptr) return nullptr;
  try {
    result_ = connection_->next_result();
    if (pq().PQresultStatus(result_.get()) == PGRES_SINGLE_TUPLE) {
      ++row_number_;
      read_row();
      return &row_;
    }
    if (row_number_ == 0) warn_of_hidden_rows();
  } catch (...) {
    close();
    throw;
  }
  close();
  return nullptr;
}

/// No rows may mean that row-level security hides all of them: a table that takes space, and shows this login nothing. A policy
/// may fail or look through the whole table: neither ends a run that has its answer, nor takes long.
void PostgresRows::warn_of_hidden_rows() try {
  connection_->finish_results();
  std::vector<std::string> hidden;
  for (const GuardedTable& table : guarded_tables(*connection_, 1))
    if (table.shown == 0) hidden.push_back(table.name);
  if (!hidden.empty())
    log(LogLevel::warning,
        fmt::format(
            "source {}: the report has no rows, and row-level security hides every row of {} from this login; if there should be "
            "some, set what its policies ask for, as in ?options=-capp.tenant%3Dacme",
            connection_->settings().name, join(hidden, ", ")));
} catch (const Error& error) {
  if (error.kind() != ErrorKind::source) throw;
}

inline std::string_view PostgresRows::text_of(const Step& step, std::string_view value) {
  if (!has_text(type_of(step))) misfit(step);
  // The padding of char(n) is no part of the value: the server itself leaves it out when it compares, joins and makes text.
  if (type_of(step) == kBpchar) value = value.substr(0, value.find_last_not_of(' ') + 1);
  const TextFault fault = check_text(value);  // a database in SQL_ASCII promises nothing
  if (fault != TextFault::none) misfit(step, "bytes that are not UTF-8");
  return value;
}

/// Of a value that no cell holds: an empty cell, where the module says so. `else_found`: what it is if it is not one of these.
std::int64_t PostgresRows::odd(const Step& step, std::string_view value, std::string_view else_found) {
  const std::string_view words = odd_value(value);
  const bool odd = !words.empty() || else_found == kFarYear;
  if (!odd || !columns_[static_cast<std::size_t>(step.column)].empty_odd) misfit(step, words.empty() ? else_found : words);
  step.cell->null = true;
  return 0;
}

inline std::int64_t PostgresRows::integer_of(const Step& step, std::string_view value) {
  if (!is_integer(type_of(step)) && type_of(step) != kNumeric) misfit(step);
  const auto number = whole_number(value);
  return number ? *number : odd(step, value, "a real number or one too large");
}

inline std::int64_t PostgresRows::boolean_of(const Step& step, std::string_view value) {
  const Oid type = type_of(step);
  if (type == kBool) return value == "t" ? 1 : 0;
  if (!is_integer(type) && !is_text(type)) misfit(step);
  if (type == kBpchar) value = value.substr(0, value.find_last_not_of(' ') + 1);
  const auto& settings = connection_->settings();
  if (const auto truth = truth_of(value, settings.forms.usual_boolean, is_text(type))) return *truth;
  const Problem problem = boolean_problem(settings.name, place_of(step), value, settings.forms.usual_boolean);
  connection_->fail(problem.what, problem.hint);
}

inline std::int64_t PostgresRows::scaled_of(const Step& step, std::string_view value) {
  const Oid type = type_of(step);
  std::optional<std::int64_t> number;
  if (type == kFloat8 || type == kFloat4) {
    number = scaled_real(value, step.scale);
  } else if (type == kNumeric || is_integer(type) || is_text(type)) {
    number = scaled(value, step.scale);
    if (!number && is_text(type)) misfit(step, "other text");
  } else {
    misfit(step);
  }
  return number ? *number : odd(step, value, "a number too large");
}

inline std::int64_t PostgresRows::day_of(const Step& step, std::string_view value) {
  const bool text = is_text(type_of(step));
  if (!text && type_of(step) != kDate) misfit(step);
  const auto day = times_.day(value);
  return day ? *day : odd(step, value, text ? "other text" : kFarYear);
}

/// What the source's declaration makes an instant of.
std::optional<std::int64_t> PostgresRows::untyped_instant(const Step& step, std::string_view value) {
  const Oid type = type_of(step);
  std::optional<std::int64_t> micros;
  if (undeclared_.form().kind == rows::InstantKind::sql_text) {
    if (type != kTimestamp) misfit(step);
    micros = undeclared_.micros(value);
  } else if (undeclared_.form().facts().units > 0 && (is_integer(type) || type == kNumeric || type == kFloat8)) {
    if (const auto whole = whole_number(value)) {
      micros = undeclared_.micros(*whole);
    } else if (double real = 0; std::from_chars(value.data(), value.data() + value.size(), real).ec == std::errc()) {
      micros = undeclared_.micros(real);
    }
  } else {
    misfit(step);
  }
  if (!micros) return std::nullopt;
  return (*micros - (*micros < 0 ? 999999 : 0)) / 1000000;
}

inline std::int64_t PostgresRows::instant_of(const Step& step, std::string_view value) {
  const Oid type = type_of(step);
  const auto instant = type == kTimestamptz ? times_.spaced_instant(value)
                       : is_text(type)      ? times_.instant(value)
                                            : untyped_instant(step, value);
  return instant ? *instant : odd(step, value, is_text(type) ? "other text" : kFarYear);
}

bool PostgresRows::has_fraction(const Step&, std::string_view value) { return value.find('.') != std::string_view::npos; }

void PostgresRows::read_row() {
  const Pq& api = pq();
  const PGresult* const result = result_.get();
  for (const Step& step : steps_) {
    const int length = api.PQgetlength(result, 0, step.column);
    step.cell->null = length == 0 && api.PQgetisnull(result, 0, step.column) != 0;
    if (!step.cell->null)
      read_cell(*this, currencies_, step,
                std::string_view(api.PQgetvalue(result, 0, step.column), static_cast<std::size_t>(length)));
  }
}

std::string PostgresRows::place_of(const Step& step) const {
  return fmt::format("row {}, column {}", row_number_, columns_[static_cast<std::size_t>(step.column)].name);
}

void PostgresRows::misfit(const Step& step) { misfit(step, type_words(foreign_type(type_of(step)))); }

void PostgresRows::misfit(const Step& step, std::string_view found) {
  const Problem problem =
      misfit_problem({row_number_, columns_[static_cast<std::size_t>(step.column)], found, rows::Dialect::postgresql});
  connection_->fail(problem.what, problem.hint);
}

void PostgresRows::no_currency(const Step& step) {
  const Problem problem = currency_problem(
      {row_number_, columns_[static_cast<std::size_t>(step.column)], {}, rows::Dialect::postgresql}, columns_, *step.currency);
  connection_->fail(problem.what, problem.hint);
}

}  // namespace reportctl::source
