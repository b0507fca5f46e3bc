// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "report_words.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "reportctl/base/log.hpp"
#include "reportctl/base/text.hpp"
#include "terminal/json_records.hpp"

namespace reportctl::cli {

namespace {

using catalog::Report;
using catalog::WindowKind;

template <typename Items, typename Name>
std::vector<std::string> names_of(const Items& items, Name name) {
  std::vector<std::string> names;
  for (const auto& item : items) names.emplace_back(name(item));
  return names;
}

std::string range_words(const Report& report) { return join(names_of(report.window.ranges, schedule::range_name), ", "); }

/// What must be given with every run of the report.
std::string needed_options(const Report& report) {
  std::string words;
  if (!report.scopes.contains(schedule::ScopeKind::account) && !report.scopes.empty())
    words += fmt::format(" --scope {}:ID", schedule::scope_kind_name(*report.scopes.begin()));
  for (const catalog::Parameter& parameter : report.parameters) {
    if (!parameter.required || parameter.fallback) continue;
    words += fmt::format(" --param {}={}", parameter.name, parameter.values.empty() ? "ID" : parameter.values.front());
  }
  return words;
}

std::string metric_words(const catalog::Metric& metric, const catalog::Shape& shape) {
  using Kind = catalog::Aggregate::Kind;
  if (metric.value.kind == Kind::count || metric.value.column < 0) return metric.label + " (rows)";
  const std::string& column = shape.columns.at(static_cast<std::size_t>(metric.value.column)).name;
  const auto words = [&]() -> std::string {
    switch (metric.value.kind) {
      case Kind::count:
        return "rows";
      case Kind::total:
        return "total " + column;
      case Kind::minimum:
        return "least " + column;
      case Kind::maximum:
        return "greatest " + column;
      case Kind::average:
        return "average " + column;
      case Kind::distinct:
        return "different " + column;
      case Kind::ratio:
        return fmt::format("{} / {}", column, shape.columns.at(static_cast<std::size_t>(metric.value.divisor)).name);
    }
    return {};
  };
  return fmt::format("{} ({})", metric.label, words());
}

Json shape_json(const catalog::Shape& shape) {
  Json columns = Json::array();
  for (const rows::Column& column : shape.columns) {
    columns.push_back({{"name", column.name},
                       {"label", column.label},
                       {"type", rows::column_type_name(column.type)},
                       {"scale", column.scale},
                       {"total", column.total}});
  }
  Json summary = Json::array();
  for (const catalog::Metric& metric : shape.summary) summary.push_back(metric.label);
  Json chart;
  if (shape.chart) {
    chart = {{"type", shape.chart->type}, {"x", shape.chart->x}, {"y", shape.chart->y}, {"series", nullptr}};
    if (!shape.chart->series.empty()) chart["series"] = shape.chart->series;
  }
  return {{"columns", columns}, {"summary", summary}, {"chart", chart}};
}

}  // namespace

std::string scope_words(const Report& report) { return join(names_of(report.scopes, schedule::scope_kind_name), ", "); }
std::string cadence_words(const Report& report) { return join(names_of(report.cadences, schedule::cadence_name), ", "); }

std::string window_words(const Report& report) {
  const catalog::WindowPolicy& window = report.window;
  switch (window.kind) {
    case WindowKind::snapshot:
      return "none: the state of the moment";
    case WindowKind::cadence:
      return "what the cadence covers (daily: yesterday; weekly: the last 7 days; monthly: the month that ends yesterday)" +
             (window.ranges.empty() ? std::string() : ", or " + range_words(report));
    case WindowKind::range:
      return fmt::format("{} ({} when not given)", range_words(report), schedule::range_name(window.default_range));
    case WindowKind::lookback:
      return fmt::format("the last 1 to {} complete days ({} when not given)", window.max_days, window.default_days);
  }
  return {};
}

std::string value_words(const Report& report, const catalog::Parameter& parameter) {
  constexpr std::size_t kMostNamed = 12;
  std::string words = parameter.values.empty() ? std::string()
                      : parameter.values.size() > kMostNamed
                          ? fmt::format("see: reportctl catalog choices {} {}", report.id, parameter.name)
                      : parameter.values.size() == 1 ? parameter.values.front()
                                                     : join(parameter.values, " or ");
  if (words.empty())
    words = parameter.choices.empty() ? "any" : fmt::format("see: reportctl catalog choices {} {}", report.id, parameter.name);
  return parameter.fallback ? fmt::format("{} ({} when not given)", words, *parameter.fallback) : words;
}

std::string column_words(const rows::Column& column) {
  std::string words(rows::column_type_name(column.type));
  if (column.type == rows::ColumnType::decimal) words += fmt::format(" ({} digits)", column.scale);
  return column.total ? words + ", summed" : words;
}

std::vector<std::pair<std::string, Field>> sheet_lines(const Report& report) {
  std::vector<std::pair<std::string, Field>> lines = {{"Report", {report.id}}, {"Label", {report.label}}};
  if (!report.aliases.empty()) lines.push_back({"Also called", {join(report.aliases, ", ")}});
  lines.push_back({"About", {report.description}});
  lines.push_back({"Family", {fmt::format("{}, {}", report.family, report.origin)}});
  if (report.hidden) lines.push_back({"Hidden", {report.hidden_reason, Tone::warn}});
  lines.push_back({"For", {join(names_of(report.surfaces, catalog::surface_name), ", ")}});
  lines.push_back({"Scope", {scope_words(report)}});
  lines.push_back(
      {"Roles",
       {report.roles.empty() ? "every role" : join(std::vector<std::string>(report.roles.begin(), report.roles.end()), ", ")}});
  if (!report.feature.empty()) lines.push_back({"Feature", {fmt::format("{} (the account must have it)", report.feature)}});
  lines.push_back({"Period", {window_words(report)}});
  if (!report.ready.empty()) lines.push_back({"Ready", {"tells how far its data reach: schedules can wait for them"}});
  std::string cadences = report.cadences.empty() ? "cannot be scheduled" : cadence_words(report);
  if (report.cadences.contains(schedule::CadenceKind::monthly))
    cadences += fmt::format(" (day 1 to {})", report.day_of_month_max);
  lines.push_back({"Cadence", {cadences}});
  std::string formats = join(report.formats, ", ");
  if (!report.formats_on_demand.empty()) formats += fmt::format("; on demand also {}", join(report.formats_on_demand, ", "));
  lines.push_back({"Formats", {formats}});
  if (report.shapes.size() == 1 && !report.shapes.begin()->second.summary.empty()) {
    std::vector<std::string> metrics;
    for (const auto& metric : report.shapes.begin()->second.summary)
      metrics.push_back(metric_words(metric, report.shapes.begin()->second));
    lines.push_back({"Summary", {join(metrics, ", ")}});
  }
  return lines;
}

std::vector<std::string> example_commands(const Report& report) {
  std::vector<std::string> commands;
  const std::string needed = needed_options(report);
  if (report.surfaces.contains(catalog::Surface::run)) {
    std::string window;
    if (report.window.kind == WindowKind::lookback) window = fmt::format(" --lookback {}", std::min(7, report.window.max_days));
    if (report.window.kind == WindowKind::cadence || report.window.kind == WindowKind::range) {
      auto ranges = report.window.ranges;
      std::erase(ranges, schedule::NamedRange::since_previous);  // of schedules only
      window = ranges.empty() ? " --from 2026-03-01 --to 2026-03-31"
                              : fmt::format(" --window {}", schedule::range_name(ranges.back()));
    }
    commands.push_back(fmt::format("reportctl run {}{}{} > {}.csv", report.id, needed, window, report.id));
  }
  if (report.surfaces.contains(catalog::Surface::schedule) && !report.cadences.empty()) {
    const bool weekly = report.cadences.contains(schedule::CadenceKind::weekly);
    commands.push_back(fmt::format("reportctl schedule add my-{0} --report {0}{1} --cadence {2} --at 06:00 --to a@example.com",
                                   report.id, needed,
                                   weekly ? "weekly --on mon" : schedule::cadence_name(*report.cadences.begin())));
  }
  return commands;
}

Json to_json(const Report& report) {
  Json parameters = Json::array();
  for (const catalog::Parameter& parameter : report.parameters) {
    parameters.push_back(
        {{"name", parameter.name},
         {"label", parameter.label},
         {"type", catalog::parameter_type_name(parameter.type)},
         {"required", parameter.required},
         {"values", parameter.values},
         {"default", parameter.fallback ? Json(*parameter.fallback) : Json()},
         {"scopes", names_of(parameter.scopes.empty() ? report.scopes : parameter.scopes, schedule::scope_kind_name)},
         {"accepts_all", parameter.accepts_all},
         {"has_choices", !parameter.choices.empty()}});
  }
  Json shapes = Json::object();
  for (const auto& [variant, shape] : report.shapes) shapes[variant.empty() ? "default" : variant] = shape_json(shape);
  Json window = {{"kind", catalog::window_kind_name(report.window.kind)},
                 {"ranges", names_of(report.window.ranges, schedule::range_name)}};
  if (report.window.kind == WindowKind::lookback) {
    window["default_days"] = report.window.default_days;
    window["max_days"] = report.window.max_days;
  }
  if (report.window.kind == WindowKind::range) window["default"] = schedule::range_name(report.window.default_range);
  return {{"id", report.id},
          {"kind", report.is_list ? "list" : "report"},
          {"aliases", report.aliases},
          {"label", report.label},
          {"family", report.family},
          {"description", report.description},
          {"origin", report.origin},
          {"hidden", report.hidden},
          {"hidden_reason", report.hidden ? Json(report.hidden_reason) : Json()},
          {"surfaces", names_of(report.surfaces, catalog::surface_name)},
          {"scopes", names_of(report.scopes, schedule::scope_kind_name)},
          {"roles", report.roles},
          {"feature", report.feature.empty() ? Json() : Json(report.feature)},
          {"window", window},
          {"ready", !report.ready.empty()},
          {"cadences", names_of(report.cadences, schedule::cadence_name)},
          {"day_of_month_max", report.day_of_month_max},
          {"formats", report.formats},
          {"formats_on_demand", report.formats_on_demand},
          {"parameters", parameters},
          {"variant_parameter", report.variant_parameter.empty() ? Json() : Json(report.variant_parameter)},
          {"shapes", shapes}};
}

Listing listing_of_rows(const run::FileHead& head) {
  Listing listing;
  for (const auto& column : head.columns) {
    listing.columns.push_back({column.name, column.label, facts_of(column.type).number ? Align::right : Align::left, Show::cut});
  }
  for (const auto& row : head.rows) {
    auto& fields = listing.rows.emplace_back();
    Json record = Json::object();
    for (std::size_t i = 0; i < row.size(); ++i) {
      fields.push_back({row[i].shown});
      record[head.columns[i].name] = row[i].plain ? Json(*row[i].plain) : Json(nullptr);
    }
    listing.records.push_back(std::move(record));
  }
  return listing;
}

std::string csv_of_rows(const run::FileHead& head) { return ::isatty(STDOUT_FILENO) == 1 ? visible_lines(head.csv) : head.csv; }

std::size_t warn_of_broken_modules(const catalog::Catalog& catalog) {
  const yaml::Problems problems = catalog.problems();
  for (const yaml::Problem& problem : problems) log(LogLevel::warning, problem.str());
  return problems.size();
}

}  // namespace reportctl::cli
