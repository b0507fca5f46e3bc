// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/yaml.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/rows/query.hpp"

namespace reportctl::catalog {

/// The file being read, and what is wrong with it so far.
struct ModuleFile {
  std::string_view text;
  const std::string& name;
  yaml::Problems& problems;
  yaml::Problems& warnings;

  void problem(const yaml::Node& at, std::string_view message);
  /// At a byte offset inside a scalar: the true line and column where the scalar is a literal block or one plain line.
  void problem_in(const yaml::Node& scalar, std::size_t offset, std::string message);
  /// What may be meant so, and mostly is not.
  void warning_in(const yaml::Node& scalar, std::size_t offset, std::string message);
  [[nodiscard]] yaml::MapReader reader(const yaml::Node& map, std::string what) { return {map, std::move(what), name, problems}; }
};

bool is_id(std::string_view);           ///< `orders-export`: lower-case words joined by `-`, at most 64 characters
bool is_column_name(std::string_view);  ///< `placed_at`, at most 63 characters: of columns and parameters
bool is_alias(std::string_view);        ///< `ORDERS_EXPORT`

/// A required line of text for people: no control characters.
std::string read_label(ModuleFile&, yaml::MapReader&, std::string_view key);
/// The words of a list (or one word), each with its place; empty lists, repeated words and everything but words are problems.
std::vector<const yaml::Node*> read_words(ModuleFile&, yaml::MapReader&, std::string_view key);

/// Parameters, which the queries may name; before read_shapes().
void read_parameters(ModuleFile&, yaml::MapReader& module, Report&);
/// `columns`, `summary`, `chart` and `query`, once or per variant.
void read_shapes(ModuleFile&, yaml::MapReader& module, Report&);

/// The rules of a report's query. `dialects`: what the text must serve.
struct QueryText {
  const yaml::Node& node;
  std::string what;  ///< `query`, for messages
  std::span<const rows::Dialect> dialects;
};
void check_query(ModuleFile&, const Report&, const QueryText&);
/// The rules of a parameter's `choices`.
void check_choices(ModuleFile&, const Report&, const yaml::Node&);
/// The rules of `ready`.
void check_ready(ModuleFile&, const Report&, const yaml::Node&);
/// The rules of a parameter's `filter`: one SQL expression.
void check_filter(ModuleFile&, const Report&, const yaml::Node&);

/// Where a module is named: its id, then its aliases. For messages about names that are taken.
struct NamePlace {
  std::string name;
  int line = 1;
  int column = 1;
};
std::vector<NamePlace> find_names(std::string_view text, const std::string& file);

}  // namespace reportctl::catalog
