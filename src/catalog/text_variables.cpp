// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/text_variables.hpp"

#include <algorithm>
#include <array>

#include "reportctl/catalog/figure.hpp"

namespace reportctl::catalog {
namespace {

constexpr std::array kOfEveryReport = {"report", "filters", "period", "account", "scope",    "first_day", "last_day",
                                       "year",   "quarter", "month",  "week",    "slot_day", "slot_week", "slot_time"};

/// Of the parameter that chooses the shape, when it has one of its values.
std::vector<const Shape*> shapes_of(const Report& report, const schedule::Parameters& given) {
  const auto chosen = given.find(report.variant_parameter);
  const auto* chooser = report.parameter(report.variant_parameter);
  std::string key;
  if (chosen != given.end() && !chosen->second.empty())
    key = chosen->second.front();
  else if (chooser != nullptr)
    key = chooser->fallback.value_or("");
  if (const auto shape = report.shapes.find(key); shape != report.shapes.end()) return {&shape->second};
  std::vector<const Shape*> all;
  for (const auto& [name, shape] : report.shapes) all.push_back(&shape);
  return all;
}

}  // namespace

std::vector<std::string> text_variables(const Report& report, const schedule::Parameters& given, Surface surface,
                                        TextMoment moment) {
  std::vector<std::string> names(kOfEveryReport.begin(), kOfEveryReport.end());
  if (surface == Surface::schedule) names.emplace_back("name");
  if (!report.ready.empty()) names.emplace_back("data_until");
  for (const auto& parameter : report.parameters) names.push_back("param." + parameter.name);
  if (moment == TextMoment::before_rows) return names;
  names.emplace_back("count");
  for (const auto* shape : shapes_of(report, given))
    for (const auto& metric : shape->summary) {
      auto figure = figure_name(metric.value, shape->columns);
      if (std::find(names.begin(), names.end(), figure) == names.end()) names.push_back(std::move(figure));
    }
  return names;
}

}  // namespace reportctl::catalog
