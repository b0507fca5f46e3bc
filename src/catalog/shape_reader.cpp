// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "call_text.hpp"
#include "module_reader.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/figure.hpp"

namespace reportctl::catalog {
namespace {

using rows::ColumnType;

/// The label, when one of those before has it; upper and lower case are the same to people.
template <typename Labelled>
std::string named_alike(const std::vector<Labelled>& before, const std::string& label) {
  const bool alike =
      std::any_of(before.begin(), before.end(), [&](const Labelled& other) { return to_lower(other.label) == to_lower(label); });
  return alike ? label : std::string();
}

/// Reads one shape: from the module itself, or from one of its variants.
class ShapeReader {
 public:
  ShapeReader(ModuleFile& file, yaml::MapReader& map, const Report& report) : file_(file), map_(map), report_(report) {}

  Shape read() {
    if (report_.is_list) {
      read_list_columns();
      read_query();
      return std::move(shape_);
    }
    read_columns();
    read_summary();
    read_chart();
    read_query();
    return std::move(shape_);
  }

 private:
  [[nodiscard]] std::vector<std::string> column_names() const {
    std::vector<std::string> names;
    for (const rows::Column& column : shape_.columns) names.push_back(column.name);
    return names;
  }
  [[nodiscard]] int index_of(std::string_view name) const {
    for (std::size_t i = 0; i < shape_.columns.size(); ++i)
      if (shape_.columns[i].name == name) return static_cast<int>(i);
    return -1;
  }
  [[nodiscard]] ColumnType type_of(int index) const { return shape_.columns[static_cast<std::size_t>(index)].type; }

  /// The index of a column that a metric or chart names; -1 after a problem.
  int column_at(const yaml::Node& at, std::string_view name) {
    const int index = index_of(name);
    if (index < 0 && !shape_.columns.empty())
      file_.problem(at, fmt::format("there is no column \"{}\"{}", name, did_you_mean(name, column_names())));
    return index;
  }

  /// Words: whatever a list gives is text.
  void read_list_columns() {
    map_.child("columns");
    for (const yaml::Node* word : read_words(file_, map_, "columns")) {
      if (!is_column_name(word->text))
        file_.problem(*word, fmt::format("column \"{}\" must be lower-case letters, digits and \"_\"", word->text));
      rows::Column column;
      column.name = column.label = word->text;
      shape_.columns.push_back(std::move(column));
    }
    for (const auto needed : {schedule::kKeyColumn, schedule::kToColumn})
      if (index_of(needed) < 0) map_.problem_at("columns", fmt::format("a list needs the column \"{}\"", needed));
  }

  void read_columns() {
    const yaml::Node* list = map_.child("columns");
    if (list == nullptr || list->kind != yaml::Node::Kind::sequence || list->items.empty()) {
      map_.problem_at("columns", "columns must be a list of at least one column");
      return;
    }
    std::vector<std::pair<const yaml::Node*, std::string>> currencies;
    for (const yaml::Node& item : list->items) {
      if (item.kind != yaml::Node::Kind::map) {
        file_.problem(item, "a column is a map, like {name: total, label: Total, type: money}");
        continue;
      }
      currencies.emplace_back(&item, read_column(item));
    }
    for (std::size_t i = 0; i < currencies.size(); ++i)
      link_currency(shape_.columns[i], *currencies[i].first, currencies[i].second);
  }

