// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "foreign_type.hpp"

#include <utility>

namespace reportctl::source {

std::string_view type_words(ForeignType type) {
  switch (type) {
    case ForeignType::boolean:
      return "a boolean";
    case ForeignType::integer:
      return "an integer";
    case ForeignType::decimal:
    case ForeignType::real:
      return "a real number";
    case ForeignType::text:
      return "text";
    case ForeignType::date:
      return "a date";
    case ForeignType::timestamp:
      return "a timestamp without time zone";
    case ForeignType::instant:
      return "a timestamp";
    case ForeignType::interval:
      return "an interval";
    case ForeignType::time_of_day:
      return "a time of day";
    case ForeignType::binary:
      return "binary data";
    case ForeignType::written:
    case ForeignType::other:
    case ForeignType::any:
      break;
  }
  return "a value of another type";
}

rows::Column likely_column(std::string name, ForeignType type) {
  rows::Column column{.name = std::move(name), .label = {}};
  switch (type) {
    case ForeignType::boolean:
      column.type = rows::ColumnType::boolean;
      break;
    case ForeignType::integer:
      column.type = rows::ColumnType::integer;
      break;
    case ForeignType::decimal:
    case ForeignType::real:
      column.type = rows::ColumnType::decimal;
      column.scale = 2;
      break;
    case ForeignType::date:
      column.type = rows::ColumnType::date;
      break;
    case ForeignType::timestamp:
    case ForeignType::instant:
      column.type = rows::ColumnType::timestamp;
      break;
    case ForeignType::interval:
      column.type = rows::ColumnType::duration;
      break;
    default:
      break;
  }
  return column;
}

std::optional<Problem> type_problem(const rows::Column& column, ForeignType type, const rows::SourceForms& forms) {
  using rows::CellKind;
  const bool number = type == ForeignType::integer || type == ForeignType::decimal;
  const bool real = type == ForeignType::real;
  const bool text = type == ForeignType::text;
  bool fits = type == ForeignType::any;
  switch (facts_of(column.type).kind) {
    case CellKind::text:
      fits |= text || type == ForeignType::written || type == ForeignType::integer;
      break;
    case CellKind::whole:
    case CellKind::money:
      fits |= number;
      break;
    case CellKind::scaled:
      fits |= number || real || text;
      break;
    case CellKind::truth:
      fits |= type == ForeignType::boolean || type == ForeignType::integer || text;
      break;
    case CellKind::day:
      fits |= type == ForeignType::date || text;
      break;
    case CellKind::instant:
      fits |= type == ForeignType::instant || text ||
              (forms.usual.kind == rows::InstantKind::timestamp && type == ForeignType::timestamp) ||
              (forms.usual.facts().units > 0 && (number || real));
      break;
  }
  if (fits) return std::nullopt;
  Problem problem = misfit_problem({0, column, type_words(type), forms.dialect});
  problem.what.erase(0, problem.what.find("column "));
  return problem;
}

}  // namespace reportctl::source
