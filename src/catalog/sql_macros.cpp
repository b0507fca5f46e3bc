// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_macros.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reportctl::catalog {
namespace {

struct Macro {
  std::string_view name;
  std::size_t arity;
  std::string_view bind;
  rows::Phrase rows::DialectRules::*form;  ///< nullptr: kOfSite, the same in every dialect
};

constexpr std::string_view kOfSite = "({0}) = {2}";
constexpr std::array<Macro, 8> kMacros{{
    {"earlier", 2, "", &rows::DialectRules::earlier},
    {"in_depot", 1, "depot", nullptr},
    {"in_workspace", 1, "workspace", nullptr},
    {"later", 2, "", &rows::DialectRules::later},
    {"local_date", 1, "timezone", &rows::DialectRules::local_date},
    {"local_timestamp", 1, "timezone", &rows::DialectRules::local_timestamp},
    {"seconds_between", 2, "", &rows::DialectRules::seconds_between},
    {"text_order", 1, "", &rows::DialectRules::text_order},
}};

const Macro* find_macro(std::string_view name) {
  const auto* found = std::find_if(kMacros.begin(), kMacros.end(), [&](const Macro& macro) { return macro.name == name; });
  return found == kMacros.end() ? nullptr : found;
}

}  // namespace

const std::vector<std::string>& reserved_binds() {
  static const std::vector<std::string> names{"account", "depot", "workspace", "from", "to", "timezone"};
  return names;
}

const std::vector<std::string>& dialect_macros() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> list;
    for (const Macro& macro : kMacros) list.emplace_back(macro.name);
    return list;
  }();
  return names;
}

std::optional<std::size_t> macro_arity(std::string_view name) {
  const Macro* macro = find_macro(name);
  return macro == nullptr ? std::nullopt : std::optional(macro->arity);
}

std::string_view macro_bind(std::string_view name) {
  const Macro* macro = find_macro(name);
  return macro == nullptr ? std::string_view() : macro->bind;
}

bool is_site_macro(std::string_view name) {
  const std::string_view bind = macro_bind(name);
  return bind == "depot" || bind == "workspace";
}

std::string expand_macro(std::string_view name, const std::vector<std::string>& arguments, std::string_view bind,
                         const rows::DialectRules& rules) {
  const Macro& macro = *find_macro(name);
  const std::string_view form = macro.form == nullptr ? kOfSite : (rules.*macro.form).text;
  const std::string second = arguments.size() > 1 ? arguments[1] : std::string();
  return fmt::format(fmt::runtime(form), arguments.at(0), second, bind);
}

}  // namespace reportctl::catalog
