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
  MacroTakes takes;
  std::string_view bind;
  rows::Phrase rows::DialectRules::*form;  ///< nullptr: the same in every dialect
};

constexpr std::string_view kOfSite = "({0}) = {2}";
constexpr std::string_view kAsItIs = "{0}";
constexpr std::array kMacros{
    Macro{"decimal", 1, MacroTakes::expressions, "", &rows::DialectRules::decimal},
    Macro{"difference", 2, MacroTakes::expressions, "", &rows::DialectRules::difference},
    Macro{"earlier", 2, MacroTakes::common_instants, "", &rows::DialectRules::earlier},
    Macro{"in_depot", 1, MacroTakes::column, "depot", nullptr},
    Macro{"in_period", 1, MacroTakes::period, "", nullptr},
    Macro{"in_scope", 1, MacroTakes::table, "", nullptr},
    Macro{"in_workspace", 1, MacroTakes::column, "workspace", nullptr},
    Macro{"instant", 1, MacroTakes::common_instants, "", nullptr},
    Macro{"later", 2, MacroTakes::common_instants, "", &rows::DialectRules::later},
    Macro{"local_date", 1, MacroTakes::instants, "timezone", &rows::DialectRules::local_date},
    Macro{"local_timestamp", 1, MacroTakes::instants, "timezone", &rows::DialectRules::local_timestamp},
    Macro{"means", 2, MacroTakes::expressions, "", &rows::DialectRules::in_list},
    Macro{"seconds_between", 2, MacroTakes::instants, "", &rows::DialectRules::seconds_between},
    Macro{"money", 2, MacroTakes::amount, "", nullptr},
    Macro{"text_order", 1, MacroTakes::expressions, "", &rows::DialectRules::text_order},
    Macro{"truth", 1, MacroTakes::boolean, "", nullptr},
    Macro{"whole", 1, MacroTakes::expressions, "", &rows::DialectRules::whole},
};

const Macro* find_macro(std::string_view name) {
  const auto* found = std::find_if(kMacros.begin(), kMacros.end(), [&](const Macro& macro) { return macro.name == name; });
  return found == kMacros.end() ? nullptr : found;
}

}  // namespace

const std::vector<std::string>& reserved_binds() {
  static const std::vector<std::string> names{"account", "depot",    "workspace",     "from",
                                              "to",      "timezone", "previous_from", "previous_to"};
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

MacroTakes macro_takes(std::string_view name) {
  const Macro* macro = find_macro(name);
  return macro == nullptr ? MacroTakes::expressions : macro->takes;
}

std::string_view macro_bind(std::string_view name) {
  const Macro* macro = find_macro(name);
  return macro == nullptr ? std::string_view() : macro->bind;
}

bool takes_form(std::string_view macro) {
  const MacroTakes takes = macro_takes(macro);
  return takes == MacroTakes::common_instants || takes == MacroTakes::instants || takes == MacroTakes::period;
}

bool macro_uses(std::string_view macro, std::string_view bind) {
  if (macro_takes(macro) == MacroTakes::period) return bind == "from" || bind == "to";
  return !bind.empty() && macro_bind(macro) == bind;
}

bool is_site_macro(std::string_view name) {
  const std::string_view bind = macro_bind(name);
  return bind == "depot" || bind == "workspace";
}

std::string expand_macro(std::string_view name, const std::vector<std::string>& arguments, std::string_view bind,
                         const rows::DialectRules& rules) {
  const Macro& macro = *find_macro(name);
  const std::string_view form = macro.form != nullptr ? (rules.*macro.form).text : macro.bind.empty() ? kAsItIs : kOfSite;
  const std::string second = arguments.size() > 1 ? arguments[1] : std::string();
  return fmt::format(fmt::runtime(form), arguments.at(0), second, bind);
}

}  // namespace reportctl::catalog
