// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/field_diff.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"

namespace reportctl::manage {
namespace {

std::vector<std::string> one(std::string value) {
  if (value.empty()) return {};
  return {std::move(value)};
}

std::vector<std::string> list(const std::set<std::string>& values) { return {values.begin(), values.end()}; }

const std::vector<std::string>& values_of(const FieldTexts& fields, const std::string& name) {
  static const std::vector<std::string> kNone;
  const auto field = std::find_if(fields.begin(), fields.end(), [&](const FieldText& f) { return f.name == name; });
  return field == fields.end() ? kNone : field->values;
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

void diff_field(const std::string& name, const std::vector<std::string>& before, const std::vector<std::string>& after,
                std::vector<std::string>& lines) {
  if (before == after) return;
  if (before.size() == 1 && after.size() == 1) {
    lines.push_back(fmt::format("~ {}: {} → {}", name, visible(before[0]), visible(after[0])));
    return;
  }
  const auto known = lines.size();
  for (const auto& value : after) {
    if (!contains(before, value)) lines.push_back(fmt::format("+ {}: {}", name, visible(value)));
  }
  for (const auto& value : before) {
    if (!contains(after, value)) lines.push_back(fmt::format("- {}: {}", name, visible(value)));
  }
  if (lines.size() == known) lines.push_back(fmt::format("~ {}: {}", name, visible(fmt::format("{}", fmt::join(after, ", ")))));
}

}  // namespace

FieldTexts fields_of(const schedule::Definition& definition) {
  const auto& cadence = definition.cadence;
  FieldTexts fields = {
      {"name", one(definition.name)},
      {"description", one(definition.description)},
      {"report", one(definition.report)},
      {"scope", one(definition.scope.str())},
      {"cadence", one(std::string(schedule::cadence_name(cadence.kind)))},
      {"on", cadence.weekday == 0 ? one({}) : one(std::string(schedule::weekday_name(cadence.weekday)))},
      {"day", cadence.day_of_month == 0 ? one({}) : one(std::to_string(cadence.day_of_month))},
      {"at", definition.at ? one(format_time_of_day(*definition.at)) : one({})},
      {"timezone", one(definition.timezone)},
      {"window", definition.range ? one(std::string(schedule::range_name(*definition.range))) : one({})},
      {"lookback", definition.lookback_days ? one(std::to_string(*definition.lookback_days)) : one({})},
      {"format", one(definition.format)},
  };
  for (const auto& [name, values] : definition.parameters) fields.push_back({"params." + name, values});
  fields.push_back({"extra", one(definition.extra)});
  std::vector<std::string> to;
  for (const auto& mailbox : definition.recipients) to.push_back(mailbox.str());
  fields.push_back({"to", std::move(to)});
  fields.push_back({"subject", one(definition.subject)});
  fields.push_back({"no_data", definition.no_data ? one(std::string(schedule::no_data_name(*definition.no_data))) : one({})});
  fields.push_back({"active", one(definition.active ? "true" : "false")});
  return fields;
}

FieldTexts fields_of(const access::Account& account) {
  return {{"name", one(account.name)},
          {"timezone", one(account.timezone)},
          {"source", one(account.source)},
          {"key", one(account.key)},
          {"features", list(account.features)},
          {"brand.name", one(account.brand.name)},
          {"brand.color", one(account.brand.color)},
          {"brand.logo", one(account.brand.logo.substr(0, 12))},
          {"allowed_domains", account.allowed_domains}};
}

FieldTexts fields_of(const access::Member& member) {
  std::vector<std::string> sites;
  for (const auto& site : member.sites) sites.push_back(site.str());
  return {{"name", one(member.name)},
          {"email", member.email ? one(member.email->str()) : one({})},
          {"role", one(std::string(access::role_name(member.role)))},
          {"sites", std::move(sites)},
          {"login", one(member.login)}};
}

std::vector<std::string> diff(const FieldTexts& before, const FieldTexts& after) {
  std::vector<std::string> lines;
  for (const auto& field : after) diff_field(field.name, values_of(before, field.name), field.values, lines);
  for (const auto& field : before) {
    const bool seen = std::any_of(after.begin(), after.end(), [&](const FieldText& f) { return f.name == field.name; });
    if (!seen) diff_field(field.name, field.values, {}, lines);
  }
  return lines;
}

}  // namespace reportctl::manage
