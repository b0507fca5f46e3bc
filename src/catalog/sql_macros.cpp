// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "sql_macros.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace reportctl::catalog {
namespace {

/// `rc_…` are functions that the source registers with SQLite. {0} and {1} are the arguments, {2} the bind.
struct Macro {
  std::string_view name;
  std::size_t arity;
  std::string_view bind;
  const char* sqlite;
  const char* postgresql;
};

/// SQLite's min and max of several values are NULL when one of them is; LEAST and GREATEST skip it, and so do the macros.
constexpr std::array<Macro, 8> kMacros{{
    {"earlier", 2, "", "coalesce(min({0}, {1}), {0}, {1})", "LEAST({0}, {1})"},
    {"in_depot", 1, "depot", "({0}) = {2}", "({0}) = {2}"},
    {"in_workspace", 1, "workspace", "({0}) = {2}", "({0}) = {2}"},
    {"later", 2, "", "coalesce(max({0}, {1}), {0}, {1})", "GREATEST({0}, {1})"},
    {"local_date", 1, "timezone", "rc_local_date({0}, {2})", "CAST(({0}) AT TIME ZONE {2} AS date)"},
    {"local_timestamp", 1, "timezone", "rc_local_timestamp({0}, {2})", "(({0}) AT TIME ZONE {2})"},
    {"seconds_between", 2, "", "rc_seconds_between({0}, {1})", "CAST(floor(extract(epoch FROM ({1}) - ({0}))) AS bigint)"},
    {"text_order", 1, "", "({0}) COLLATE BINARY", "({0}) COLLATE \"C\""},
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
                         rows::Dialect dialect) {
  const Macro& macro = *find_macro(name);
  const char* form = dialect == rows::Dialect::sqlite ? macro.sqlite : macro.postgresql;
  const std::string second = arguments.size() > 1 ? arguments[1] : std::string();
  return fmt::format(fmt::runtime(form), arguments.at(0), second, bind);
}

}  // namespace reportctl::catalog
