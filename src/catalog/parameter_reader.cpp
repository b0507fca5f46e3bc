// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "module_reader.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/base/time.hpp"
#include "sql_macros.hpp"

namespace reportctl::catalog {
namespace {

constexpr ParameterType kTypes[] = {ParameterType::id,      ParameterType::id_list, ParameterType::enumeration,
                                    ParameterType::integer, ParameterType::decimal, ParameterType::boolean,
                                    ParameterType::text,    ParameterType::date};

std::vector<std::string> type_names() {
  std::vector<std::string> names;
  for (const ParameterType type : kTypes) names.emplace_back(parameter_type_name(type));
  return names;
}

bool is_decimal(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::size_t point = text.find('.');
  return digits(text.substr(0, point)) && (point == std::string_view::npos || digits(text.substr(point + 1)));
}

bool fits(const Parameter& parameter, const std::string& text) {
  switch (parameter.type) {
    case ParameterType::enumeration:
      return std::find(parameter.values.begin(), parameter.values.end(), text) != parameter.values.end();
    case ParameterType::integer:
      return parse_integer(text).has_value();
    case ParameterType::decimal:
      return is_decimal(text);
    case ParameterType::boolean:
      return text == "true" || text == "false";
    case ParameterType::date:
      return parse_date(text).has_value();
    case ParameterType::id:
    case ParameterType::id_list:
    case ParameterType::text:
      break;
  }
  return !text.empty() && !has_control(text);
}

class ParameterReader {
 public:
  ParameterReader(ModuleFile& file, const yaml::Node& node) : file_(file), map_(file.reader(node, "a parameter")) {}

  Parameter read(const Report& report) {
    read_name(report.parameters);
    parameter_.label = read_label(file_, map_, "label");
    read_type();
    read_values();
    parameter_.required = map_.boolean("required", false);
    read_default();
    read_scopes(report);
    parameter_.accepts_all = map_.boolean("all", false);
    if (parameter_.accepts_all && parameter_.type != ParameterType::id_list)
      map_.problem_at("all", "all belongs to parameters of type id_list");
    parameter_.filter = read_sql("filter");
    parameter_.choices = read_sql("choices");
    const bool is_text = parameter_.type == ParameterType::id || parameter_.type == ParameterType::id_list ||
                         parameter_.type == ParameterType::text;
    if (!parameter_.choices.empty()) {
      if (!is_text) map_.problem_at("choices", "choices belong to parameters of type id, id_list and text");
      if (!parameter_.values.empty()) map_.problem_at("choices", "a parameter has values or choices, not both");
      check_choices(file_, report, *map_.child("choices"));
    }
    map_.finish();
    return std::move(parameter_);
  }

 private:
  void read_name(const std::vector<Parameter>& earlier) {
    parameter_.name = map_.required_text("name");
    const std::string& name = parameter_.name;
    if (name.empty()) return;
    if (!is_column_name(name))
      map_.problem_at("name", fmt::format("parameter \"{}\" must be lower-case letters, digits and \"_\"", name));
    const auto& reserved = reserved_binds();
    if (std::find(reserved.begin(), reserved.end(), name) != reserved.end())
      map_.problem_at(
          "name", fmt::format("parameter \"{}\" has the name of a bind that every query has ({})", name, join(reserved, ", ")));
    if (std::any_of(earlier.begin(), earlier.end(), [&](const Parameter& other) { return other.name == name; }))
      map_.problem_at("name", fmt::format("there are two parameters \"{}\"", name));
  }

  void read_type() {
    const std::string word = map_.required_text("type");
    for (const ParameterType type : kTypes) {
      if (parameter_type_name(type) != word) continue;
      parameter_.type = type;
      return;
    }
    if (!word.empty())
      map_.problem_at("type", fmt::format("unknown parameter type \"{}\"{}; known: {}", word, did_you_mean(word, type_names()),
                                          join(type_names(), ", ")));
  }

  void read_values() {
    const bool is_enum = parameter_.type == ParameterType::enumeration;
    if (!map_.has("values")) {
      if (is_enum) map_.problem_at("values", "an enum parameter needs \"values\"");
      return;
    }
    if (!is_enum && parameter_.type != ParameterType::id_list)
      map_.problem_at("values", "values belong to parameters of type enum and id_list");
    for (const yaml::Node* word : read_words(file_, map_, "values")) {
      if (word->text.find(',') != std::string::npos || has_control(word->text))
        file_.problem(*word, "a value has no comma and no control character");
      parameter_.values.push_back(word->text);
    }
  }

  void read_default() {
    parameter_.fallback = map_.optional_text("default");
    if (!parameter_.fallback) return;
    if (parameter_.required) map_.problem_at("default", "a required parameter has no default: it is always given");
    if (!fits(parameter_, *parameter_.fallback))
      map_.problem_at(
          "default",
          fmt::format("default \"{}\" is not a valid {}{}", *parameter_.fallback, parameter_type_name(parameter_.type),
                      parameter_.values.empty() ? "" : " value of this parameter (" + join(parameter_.values, ", ") + ")"));
  }

  void read_scopes(const Report& report) {
    map_.child("scope");
    if (!map_.has("scope")) return;
    std::vector<std::string> known;
    for (const schedule::ScopeKind kind : report.scopes) known.emplace_back(schedule::scope_kind_name(kind));
    for (const yaml::Node* word : read_words(file_, map_, "scope")) {
      const auto kind = schedule::parse_scope_kind(word->text);
      if (kind && report.scopes.contains(*kind))
        parameter_.scopes.insert(*kind);
      else
        file_.problem(*word, fmt::format("\"{}\" is not a scope of this report{}; its scopes: {}", word->text,
                                         did_you_mean(word->text, known), join(known, ", ")));
    }
  }

  std::string read_sql(std::string_view key) {
    const auto text = map_.optional_text(key);
    if (text && trim(*text).empty()) map_.problem_at(key, fmt::format("{} must not be empty", key));
    return text.value_or("");
  }

  ModuleFile& file_;
  yaml::MapReader map_;
  Parameter parameter_;
};

}  // namespace

void read_parameters(ModuleFile& file, yaml::MapReader& module, Report& report) {
  const yaml::Node* list = module.child("parameters");
  if (list == nullptr) return;
  if (list->kind != yaml::Node::Kind::sequence) {
    file.problem(*list, "parameters must be a list of maps");
    return;
  }
  for (const yaml::Node& item : list->items) {
    if (item.kind == yaml::Node::Kind::map)
      report.parameters.push_back(ParameterReader(file, item).read(report));
    else
      file.problem(item, "a parameter is a map, like {name: mode, label: Mode, type: text}");
  }
  for (const yaml::Node& item : list->items) {
    const yaml::Node* filter = item.find("filter");
    if (filter != nullptr && filter->kind == yaml::Node::Kind::scalar) check_filter(file, report, *filter);
  }
}

}  // namespace reportctl::catalog
