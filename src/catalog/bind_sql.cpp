// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "bind_sql.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {

Value parameter_value(const Parameter& parameter, const std::vector<std::string>& given) {
  if (given.empty()) return std::monostate{};
  if (parameter.type == ParameterType::id_list) return given;
  const std::string& text = given.front();
  if (parameter.type == ParameterType::boolean) return std::int64_t{text == "true" ? 1 : 0};
  if (parameter.type != ParameterType::integer) return text;
  const auto number = parse_integer(text);
  if (!number)
    throw Error(ErrorKind::invalid, fmt::format("parameter {}: \"{}\" is not a whole number", parameter.name, visible(text)));
  return std::int64_t{*number};
}

std::string_view cast_of(const Report& report, std::string_view name, const rows::DialectRules& rules) {
  const Parameter* parameter = report.parameter(name);
  if (parameter == nullptr) {
    return name == "timezone" ? rules.text_cast.text : std::string_view();
  }
  switch (parameter->type) {
    case ParameterType::id_list:
      return rules.list_cast;
    case ParameterType::integer:
      return rules.integer_cast;
    case ParameterType::decimal:
      return rules.decimal_cast;
    case ParameterType::boolean:
      return rules.boolean_cast;
    case ParameterType::date:
      return rules.date_cast;
    case ParameterType::enumeration:
    case ParameterType::text:
      return rules.text_cast;
    case ParameterType::id:
      break;
  }
  return {};
}

std::string predicate(const Parameter& parameter, const std::string& expression, const std::string& bind) {
  switch (parameter.type) {
    case ParameterType::id:
    case ParameterType::enumeration:
    case ParameterType::text:
      return fmt::format("CAST(({}) AS text) = {}", expression, bind);
    default:
      return fmt::format("({}) = {}", expression, bind);
  }
}

std::optional<std::int64_t> whole_id(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  const auto number = parse_integer(*text);
  return number && std::to_string(*number) == *text ? std::optional<std::int64_t>(*number) : std::nullopt;
}

}  // namespace reportctl::catalog
