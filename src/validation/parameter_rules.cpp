// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

using catalog::Parameter;
using catalog::ParameterType;

constexpr std::size_t kLongestText = 1000;

/// A value in its canonical form, or what is wrong with it.
struct Value {
  std::string text;
  std::string wrong;
  std::string hint;
};

/// The documents' spellings: any case, `_` for `-`.
std::string folded(std::string_view word) {
  std::string text = to_lower(word);
  std::replace(text.begin(), text.end(), '_', '-');
  return text;
}

Value enumerated(const ParameterRequest& request, const Parameter& parameter, std::string_view written) {
  constexpr std::size_t kMostNamed = 12;
  for (const auto& value : parameter.values)
    if (folded(value) == folded(written)) return {value, {}, {}};
  return {{},
          fmt::format("{} is not one of its values{}", in_quotes(written), did_you_mean(written, parameter.values)),
          parameter.values.size() <= kMostNamed
              ? "use " + either(parameter.values)
              : fmt::format("{} lists all {}", choices_command(request.report, parameter, request.account, request.scope),
                            parameter.values.size())};
}

Value free_text(std::string_view written) {
  if (written.empty()) return {{}, "the value is empty", "give a value, or leave the parameter out"};
  if (written.size() > kLongestText)
    return {{}, fmt::format("the value is longer than {} bytes", kLongestText), "give a shorter one"};
  if (visible(written) != written)
    return {{}, fmt::format("{} has control characters or is not UTF-8", in_quotes(written)), "write plain text"};
  return {std::string(written), {}, {}};
}

Value whole_number(std::string_view written) {
  const auto number = parse_integer(written);
  if (number) return {fmt::format("{}", *number), {}, {}};
  return {{}, fmt::format("{} is not a whole number", in_quotes(written)), "write digits only, like 30"};
}

/// Digits with at most one point between them; as written, since trailing zeros may be meant.
Value decimal_number(std::string_view written) {
  constexpr std::size_t kMostDigits = 18;  // what every source can hold
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const std::string_view number = written.starts_with('-') ? written.substr(1) : written;
  const std::size_t point = number.find('.');
  const bool sound = digits(number.substr(0, point)) && (point == std::string_view::npos || digits(number.substr(point + 1)));
  if (sound && number.size() <= kMostDigits + 1) return {std::string(written), {}, {}};
  return {{}, fmt::format("{} is not a decimal number", in_quotes(written)), "write digits and a point, like 12.5"};
}

Value checked(const ParameterRequest& request, const Parameter& parameter, std::string_view written) {
  switch (parameter.type) {
    case ParameterType::id:
      return free_text(trim(written));
    case ParameterType::id_list:
      if (parameter.accepts_all && to_lower(trim(written)) == catalog::kAll) return {std::string(catalog::kAll), {}, {}};
      return parameter.values.empty() ? free_text(trim(written)) : enumerated(request, parameter, trim(written));
    case ParameterType::text:
      return free_text(written);
    case ParameterType::enumeration:
      return enumerated(request, parameter, trim(written));
    case ParameterType::integer:
      return whole_number(trim(written));
    case ParameterType::decimal:
      return decimal_number(trim(written));
    case ParameterType::boolean: {
      const std::string word = to_lower(trim(written));
      if (word == "true" || word == "false") return {word, {}, {}};
      return {{}, fmt::format("{} is neither true nor false", in_quotes(written)), "use true or false"};
    }
    case ParameterType::date: {
      const auto date = parse_date(trim(written));
      if (date) return {format_date(*date), {}, {}};
      return {{}, fmt::format("{} is not a day", in_quotes(written)), "write YYYY-MM-DD"};
    }
  }
  return {{}, "its type is unknown", {}};
}

std::vector<std::string> check_values(const ParameterRequest& request, const Parameter& parameter,
                                      const std::vector<std::string>& given, Violations& found) {
  const std::string field = "params." + parameter.name;
  const bool is_list = parameter.type == ParameterType::id_list;
  std::vector<std::string> parts;
  for (const auto& value : given) {
    if (!is_list)
      parts.push_back(value);
    else
      for (auto& part : split(value, ',')) parts.push_back(std::move(part));
  }
  if (!is_list && parts.size() > 1) {
    found.push_back({Code::parameter_type, field, fmt::format("it takes one value, not {}", parts.size()), "give it once"});
    return {};
  }
  std::vector<std::string> values;
  std::set<std::string> seen;
  for (const auto& part : parts) {
    Value value = checked(request, parameter, part);
    if (!value.wrong.empty())
      found.push_back({Code::parameter_type, field, std::move(value.wrong), std::move(value.hint)});
    else if (seen.insert(value.text).second)
      values.push_back(std::move(value.text));
  }
  if (parameter.accepts_all && values.size() > 1 && seen.contains(std::string(catalog::kAll))) {
    found.push_back({Code::parameter_type, field, fmt::format("{} stands alone: it means every one", catalog::kAll),
                     fmt::format("give {}, or the ids without it", catalog::kAll)});
    return {};
  }
  return values;
}