  /// Adds the column and gives the name of its currency column, empty unless it is money.
  std::string read_column(const yaml::Node& node) {
    yaml::MapReader map = file_.reader(node, "a column");
    rows::Column column;
    column.name = map.required_text("name");
    if (!column.name.empty() && !is_column_name(column.name))
      map.problem_at("name", fmt::format("column \"{}\" must be lower-case letters, digits and \"_\"", column.name));
    if (!column.name.empty() && index_of(column.name) >= 0)
      map.problem_at("name", fmt::format("there are two columns \"{}\"", column.name));
    column.label = read_label(file_, map, "label");
    if (const std::string name = named_alike(shape_.columns, column.label); !name.empty())
      map.problem_at("label", fmt::format("there are two columns with the label \"{}\"; nobody could tell them apart", name));
    const std::string word = map.required_text("type");
    const auto type = rows::parse_column_type(word);
    if (!type && !word.empty())
      map.problem_at("type", fmt::format("unknown column type \"{}\"{}; known: {}", word,
                                         did_you_mean(word, rows::column_type_names()), join(rows::column_type_names(), ", ")));
    column.type = type.value_or(ColumnType::text);
    read_scale(map, column, type.has_value());
    read_format(map, column, type.has_value());
    if (const auto total = map.optional_text("total")) {
      if (*total != "sum") map.problem_at("total", fmt::format("total must be sum, not \"{}\"", *total));
      if (type && !facts_of(*type).addable) map.problem_at("total", fmt::format("a {} column cannot be added up", word));
      column.total = true;
    }
    if (const auto infinity = map.optional_text("infinity")) {
      if (*infinity != "empty") map.problem_at("infinity", fmt::format("infinity must be empty, not \"{}\"", *infinity));
      if (type && (facts_of(*type).kind == rows::CellKind::text || facts_of(*type).kind == rows::CellKind::truth))
        map.problem_at("infinity", fmt::format("infinity belongs to numbers and times, not to {}", word));
      column.empty_odd = true;
    }
    const auto currency = map.optional_text("currency");
    if (currency && type && *type != ColumnType::money)
      map.problem_at("currency", fmt::format("a {} column has no currency", word));
    map.finish();
    shape_.columns.push_back(std::move(column));
    return type == ColumnType::money ? currency.value_or("currency") : std::string();
  }

  static void read_scale(yaml::MapReader& map, rows::Column& column, bool known_type) {
    const auto scale = map.optional_integer("scale", 0, 9);
    if (column.type == ColumnType::decimal) {
      if (!map.has("scale")) map.problem_at("scale", "a decimal column needs \"scale\": the digits after the point, 0 to 9");
      column.scale = static_cast<int>(scale.value_or(0));
    } else if (scale && known_type) {
      map.problem_at("scale", fmt::format("scale belongs to decimal columns, not to {}", rows::column_type_name(column.type)));
    }
    if (column.type == ColumnType::percent) column.scale = 2;
  }

  /// Years and identifiers are no quantities: 2026 is not 2,026.
  static void read_format(yaml::MapReader& map, rows::Column& column, bool known_type) {
    const std::string& name = column.name;
    const bool is_name = name == "id" || name == "year" || name.ends_with("_id") || name.ends_with("_year");
    const auto format = map.optional_text("format");
    column.grouped = format ? *format != "plain" : column.type != ColumnType::integer || !is_name;
    if (format && *format != "plain" && *format != "grouped")
      map.problem_at("format", fmt::format("format must be plain or grouped, not \"{}\"", *format));
    if (format && known_type && column.type != ColumnType::integer)
      map.problem_at("format", fmt::format("format belongs to integer columns, not to {}", rows::column_type_name(column.type)));
  }

  void link_currency(rows::Column& column, const yaml::Node& node, const std::string& name) {
    if (name.empty()) return;
    const yaml::Node* written = node.find("currency");
    const yaml::Node& at = written == nullptr ? node : *written;
    const int index = index_of(name);
    if (index < 0)
      file_.problem(at, fmt::format("money column \"{}\" needs a text column that names its currency: there is no column \"{}\"",
                                    column.name, name));
    else if (type_of(index) != ColumnType::text)
      file_.problem(at, fmt::format("currency column \"{}\" must be text", name));
    else
      column.currency_column = index;
  }

  void read_summary() {
    const yaml::Node* list = map_.child("summary");
    if (list == nullptr) return;
    if (list->kind != yaml::Node::Kind::sequence) {
      file_.problem(*list, "summary must be a list of maps, like {label: Orders, value: count}");
      return;
    }
    for (const yaml::Node& item : list->items) {
      if (item.kind != yaml::Node::Kind::map) {
        file_.problem(item, "a metric is a map, like {label: Orders, value: count}");
        continue;
      }
      yaml::MapReader map = file_.reader(item, "a metric");
      Metric metric;
      metric.label = read_label(file_, map, "label");
      if (const std::string name = named_alike(shape_.summary, metric.label); !name.empty())
        map.problem_at("label", fmt::format("there are two figures with the label \"{}\"; nobody could tell them apart", name));
      const std::string value = map.required_text("value");
      const auto figure = value.empty() ? std::nullopt : read_figure(*item.find("value"), value);
      if (figure) metric.value = *figure;
      if (figure) read_metric_format(map, metric.value);
      map.child("format");
      map.finish();
      shape_.summary.push_back(std::move(metric));
    }
  }

