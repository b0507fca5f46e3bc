// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
// Build step: checks every module under share/catalog with the program's own loader and writes the tables of
// compiled_modules.hpp.
//
//     embed_catalog LIST OUTPUT      LIST: one file a line
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "module_reader.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"

namespace {

using namespace reportctl;
using namespace reportctl::catalog;

/// Ends a raw string literal of the generated file.
constexpr std::string_view kDelimiter = "rc_module";

struct Module {
  std::filesystem::path path;
  std::string file;  ///< path as messages and the program name it
  std::string text;
  Report report;
};

Module read_module(const std::filesystem::path& path, yaml::Problems& problems) {
  Module module{path, path.string(), read_file(path), {}};
  Loaded loaded = load_module(module.text, module.file);
  module.report = std::move(loaded.report);
  const auto refuse = [&](const std::string& message) { loaded.problems.push_back({module.file, 1, 1, message}); };
  if (loaded.problems.empty()) {
    const std::string own = module.report.family + "/" + module.report.id + ".yaml";
    if (!module.file.ends_with("/" + own)) refuse(fmt::format("the file of this module must be share/catalog/{}", own));
  }
  if (module.text.find(fmt::format("){}\"", kDelimiter)) != std::string::npos) refuse("the text ends its own literal");
  problems.insert(problems.end(), loaded.problems.begin(), loaded.problems.end());
  return module;
}

/// Every id and alias in lower case, with the module that has it; a name that two modules have is a problem.
std::map<std::string, std::size_t> index_names(const std::vector<Module>& modules, yaml::Problems& problems) {
  std::map<std::string, std::size_t> names;
  for (std::size_t i = 0; i < modules.size(); ++i) {
    for (const NamePlace& place : find_names(modules[i].text, modules[i].file)) {
      const auto [other, is_new] = names.emplace(to_lower(place.name), i);
      if (!is_new && other->second != i)
        problems.push_back({modules[i].file, place.line, place.column,
                            fmt::format("\"{}\" is taken by {}", visible(place.name), modules[other->second].file)});
    }
  }
  return names;
}

std::string generate(const std::vector<Module>& modules, const std::map<std::string, std::size_t>& names) {
  std::string text = "#include \"compiled_modules.hpp\"\n\nnamespace reportctl::catalog {\n\n";
  if (modules.empty()) {
    text +=
        "std::span<const CompiledModule> compiled_modules() { return {}; }\nstd::span<const CompiledName> compiled_names() { "
        "return {}; }\n";
    return text + "\n}  // namespace reportctl::catalog\n";
  }
  text += "namespace {\nconstexpr CompiledModule kModules[] = {\n";
  for (const Module& module : modules)
    text += fmt::format("    {{\"{0}\", \"{1}\", \"share/catalog/{1}/{0}.yaml\",\nR\"{2}({3}){2}\"}},\n", module.report.id,
                        module.report.family, kDelimiter, module.text);
  text += "};\nconstexpr CompiledName kNames[] = {\n";
  for (const auto& [name, module] : names) text += fmt::format("    {{\"{}\", {}}},\n", name, module);
  text += "};\n}  // namespace\n\nstd::span<const CompiledModule> compiled_modules() { return kModules; }\n";
  return text + "std::span<const CompiledName> compiled_names() { return kNames; }\n\n}  // namespace reportctl::catalog\n";
}

int embed(const std::filesystem::path& list, const std::filesystem::path& output) {
  yaml::Problems problems;
  std::vector<Module> modules;
  for (const std::string& path : split(read_file(list), '\n'))
    if (!path.empty()) modules.push_back(read_module(path, problems));
  std::sort(modules.begin(), modules.end(), [](const Module& a, const Module& b) {
    return std::tie(a.report.family, a.report.id) < std::tie(b.report.family, b.report.id);
  });
  const auto names = index_names(modules, problems);
  if (!problems.empty()) {
    fmt::print(stderr, "{}\n", yaml::describe(problems));
    return 1;
  }
  AtomicFile file(output, 0644);
  file.write(generate(modules, names));
  file.commit();
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    fmt::print(stderr, "usage: embed_catalog LIST OUTPUT\n");
    return 2;
  }
  try {
    return embed(arguments[1], arguments[2]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "embed_catalog: {}\n", error.what());
    return 1;
  }
}
