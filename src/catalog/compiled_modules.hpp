// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace reportctl::catalog {

/// A module that was checked and compiled in by the build (embed_tool.cpp writes the tables).
struct CompiledModule {
  std::string_view id;
  std::string_view family;
  std::string_view file;  ///< `share/catalog/commerce/sales.yaml`
  std::string_view text;
};
/// An id or alias in lower case, and the module it names.
struct CompiledName {
  std::string_view name;
  std::size_t module;
};

std::span<const CompiledModule> compiled_modules();  ///< in order of family and id
std::span<const CompiledName> compiled_names();      ///< in order of name

}  // namespace reportctl::catalog
