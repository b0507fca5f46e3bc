// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/field_diff.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "reportctl/base/text.hpp"
#include "reportctl/schedule/fields.hpp"

namespace reportctl::manage {
namespace {

std::vector<std::string> one(std::string value) {
  if (value.empty()) return {};
  return {std::move(value)};
}

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
  FieldTexts texts;
  for (const auto& field : schedule::fields()) {
    if (field.name == "account") continue;  // it never changes
    auto [values, named] = field.text(definition);
    if (field.kind == schedule::FieldKind::parts || field.kind == schedule::FieldKind::also)  // a row a line
      for (auto& [key, columns] : std::exchange(named, {}))
        texts.push_back({fmt::format("{}[{}]", field.name, key), {join(columns, ", ")}});
    for (auto& [name, several] : named) texts.push_back({fmt::format("{}.{}", field.name, name), std::move(several)});
    if (named.empty()) texts.push_back({std::string(field.name), std::move(values)});
  }
  return texts;
}

FieldTexts fields_of(const access::Account& account) {
  FieldTexts texts;
  for (const auto& field : access::account_fields()) {
    texts.push_back({std::string(field.name), field.text(account).values});
    if (field.name == "brand.logo" && !account.brand.logo.empty()) texts.back().values.front().resize(12);
  }
  return texts;
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
