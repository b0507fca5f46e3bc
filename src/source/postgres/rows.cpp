// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "postgres/rows.hpp"

#include <fmt/format.h>

#include <charconv>

#include "postgres/policies.hpp"
#include "postgres/types.hpp"
#include "postgres/words.hpp"
#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::source {
namespace {

/// What a number or a time is called that no cell can hold.
std::string_view odd_value(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text == "NaN") return "NaN";
  if (text == "infinity" || text == "Infinity") return "infinity";
  if (text.ends_with(" BC")) return "a date before the year 1";
  return {};
}

constexpr std::string_view kFarYear = "a year beyond 9999";

}  // namespace

PostgresRows::PostgresRows(std::shared_ptr<PostgresConnection> connection, std::vector<Oid> types, rows::Columns columns)
    : EngineRows(connection, std::move(columns), untyped_reader(connection->settings().forms.usual)), types_(std::move(types)) {
  for (const Oid type : types_) foreign_.push_back(foreign_type(type));
}

const rows::Row* PostgresRows::next() { return advance(); }

void PostgresRows::release() noexcept {
  result_.reset();
  connection_->end();
}

bool PostgresRows::fetch() {
  result_ = connection_->next_result();
  if (pq().PQresultStatus(result_.get()) == PGRES_SINGLE_TUPLE) return true;
  if (row_number_ == 0) warn_of_hidden_rows();
  return false;
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

inline bool PostgresRows::locate(const Step& step) {
  const PGresult* const result = result_.get();
  const int length = pq().PQgetlength(result, 0, step.column);
  if (length == 0 && pq().PQgetisnull(result, 0, step.column) != 0) return false;
  value_ = {pq().PQgetvalue(result, 0, step.column), static_cast<std::size_t>(length)};
  return true;
}

/// The padding of char(n) is no part of the value: the server itself leaves it out when it compares, joins and makes text.
inline std::string_view PostgresRows::bytes_of(const Step& step) const {
  return types_[index(step)] == kBpchar ? value_.substr(0, value_.find_last_not_of(' ') + 1) : value_;
}

double PostgresRows::real_of(const Step&) const {
  double real = 0;
  std::from_chars(value_.data(), value_.data() + value_.size(), real);
  return real;
}

std::int64_t PostgresRows::unfit(const Step& step, std::string_view else_found) {
  const std::string_view words = odd_value(value_);
  if (words.empty() && else_found != kFarYear) misfit(step, else_found);
  return odd(step, words.empty() ? else_found : words);
}

std::int64_t PostgresRows::scaled_real_of(const Step& step) {
  const auto number = scaled_real(value_, step.scale);
  return number ? *number : unfit(step, "a number too large");
}

inline std::int64_t PostgresRows::date_of(const Step& step) {
  const auto day = times_.day(value_);
  return day ? *day : unfit(step, kFarYear);
}

/// What the source's declaration makes an instant of.
std::optional<std::int64_t> PostgresRows::untyped_micros(const Step& step) {
  if (instants_.form().kind == rows::InstantKind::sql_text) {
    if (types_[index(step)] != kTimestamp) misfit(step);
    return instants_.micros(value_);
  }
  // A number of any type may have a fraction, or none.
  const bool number = is_exact(step) || types_[index(step)] == kFloat8;
  if (instants_.form().facts().units == 0 || !number) misfit(step);
  const auto whole = whole_number(value_);
  return whole ? instants_.micros(*whole) : instants_.micros(real_of(step));
}

inline std::int64_t PostgresRows::moment_of(const Step& step) {
  if (types_[index(step)] == kTimestamptz) {
    const auto instant = times_.spaced_instant(value_);
    return instant ? *instant : unfit(step, kFarYear);
  }
  const auto micros = untyped_micros(step);
  return micros ? whole_seconds(*micros, kMicros) : unfit(step, kFarYear);
}

}  // namespace reportctl::source
