// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "columns.hpp"
#include "decode.hpp"
#include "foreign_type.hpp"
#include "instant_reader.hpp"
#include "reportctl/rows/row_stream.hpp"

namespace reportctl::source {

/// What the rows of all engines have in common. `Self`, the rows of one, says how the next row comes (fetch(), read_row()) and
/// what to let go in the end (release()). It may have a function of any name below; nothing is virtual, as this runs for every
/// cell.
template <typename Self, typename Connection>
class EngineRows : public rows::RowStream {
 public:
  EngineRows(const EngineRows&) = delete;
  EngineRows& operator=(const EngineRows&) = delete;
  [[nodiscard]] const rows::Columns& columns() const override { return columns_; }

 protected:
  EngineRows(std::shared_ptr<Connection> connection, rows::Columns columns, InstantReader instants)
      : connection_(std::move(connection)),
        columns_(std::move(columns)),
        cells_(columns_.size()),
        steps_(steps_for(columns_, cells_)),
        row_(cells_),
        currencies_(connection_->settings().forms.currencies),
        instants_(std::move(instants)) {}
  ~EngineRows() override = default;

  /// next(), to be called where all of `Self` is seen.
  const rows::Row* advance() {
    if (connection_ == nullptr) return nullptr;
    try {
      if (self().fetch()) {
        ++row_number_;
        self().read_row();
        return &row_;
      }
    } catch (...) {
      close();
      throw;
    }
    close();
    return nullptr;
  }
  void close() noexcept {
    if (connection_ == nullptr) return;
    self().release();
    connection_.reset();
  }

  [[nodiscard]] static std::size_t index(const Step& step) { return static_cast<std::size_t>(step.column); }
  [[nodiscard]] const rows::Column& column(const Step& step) const { return columns_[index(step)]; }
  [[nodiscard]] std::string place_of(const Step& step) const {
    return fmt::format("row {}, column {}", row_number_, column(step).name);
  }
  /// Of a value that no cell holds: an empty cell, where the module says so.
  std::int64_t odd(const Step& step, std::string_view words) {
    if (!column(step).empty_odd) misfit(step, words);
    step.cell->null = true;
    return 0;
  }
  std::string_view checked(const Step& step, std::string_view text) {
    const TextFault fault = check_text(text);
    if (fault != TextFault::none)
      misfit(step, fault == TextFault::nul ? "text with a NUL character" : "bytes that are not UTF-8");
    return text;
  }
  /// Of a boolean that is kept as text or as an integer.
  std::int64_t declared_truth(const Step& step, std::string_view value, bool is_text) {
    const auto& settings = connection_->settings();
    if (const auto truth = truth_of(value, settings.forms.usual_boolean, is_text)) return *truth;
    connection_->fail(boolean_problem(settings.name, place_of(step), value, settings.forms.usual_boolean));
  }
  [[noreturn]] void misfit(const Step& step, std::string_view found) {
    connection_->fail(misfit_problem({row_number_, column(step), found, connection_->settings().forms.dialect}));
  }
  [[noreturn]] void no_currency(const Step& step) {
    connection_->fail(
        currency_problem({row_number_, column(step), {}, connection_->settings().forms.dialect}, columns_, *step.currency));
  }

  // Engines whose columns have types say with locate() whether a cell has a value, and what it is: type_of(), bytes_of() a text,
  // digits_of() an exact number, real_of(), is_true(), date_of(), moment_of().

  void read_row() {
    for (const Step& step : steps_) {
      step.cell->null = !self().locate(step);
      if (!step.cell->null) read_cell(step);
    }
  }
  void read_cell(const Step& step) {
    using rows::CellKind;
    rows::Cell& cell = *step.cell;
    switch (step.kind) {
      case CellKind::text:
        cell.text = self().text_of(step);
        break;
      case CellKind::whole:
        cell.number = integer_of(step);
        break;
      case CellKind::truth:
        cell.number = boolean_of(step);
        break;
      case CellKind::money:
        if (self().has_fraction(step)) misfit(step);  // 12.00 has one as 12.34 has: it may be in whole euros
        cell.number = integer_of(step);
        if (const auto digits = currencies_.digits(*step.currency)) {
          cell.scale = *digits;
        } else {
          no_currency(step);
        }
        break;
      case CellKind::scaled:
        cell.number = scaled_of(step);
        break;
      case CellKind::instant:
        cell.number = instant_of(step);
        break;
      case CellKind::day:
        cell.number = day_of(step);
        break;
    }
  }