std::string example(const ParameterRequest& request, const Parameter& parameter) {
  if (!parameter.values.empty()) return "use " + either(parameter.values);
  if (!parameter.choices.empty() && parameter.accepts_all)
    return fmt::format("give {}, or what {} lists", catalog::kAll,
                       choices_command(request.report, parameter, request.account, request.scope));
  if (!parameter.choices.empty())
    return fmt::format("{} lists what it can be", choices_command(request.report, parameter, request.account, request.scope));
  return fmt::format("give {}=VALUE, of type {}", parameter.name, parameter_type_name(parameter.type));
}

/// Why a report does not take a parameter that others have (the mode of orders-export).
std::string takers(std::string_view name, const catalog::Catalog& catalog) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> ids;
  for (const catalog::Report* other : catalog.all())
    if (!other->hidden && other->parameter(name) != nullptr) ids.push_back(other->id);
  if (ids.empty() || ids.size() > kMost) return {};
  return fmt::format(": only {} {} one", join(ids, " and "), ids.size() == 1 ? "has" : "have");
}

void refuse_unknown(const std::string& name, const catalog::Report& report, const catalog::Catalog& catalog, Violations& found) {
  std::vector<std::string> known;
  for (const auto& parameter : report.parameters) known.push_back(parameter.name);
  const std::string near = did_you_mean(name, known);
  found.push_back(
      {Code::parameter_unknown, "params." + printable(name),
       fmt::format("{} has no parameter {}{}", report.id, in_quotes(name), near.empty() ? takers(name, catalog) : near),
       known.empty() ? "leave it out; this report takes no parameters" : "it takes " + join(known, ", ")});
}

/// A selector that makes no sense in this scope: the depots of one depot.
void refuse_scope(const Parameter& parameter, const catalog::Report& report, const schedule::Scope& scope, Violations& found) {
  std::vector<std::string> kinds;
  for (const auto kind : parameter.scopes) kinds.emplace_back(scope_kind_name(kind));
  found.push_back({Code::parameter_unknown, "params." + parameter.name,
                   fmt::format("{} takes {} only when its scope is {}, not {}", report.id, parameter.name, either(kinds),
                               printable(scope.str())),
                   "leave it out, or change the scope"});
}

}  // namespace

std::string choices_command(const catalog::Report& report, const Parameter& parameter, const access::Account& account,
                            const std::optional<schedule::Scope>& scope) {
  return fmt::format("`reportctl catalog choices {} {} --account {}{}`", report.id, parameter.name, shell_word(account.id),
                     scope && !scope->site.empty() ? " --scope " + shell_word(scope->str()) : std::string());
}

schedule::Parameters check_parameters(const ParameterRequest& request, Violations& found) {
  const auto& [given, report, catalog, scope, account, given_by_rows] = request;
  schedule::Parameters canonical;
  for (const Parameter& parameter : report.parameters) {
    const auto written = given.find(parameter.name);
    if (scope && !parameter.scopes.empty() && !parameter.scopes.contains(scope->kind)) {
      if (written != given.end() && !written->second.empty()) refuse_scope(parameter, report, *scope, found);
      continue;
    }
    if (written != given.end() && !written->second.empty()) {
      auto values = check_values(request, parameter, written->second, found);
      if (!values.empty()) canonical[parameter.name] = std::move(values);
    } else if (parameter.fallback) {
      canonical[parameter.name] = {*parameter.fallback};
    } else if ((parameter.required && !given_by_rows.contains(parameter.name)) || parameter.name == report.variant_parameter) {
      found.push_back({Code::parameter_required, "params." + parameter.name,
                       fmt::format("{} needs {}", report.id, parameter.name), example(request, parameter)});
    }
  }
  for (const auto& [name, values] : given)
    if (report.parameter(name) == nullptr) refuse_unknown(name, report, catalog, found);
  return canonical;
}

std::vector<std::string> check_columns(const std::vector<std::string>& given, const catalog::Shape& shape, Violations& found) {
  std::vector<std::string> known;
  for (const auto& column : shape.columns) known.push_back(column.name);
  std::vector<std::string> chosen;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const std::string name = to_lower(trim(given[i]));
    if (std::find(known.begin(), known.end(), name) == known.end())
      found.push_back({Code::column_unknown, place("columns", i),
                       fmt::format("there is no column {}{}", in_quotes(given[i]), did_you_mean(name, known)),
                       "it has " + join(known, ", ")});
    else if (!seen.insert(name).second)
      found.push_back(
          {Code::column_unknown, place("columns", i), fmt::format("column {} is chosen twice", name), "name it once"});
    else
      chosen.push_back(name);
  }
  return chosen;
}

}  // namespace reportctl::validation