  std::optional<Aggregate> read_figure(const yaml::Node& at, std::string_view text) {
    if (shape_.columns.empty()) return std::nullopt;  // said already
    const auto parsed = parse_figure(text, shape_.columns);
    if (const auto* figure = std::get_if<Aggregate>(&parsed)) return *figure;
    file_.problem(at, std::get<std::string>(parsed));
    return std::nullopt;
  }

  /// `format: percent` of a ratio.
  static void read_metric_format(yaml::MapReader& map, Aggregate& aggregate) {
    const auto format = map.optional_text("format");
    const bool is_ratio = aggregate.kind == Aggregate::Kind::ratio;
    if (format && *format != "percent" && *format != "number")
      map.problem_at("format", fmt::format("the format of a ratio must be number or percent, not \"{}\"", *format));
    else if (format && !is_ratio)
      map.problem_at("format", "format belongs to ratios only; others look as their column");
    else if (format && *format == "number" && aggregate.is_percent)
      map.problem_at("format", "money divided by money is a percentage");
    else if (format && *format == "percent")
      aggregate.is_percent = true;
  }

  void read_chart() {
    const yaml::Node* node = map_.child("chart");
    if (node == nullptr) return;
    if (node->kind != yaml::Node::Kind::map) {
      file_.problem(*node, "chart must be a map, like {type: bar, x: day(placed_at), y: sum(total)}");
      return;
    }
    yaml::MapReader map = file_.reader(*node, "chart");
    Chart chart;
    chart.type = map.required_text("type");
    if (!chart.type.empty() && chart.type != "line" && chart.type != "bar" && chart.type != "stacked_bar")
      map.problem_at("type", fmt::format("chart type must be line, bar or stacked_bar, not \"{}\"", chart.type));
    chart.x = map.required_text("x");
    if (!chart.x.empty()) check_x(*node->find("x"), chart.x);
    chart.y = map.required_text("y");
    if (!chart.y.empty()) check_y(*node->find("y"), chart.y);
    chart.series = map.text("series");
    if (!chart.series.empty()) check_series(*node->find("series"), chart.series);
    map.finish();
    shape_.chart = std::move(chart);
  }

  void check_x(const yaml::Node& at, std::string_view text) {
    const auto call = parse_call(text);
    if (call && !call->argument) {
      column_at(at, call->name);
    } else if (call && call->name == "day") {
      const int index = column_at(at, *call->argument);
      if (index >= 0 && type_of(index) != ColumnType::timestamp && type_of(index) != ColumnType::date)
        file_.problem(at, fmt::format("day() needs a timestamp or date column, not {}", rows::column_type_name(type_of(index))));
    } else {
      file_.problem(at, fmt::format("\"{}\" is not an x: a column, or day(column)", text));
    }
  }

  void check_y(const yaml::Node& at, std::string_view text) {
    const auto call = parse_call(text);
    if (call && call->name == "count" && !call->argument) return;
    if (!call || !call->argument || (call->name != "sum" && call->name != "average" && call->name != "maximum")) {
      file_.problem(at, fmt::format("\"{}\" is not a y: count, or sum, average or maximum of a column", text));
      return;
    }
    const int index = column_at(at, *call->argument);
    if (index < 0 || facts_of(type_of(index)).addable) return;
    if (call->name == "sum")
      file_.problem(at, fmt::format("a {} column cannot be added up", rows::column_type_name(type_of(index))));
    else if (!facts_of(type_of(index)).number)
      file_.problem(at,
                    fmt::format("a chart cannot have the {} of a {} column", call->name, rows::column_type_name(type_of(index))));
  }

  void check_series(const yaml::Node& at, std::string_view name) {
    const int index = column_at(at, name);
    if (index >= 0 && type_of(index) != ColumnType::text && type_of(index) != ColumnType::boolean)
      file_.problem(at, fmt::format("series needs a text or boolean column, not {}", rows::column_type_name(type_of(index))));
  }