  std::string_view text_of(const Step& step) {
    const ForeignType type = self().type_of(step);
    if (type == ForeignType::integer) return self().digits_of(step);
    if (type != ForeignType::text && type != ForeignType::written) misfit(step);
    return checked(step, self().bytes_of(step));
  }
  std::int64_t integer_of(const Step& step) {
    if (!is_exact(step)) misfit(step);
    const std::optional<std::int64_t> number = self().whole_of(step);
    return number ? *number : self().unfit(step, "a real number or one too large");
  }
  std::int64_t boolean_of(const Step& step) {
    const ForeignType type = self().type_of(step);
    if (type == ForeignType::boolean) return self().is_true(step) ? 1 : 0;
    const bool text = type == ForeignType::text;
    if (!text && type != ForeignType::integer) misfit(step);
    return declared_truth(step, text ? self().bytes_of(step) : self().digits_of(step), text);
  }
  std::int64_t scaled_of(const Step& step) {
    const ForeignType type = self().type_of(step);
    if (type == ForeignType::real) return self().scaled_real_of(step);
    const bool text = type == ForeignType::text;
    if (!text && !is_exact(step)) misfit(step);
    const std::optional<std::int64_t> number = text ? scaled(self().bytes_of(step), step.scale) : self().scaled_exact_of(step);
    if (!number && text) misfit(step, "other text");
    return number ? *number : self().unfit(step, "a number too large");
  }
  std::int64_t scaled_real_of(const Step& step) {
    const double value = self().real_of(step);
    if (!std::isfinite(value)) return odd(step, std::isnan(value) ? "NaN" : "infinity");
    const auto number = scaled(value, step.scale);
    if (!number) misfit(step, "a number too large");
    return *number;
  }
  std::int64_t day_of(const Step& step) {
    const ForeignType type = self().type_of(step);
    if (type == ForeignType::date) return self().date_of(step);
    if (type != ForeignType::text) misfit(step);
    const auto day = times_.day(self().bytes_of(step));
    return day ? *day : self().unfit(step, "other text");
  }
  std::int64_t instant_of(const Step& step) {
    if (self().type_of(step) != ForeignType::text) return self().moment_of(step);
    const auto instant = times_.instant(self().bytes_of(step));
    return instant ? *instant : self().unfit(step, "other text");
  }
  /// What the source's declaration makes of a number, in microseconds; nullopt: it is too large.
  std::optional<std::int64_t> counted_micros(const Step& step) {
    if (instants_.form().facts().units == 0) misfit(step);
    if (self().type_of(step) == ForeignType::real) return instants_.micros(self().real_of(step));
    if (!is_exact(step)) misfit(step);
    const std::optional<std::int64_t> whole = self().whole_of(step);
    return whole ? instants_.micros(*whole) : std::nullopt;
  }

  [[nodiscard]] bool is_exact(const Step& step) {
    const ForeignType type = self().type_of(step);
    return type == ForeignType::integer || type == ForeignType::decimal;
  }
  bool has_fraction(const Step& step) {
    return self().type_of(step) == ForeignType::decimal && self().digits_of(step).find('.') != std::string_view::npos;
  }
  std::optional<std::int64_t> whole_of(const Step& step) { return whole_number(self().digits_of(step)); }
  std::optional<std::int64_t> scaled_exact_of(const Step& step) { return scaled(self().digits_of(step), step.scale); }
  [[noreturn]] std::int64_t unfit(const Step& step, std::string_view found) { misfit(step, found); }
  [[noreturn]] void misfit(const Step& step) { misfit(step, type_words(self().type_of(step))); }

  std::shared_ptr<Connection> connection_;  ///< null when the stream is finished
  rows::Columns columns_;
  std::vector<rows::Cell> cells_;
  std::vector<Step> steps_;
  rows::Row row_;
  Currencies currencies_;
  TimeReader times_;
  InstantReader instants_;  ///< of what has no type that tells the moment
  std::int64_t row_number_ = 0;

 private:
  [[nodiscard]] Self& self() { return static_cast<Self&>(*this); }
};

}  // namespace reportctl::source
