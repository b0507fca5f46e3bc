// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {

std::string_view surface_name(Surface surface) {
  switch (surface) {
    case Surface::run:
      return "run";
    case Surface::schedule:
      return "schedule";
    case Surface::export_job:
      return "export";
  }
  return {};
}

std::string_view parameter_type_name(ParameterType type) {
  switch (type) {
    case ParameterType::id:
      return "id";
    case ParameterType::id_list:
      return "id_list";
    case ParameterType::enumeration:
      return "enum";
    case ParameterType::integer:
      return "integer";
    case ParameterType::decimal:
      return "decimal";
    case ParameterType::boolean:
      return "boolean";
    case ParameterType::text:
      return "text";
    case ParameterType::date:
      return "date";
  }
  return {};
}

std::string_view window_kind_name(WindowKind kind) {
  switch (kind) {
    case WindowKind::snapshot:
      return "snapshot";
    case WindowKind::cadence:
      return "cadence";
    case WindowKind::range:
      return "range";
    case WindowKind::lookback:
      return "lookback";
  }
  return {};
}

bool means_all(const Parameter& parameter, const std::vector<std::string>& given) {
  return parameter.accepts_all && given.size() == 1 && given.front() == kAll;
}

const Parameter* Report::parameter(std::string_view wanted) const {
  for (const Parameter& candidate : parameters)
    if (candidate.name == wanted) return &candidate;
  return nullptr;
}

std::vector<std::string> Report::list_columns() const {
  std::vector<std::string> names;
  for (const auto& [variant, list] : shapes)
    for (const auto& column : list.columns) names.push_back(column.name);
  return names;
}

const Shape& Report::shape(const schedule::Parameters& given) const {
  std::string key;
  if (!variant_parameter.empty()) {
    const auto value = given.find(variant_parameter);
    const Parameter* chooser = parameter(variant_parameter);
    if (value != given.end() && !value->second.empty())
      key = value->second.front();
    else if (chooser != nullptr && chooser->fallback)
      key = *chooser->fallback;
  }
  const auto found = shapes.find(key);
  if (found == shapes.end())
    throw Error(ErrorKind::invalid, variant_parameter.empty()
                                        ? fmt::format("report {} is {} and has no columns", id, hidden ? "hidden" : "empty")
                                        : fmt::format("report {} needs the parameter {}", id, variant_parameter));
  return found->second;
}

bool report_allows(const Report& report, const std::set<access::Role>& roles) {
  if (report.roles.empty()) return !roles.empty();
  return std::any_of(roles.begin(), roles.end(),
                     [&](access::Role role) { return report.roles.contains(std::string(access::role_name(role))); });
}

std::vector<std::string> with_currencies(const rows::Columns& columns, const std::vector<std::string>& chosen) {
  std::vector<std::string> names;
  for (const auto& name : chosen) {
    const auto column = std::find_if(columns.begin(), columns.end(), [&](const auto& one) { return one.name == name; });
    const bool is_money = column != columns.end() && column->currency_column >= 0;
    const std::string currency = is_money ? columns[static_cast<std::size_t>(column->currency_column)].name : std::string();
    const auto is_there = [&](const auto& list) { return std::find(list.begin(), list.end(), currency) != list.end(); };
    if (is_money && !is_there(names) && !is_there(chosen)) names.push_back(currency);
    names.push_back(name);
  }
  return names;
}

}  // namespace reportctl::catalog
