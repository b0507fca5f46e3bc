// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "query_binds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reportctl/base/error.hpp"
#include "sql_macros.hpp"

namespace reportctl::catalog {

std::string_view QueryBinds::checked(std::string_view name) const {
  const auto& reserved = reserved_binds();
  if (std::find(reserved.begin(), reserved.end(), name) == reserved.end() && report_.parameter(name) == nullptr)
    throw Error(ErrorKind::invalid, fmt::format("report {}: the query uses :{}, which is not a parameter", report_.id, name));
  return name;
}

std::vector<std::string> QueryBinds::given(const Parameter& parameter) const {
  std::vector<std::string> values;
  const auto found = inputs_.parameters.find(parameter.name);
  if (found != inputs_.parameters.end() && !found->second.empty())
    values = found->second;
  else if (parameter.fallback)
    values = {*parameter.fallback};
  if (means_all(parameter, values)) values.clear();
  return values;
}

Value QueryBinds::value_of(const std::string& name) const {
  const schedule::Scope& scope = inputs_.scope;
  const auto site = [&](schedule::ScopeKind kind) { return scope.kind == kind ? Value(scope.site) : Value(std::monostate{}); };
  if (name == "account") return inputs_.account_key;
  if (name == "depot") return site(schedule::ScopeKind::depot);
  if (name == "workspace") return site(schedule::ScopeKind::workspace);
  if (name == "timezone") return inputs_.timezone;
  const Parameter& parameter = *report_.parameter(name);
  return parameter_value(parameter, given(parameter));
}

bool QueryBinds::is_id(std::string_view name) const {
  const Parameter* parameter = report_.parameter(name);
  return parameter != nullptr ? parameter->type == ParameterType::id
                              : name == "account" || name == "depot" || name == "workspace";
}

std::optional<std::int64_t> QueryBinds::number_of(std::string_view name) const {
  return rules_.untyped_ids && is_id(name) ? whole_id(value_of(std::string(name))) : std::nullopt;
}

std::string QueryBinds::both_of(std::string_view name, std::int64_t number) {
  const std::string as_text = use(name);
  return fmt::format("{}, {}", as_text, add(fmt::format("{}_number", name), number));
}

std::optional<Bound> QueryBinds::bound_of(std::string_view name) const {
  const bool before = name.starts_with("previous_");
  if (name != "from" && name != "to" && !before) return std::nullopt;
  if (before && !inputs_.previous) return std::nullopt;
  const schedule::Window& window = before ? *inputs_.previous : inputs_.window;
  return Bound{std::string(name), name.ends_with("from") ? window.from : window.to, window.part.has_value()};
}

std::string QueryBinds::add(const std::string& name, Value value) {
  const auto used = std::find_if(used_.begin(), used_.end(), [&](const Use& use) { return use.name == name && use.value; });
  if (used != used_.end()) return ":" + used->bind;
  const std::string bind = is_taken(name) ? further_bind(name) : name;
  used_.push_back({bind, name, std::move(value)});
  return ":" + bind;
}

std::string QueryBinds::use(std::string_view name, bool tested) {
  if (name.starts_with("previous_") && report_.parameter(name) == nullptr) return "NULL";
  std::string_view cast = cast_of(report_, name, rules_);
  const bool again = std::any_of(used_.begin(), used_.end(), [&](const Use& use) { return use.name == name; });
  std::string bind(name);
  if (cast.empty() && rules_.types_from_use) {  // another place may want another type
    if (again) bind = further_bind(bind);
    if (tested) cast = "text";
  }
  if (!again || bind != name) used_.push_back({bind, std::string(name), std::nullopt});
  return cast.empty() ? ":" + bind : fmt::format("CAST(:{} AS {})", bind, cast);
}

/// `depot_2`, `depot_3`, …: the first that is neither used nor a parameter.
std::string QueryBinds::further_bind(const std::string& name) const {
  for (int number = 2;; ++number) {
    std::string bind = fmt::format("{}_{}", name, number);
    if (!is_taken(bind)) return bind;
  }
}
bool QueryBinds::is_taken(const std::string& bind) const {
  return report_.parameter(bind) != nullptr ||
         std::any_of(used_.begin(), used_.end(), [&](const Use& use) { return use.bind == bind; });
}

std::vector<rows::Bind> QueryBinds::used() const {
  std::vector<rows::Bind> binds;
  for (const Use& use : used_) binds.push_back({use.bind, use.value ? *use.value : value_of(use.name)});
  return binds;
}

}  // namespace reportctl::catalog
