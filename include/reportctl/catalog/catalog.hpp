// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/yaml.hpp"
#include "reportctl/catalog/report.hpp"

namespace reportctl::catalog {

/// Reads one module strictly. On any problem the problems are filled and the report must not be used.
struct Loaded {
  Report report;
  yaml::Problems problems;
  yaml::Problems warnings = {};
};
Loaded load_module(std::string_view text, const std::string& file);

/// All modules: the compiled-in ones and the operator's. Parses a module only when it is asked for.
class Catalog {
 public:
  /// `directories` are searched for `*.yaml` in name order when something is first asked for; a missing directory is no error. A
  /// broken operator module is reported by problems(), never by get() of another report. A name that two modules have stops both.
  static Catalog open(const std::vector<std::filesystem::path>& directories);

  /// By id or alias in any case (`SALES`, `orders-export`). nullptr when unknown. Error(invalid) when that very module is broken.
  [[nodiscard]] const Report* find(std::string_view id_or_alias) const;
  /// As find(), or Error(not_found) with "did you mean".
  [[nodiscard]] const Report& get(std::string_view id_or_alias) const;
  /// Every module in order of family and id, broken ones left out.
  [[nodiscard]] std::vector<const Report*> all() const;
  [[nodiscard]] std::vector<std::string> ids() const;
  /// What is wrong with the operator's modules, names of other modules included.
  [[nodiscard]] yaml::Problems problems() const;
  /// Those of them that stop two modules, since both have a name.
  [[nodiscard]] yaml::Problems doubled_names() const;
  /// The same of these files, which need not lie in the catalog's directories: outside, one may have the names of the file that
  /// it would replace (the one that is called as it is). Error when one cannot be read.
  [[nodiscard]] yaml::Problems lint(const std::vector<std::filesystem::path>& files) const;
  /// The report of a file that is not installed, which stands from now on for the installed one that it would replace.
  /// Error(invalid) with everything that is wrong with it.
  [[nodiscard]] const Report& take(const std::filesystem::path& file) const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace reportctl::catalog