  static std::vector<std::string> dialect_names() { return rows::dialect_phrases(&rows::DialectRules::name); }

  void read_query() {
    const yaml::Node* node = map_.child("query");
    if (node == nullptr) {
      map_.problem_at("query", "there is no \"query\"");
      return;
    }
    if (node->kind == yaml::Node::Kind::scalar) {
      shape_.query = node->text;
      check_query(file_, report_, {*node, "query", rows::kDialects});
      return;
    }
    if (node->kind != yaml::Node::Kind::map) {
      file_.problem(*node, "query must be text, or a map of " + join(dialect_names(), ", "));
      return;
    }
    yaml::MapReader map = file_.reader(*node, "query");
    for (const rows::Dialect& dialect : rows::kDialects) {
      const std::string name(rules_of(dialect).name);
      const std::string text = map.text(name);
      if (text.empty()) continue;
      shape_.query_by_dialect.emplace(name, text);
      check_query(file_, report_, {*node->find(name), fmt::format("query for {}", name), std::span(&dialect, 1)});
    }
    map.finish();
    if (shape_.query_by_dialect.empty())
      file_.problem(*node, fmt::format("query needs {}, or several", join(dialect_names(), ", ")));
  }

  ModuleFile& file_;
  yaml::MapReader& map_;
  const Report& report_;
  Shape shape_;
};

void read_variants(ModuleFile& file, const yaml::Node& node, Report& report) {
  yaml::MapReader map = file.reader(node, "variants");
  report.variant_parameter = map.required_text("parameter");
  const Parameter* chooser = report.parameter(report.variant_parameter);
  if (!report.variant_parameter.empty()) {
    if (chooser == nullptr)
      map.problem_at("parameter", fmt::format("there is no parameter \"{}\"", report.variant_parameter));
    else if (chooser->type != ParameterType::enumeration)
      map.problem_at("parameter", fmt::format("parameter \"{}\" must be an enum to choose a variant", chooser->name));
    else if (!chooser->required && !chooser->fallback)
      map.problem_at("parameter",
                     fmt::format("parameter \"{}\" must be required or have a default to choose a variant", chooser->name));
  }
  const yaml::Node* shapes = map.child("shapes");
  map.finish();
  if (shapes == nullptr || shapes->kind != yaml::Node::Kind::map) {
    map.problem_at("shapes", "variants need \"shapes\": a map from each value to its columns and query");
    return;
  }
  for (const auto& [key, value] : shapes->entries) {
    if (chooser != nullptr && std::find(chooser->values.begin(), chooser->values.end(), key.text) == chooser->values.end())
      file.problem(
          key, fmt::format("\"{}\" is not a value of {}{}", key.text, chooser->name, did_you_mean(key.text, chooser->values)));
    if (value.kind != yaml::Node::Kind::map) {
      file.problem(value, "a variant is a map of columns, summary, chart and query");
      continue;
    }
    yaml::MapReader shape = file.reader(value, fmt::format("variant \"{}\"", key.text));
    report.shapes.emplace(key.text, ShapeReader(file, shape, report).read());
    shape.finish();
  }
  for (const std::string& value : chooser == nullptr ? std::vector<std::string>{} : chooser->values)
    if (shapes->find(value) == nullptr)
      file.problem(*shapes, fmt::format("there is no variant for {} = {}", chooser->name, value));
}

}  // namespace

void read_shapes(ModuleFile& file, yaml::MapReader& module, Report& report) {
  const yaml::Node* variants = module.child("variants");
  if (variants != nullptr) {
    if (variants->kind != yaml::Node::Kind::map) {
      file.problem(*variants, "variants must be a map of parameter and shapes");
      return;
    }
    read_variants(file, *variants, report);
    for (const char* key : {"columns", "summary", "chart", "query"})
      if (module.child(key) != nullptr)
        module.problem_at(key, fmt::format("a module with variants has its {} in the variants", key));
    return;
  }
  const bool empty =
      !report.is_list && !module.has("columns") && !module.has("query") && !module.has("summary") && !module.has("chart");
  if (report.hidden && empty) return;
  report.shapes.emplace("", ShapeReader(file, module, report).read());
}

}  // namespace reportctl::catalog
