// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {
namespace {

using catalog::Report;
using schedule::ListRow;

constexpr const char* kField = "recipients";

/// The list that a draft names; nullptr: there is no such module, or it cannot be read.
const Report* list_of(const Draft& draft, const catalog::Catalog& catalog) {
  if (draft.parts.module.empty()) return nullptr;
  const auto* const module = catalog.find(draft.parts.module);
  return module != nullptr && module->is_list ? module : nullptr;
}

std::vector<std::string> list_ids(const catalog::Catalog& catalog) {
  std::vector<std::string> ids;
  for (const auto* module : catalog.all())
    if (module->is_list) ids.push_back(module->id);
  return ids;
}

std::vector<std::string> columns_of(const Draft& draft, const catalog::Catalog& catalog) {
  if (const auto* const list = list_of(draft, catalog)) return list->list_columns();
  std::set<std::string> columns;
  for (const auto& [key, row] : draft.parts.rows)
    for (const auto& [column, value] : row.values) columns.insert(column);
  return {columns.begin(), columns.end()};
}

/// Its id.
std::string check_list(const Draft& draft, const Context& context, Violations& found) {
  const auto refuse = [&](Code code, std::string message, std::string hint) {
    found.push_back({code, kField, std::move(message), std::move(hint)});
  };
  const auto* const list = list_of(draft, context.catalog);
  if (list == nullptr) {
    const auto& module = draft.parts.module;
    const auto known = list_ids(context.catalog);
    refuse(Code::list_invalid, fmt::format("there is no list {}{}", in_quotes(module), did_you_mean(module, known)),
           known.empty() ? "write a module with kind: list, see reportctl-module(5)" : "use " + either(known));
    return module;
  }
  check_roles(*list, context, kField, found);
  check_feature(*list, context, kField, found);
  const auto scope = schedule::Scope::parse(draft.request.scope);
  if (scope && !list->scopes.contains(scope->kind))
    refuse(Code::list_invalid, fmt::format("the list {} is not for the scope {}", list->id, scope->str()),
           "choose a list that has it");
  return list->id;
}

/// What the schedule chose for the whole account, and a site does not take.
void leave_to_scope(Draft& draft, const ListRow& row, const Report* report) {
  const auto scope = schedule::Scope::parse(draft.request.scope);
  if (report == nullptr || !scope) return;
  for (const auto& parameter : report->parameters)
    if (!parameter.scopes.empty() && !parameter.scopes.contains(scope->kind) && !row.values.contains(parameter.name))
      draft.request.parameters.erase(parameter.name);
}

/// A parameter of a row is one of every report that has it, and does not say another value.
void lay_over(Draft& draft, const std::string& parameter, const std::string& value, const catalog::Catalog& catalog) {
  draft.request.parameters[parameter] = {value};
  for (auto& also : draft.also) {
    const auto* const report = catalog.find(trim(also.report));
    if (report != nullptr && report->parameter(parameter) != nullptr) also.parameters.try_emplace(parameter, std::vector{value});
  }
}

/// `depot:north` lies within it and within the account; an account lies in itself alone.
bool lies_within(const std::string& scope, const schedule::Scope& whole) {
  const auto parsed = schedule::Scope::parse(scope);
  return !parsed || whole.kind == schedule::ScopeKind::account || *parsed == whole;
}

}  // namespace

std::set<std::string> parameters_of_rows(const Draft& draft, const catalog::Catalog& catalog) {
  std::set<std::string> names;
  for (auto& column : columns_of(draft, catalog))
    if (schedule::is_parameter_column(column)) names.insert(std::move(column));
  return names;
}

schedule::PartList check_parts(const Draft& draft, const Context& context, const Report* report, Violations& found) {
  auto parts = draft.parts;
  if (!parts.given()) return parts;
  if (!draft.recipients.empty())
    found.push_back({Code::list_invalid, "to", "a schedule has its own recipients or parts, which have theirs",
                     "leave out to, or recipients (--list \"\")"});
  if (!parts.module.empty()) parts.module = check_list(draft, context, found);
  if (report == nullptr) return parts;
  std::vector<std::string> parameters;
  for (const auto& parameter : report->parameters) parameters.push_back(parameter.name);
  for (const auto& name : parameters_of_rows(draft, context.catalog))
    if (report->parameter(name) == nullptr)
      found.push_back(
          {Code::list_invalid, kField,
           fmt::format("its column {} is not a parameter of {}{}", in_quotes(name), report->id, did_you_mean(name, parameters)),
           parameters.empty() ? "leave it out; this report takes no parameters" : "it takes " + join(parameters, ", ")});
  return parts;
}

DraftCheck check_part(const schedule::Definition& whole, const std::string& key, const ListRow& row, const Context& context) {
  if (!row.problem.empty())
    return {{{Code::list_invalid, kField, row.problem, "give each part a key of its own"}}, std::nullopt, std::nullopt};
  auto draft = draft_of(whole);
  draft.parts = {};
  draft.part = key;
  draft.recipients.assign(row.to.begin(), row.to.end());
  for (const auto& [column, value] : row.values) {
    if (schedule::is_parameter_column(column))
      lay_over(draft, column, value, context.catalog);
    else
      schedule::field(column).write({.values = {value}, .named = {}}, draft);
  }
  leave_to_scope(draft, row, context.catalog.find(whole.report));
  auto check = check_draft(draft, context);
  if (!lies_within(draft.request.scope, whole.scope)) {
    check = {std::move(check.violations), std::nullopt, std::nullopt};
    check.violations.push_back({Code::scope_not_allowed, "scope",
                                fmt::format("{} is not within {}", printable(draft.request.scope), whole.scope.str()),
                                "a part sees the rows of its schedule at most"});
  }
  return check;
}

}  // namespace reportctl::validation
