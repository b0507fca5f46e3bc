// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/catalog/catalog.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <system_error>

#include "compiled_modules.hpp"
#include "module_reader.hpp"
#include "reportctl/base/directory.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/file.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

constexpr std::uint64_t kLargestModule = 1U << 20U;

/// Whether a file lies in a directory of the catalog. Elsewhere it is a draft: it stops no other module, and may have the names
/// of the file that it is going to replace, which is called as it is.
enum class Place { searched, elsewhere };

/// An operator's file. Whatever is wrong with it is in `loaded.problems`.
struct OperatorModule {
  std::filesystem::path path;
  std::string text;
  Loaded loaded;
};

const CompiledModule* find_compiled(std::string_view lower_case) {
  const auto names = compiled_names();
  const auto found = std::lower_bound(names.begin(), names.end(), lower_case,
                                      [](const CompiledName& name, std::string_view wanted) { return name.name < wanted; });
  return found != names.end() && found->name == lower_case ? &compiled_modules()[found->module] : nullptr;
}

/// `*.yaml` in name order. Names with a leading dot are what editors leave behind.
std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& directory, yaml::Problems& problems) {
  std::vector<std::filesystem::path> files;
  const auto error = each_entry(directory, [&](const std::filesystem::directory_entry& entry) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() == ".yaml" && !name.starts_with('.')) files.push_back(entry.path());
  });
  if (error && error != std::errc::no_such_file_or_directory)
    problems.push_back({directory.string(), 1, 1, fmt::format("cannot be searched for modules: {}", error.message())});
  std::sort(files.begin(), files.end());
  return files;
}

std::unique_ptr<OperatorModule> load_file(const std::filesystem::path& path, Place place) {
  auto module = std::make_unique<OperatorModule>();
  module->path = path;
  module->text =
      place == Place::searched ? read_trusted_file(path, kLargestModule) : read_file(path, kLargestModule, FileKind::any);
  module->loaded = load_module(module->text, path.string());
  return module;
}

std::unique_ptr<OperatorModule> load_found(const std::filesystem::path& path) {
  try {
    return load_file(path, Place::searched);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::interrupted) throw;  // a stop says nothing about the module
    auto module = std::make_unique<OperatorModule>();
    module->path = path;
    module->loaded.problems.push_back({path.string(), 1, 1, error.what()});
    return module;
  }
}

}  // namespace

struct Catalog::Impl {
  std::vector<std::filesystem::path> directories;

  /// Modules never move once they are read: callers hold pointers to them.
  std::mutex mutex;
  std::vector<std::unique_ptr<Report>> compiled;  ///< as compiled_modules(); null: not asked for yet
  bool searched = false;
  std::vector<std::unique_ptr<OperatorModule>> modules;
  std::map<std::string, OperatorModule*, std::less<>> names;  ///< of each: the first that has it
  std::map<const CompiledModule*, std::string> doubled;       ///< compiled in, and a file has a name of it: why it is stopped
  yaml::Problems directory_problems;
  yaml::Problems untrusted_directories;  ///< of these: what they hold is not known, so a name that is missing may be there
  yaml::Problems doubled_names;

  const Report& compiled_report(const CompiledModule& module) {
    const auto index = static_cast<std::size_t>(&module - compiled_modules().data());
    auto& report = compiled[index];
    if (report == nullptr) {
      Loaded loaded = load_module(module.text, std::string(module.file));
      if (!loaded.problems.empty())
        throw Error(ErrorKind::failed, fmt::format("a module of this program is broken: {}", yaml::describe(loaded.problems)));
      loaded.report.origin = kBuiltIn;
      report = std::make_unique<Report>(std::move(loaded.report));
    }
    return *report;
  }

  /// Reads the operator's files once.
  void search() {
    if (searched) return;
    searched = true;
    for (const auto& directory : directories) {
      if (!may_be_searched(directory)) continue;
      for (const auto& path : yaml_files(directory, directory_problems)) add(load_found(path));
    }
  }

  /// Whoever may write the directory decides what every report shows.
  bool may_be_searched(const std::filesystem::path& directory) {
    std::error_code error;
    if (!std::filesystem::exists(directory, error)) return true;
    try {
      require_trusted(directory, ErrorKind::config);
      return true;
    } catch (const Error& untrusted) {
      untrusted_directories.push_back({directory.string(), 1, 1, untrusted.what()});
      directory_problems.push_back(untrusted_directories.back());
      return false;
    }
  }

  /// A name that two modules have stops both: whichever were taken, it might be the old copy of the other.
  void add(std::unique_ptr<OperatorModule> module, Place place = Place::searched) {
    for (const std::string& name : names_of(*module)) {
      const std::string key = to_lower(name);
      if (const CompiledModule* compiled_in = find_compiled(key)) {
        refuse(*module, name, fmt::format("the program's own report {} has it, too; give this module another", compiled_in->id));
        doubled.try_emplace(compiled_in, fmt::format("{} has a name of this report", module->path.string()));
      }
      const auto [other, is_new] = names.try_emplace(key, module.get());
      if (is_new || other->second == module.get()) continue;
      if (place == Place::elsewhere && may_replace(*other->second, module->path)) continue;
      refuse(*module, name, fmt::format("{} has it, too; keep one of the two", other->second->path.string()));
      if (place == Place::searched)
        refuse(*other->second, name, fmt::format("{} has it, too; keep one of the two", module->path.string()));
    }
    if (module->loaded.report.id.empty()) names.try_emplace(to_lower(module->path.stem().string()), module.get());
    modules.push_back(std::move(module));
  }

  /// A file, which is read now if no directory has it.
  OperatorModule& module_of(const std::filesystem::path& file) {
    std::error_code error;
    auto found = std::find_if(modules.begin(), modules.end(),
                              [&](const auto& module) { return std::filesystem::equivalent(module->path, file, error); });
    if (found == modules.end()) {
      add(load_file(file, Place::elsewhere), Place::elsewhere);
      found = std::prev(modules.end());
    }
    return **found;
  }

  /// What is wrong with it.
  yaml::Problems problems_of(const std::filesystem::path& file) {
    const OperatorModule& module = module_of(file);
    yaml::Problems problems = module.loaded.problems;
    const yaml::Problems& warnings = module.loaded.warnings;
    problems.insert(problems.end(), warnings.begin(), warnings.end());
    for (yaml::Problem& problem : problems) problem.file = file.string();
    return problems;
  }

  /// A file of the same name, or what comes through a pipe, is linted as the next version of a module.
  static bool may_replace(const OperatorModule& module, const std::filesystem::path& file) {
    return module.path.filename() == file.filename() || !std::filesystem::is_regular_file(file);
  }

  static std::vector<std::string> names_of(const OperatorModule& module) {
    std::vector<std::string> all = module.loaded.report.aliases;
    if (!module.loaded.report.id.empty()) all.insert(all.begin(), module.loaded.report.id);
    return all;
  }

  void refuse(OperatorModule& module, const std::string& name, const std::string& why) {
    yaml::Problem problem{module.path.string(), 1, 1, fmt::format("the name \"{}\" is taken: {}", visible(name), why)};
    for (const NamePlace& place : find_names(module.text, problem.file)) {
      if (to_lower(place.name) != to_lower(name)) continue;
      problem.line = place.line;
      problem.column = place.column;
      break;
    }
    module.loaded.problems.push_back(problem);
    doubled_names.push_back(std::move(problem));
  }

  const Report* find(std::string_view written) {
    const std::string key = to_lower(trim(written));
    search();
    if (const CompiledModule* module = find_compiled(key)) {
      if (const auto why = doubled.find(module); why != doubled.end())
        throw Error(ErrorKind::invalid, fmt::format("there are two reports {}: {}", module->id, why->second),
                    "give the module of that file another id, or remove it from catalog.dirs");
      return &compiled_report(*module);
    }
    const auto found = names.find(key);
    if (found == names.end()) {
      if (!untrusted_directories.empty())
        throw Error(ErrorKind::config,
                    fmt::format("report {} is not built in, and a directory of modules was not searched: {}", visible(key),
                                yaml::describe(untrusted_directories)),
                    "correct the rights of the directory; reportctl config check looks at all of them");
      return nullptr;
    }
    const OperatorModule& module = *found->second;
    if (!module.loaded.problems.empty())
      throw Error(ErrorKind::invalid,
                  fmt::format("the module of report {} is broken:\n{}", key, yaml::describe(module.loaded.problems)),
                  "correct the file; reportctl catalog lint checks it");
    return &module.loaded.report;
  }
};

Catalog Catalog::open(const std::vector<std::filesystem::path>& directories) {
  Catalog catalog;
  catalog.impl_ = std::make_shared<Impl>();
  catalog.impl_->directories = directories;
  catalog.impl_->compiled.resize(compiled_modules().size());
  return catalog;
}

const Report* Catalog::find(std::string_view id_or_alias) const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->find(id_or_alias);
}

const Report& Catalog::get(std::string_view id_or_alias) const {
  const std::lock_guard lock(impl_->mutex);
  if (const Report* report = impl_->find(id_or_alias)) return *report;
  std::vector<std::string> known;
  for (const CompiledName& name : compiled_names()) known.emplace_back(name.name);
  for (const auto& [name, module] : impl_->names) known.push_back(name);
  throw Error(ErrorKind::not_found,
              fmt::format("there is no report \"{}\"{}", visible(id_or_alias), did_you_mean(to_lower(id_or_alias), known)),
              "reportctl catalog list shows every report");
}

std::vector<const Report*> Catalog::all() const {
  const std::lock_guard lock(impl_->mutex);
  impl_->search();
  std::vector<const Report*> reports;
  for (const CompiledModule& module : compiled_modules())
    if (!impl_->doubled.contains(&module)) reports.push_back(&impl_->compiled_report(module));
  for (const auto& module : impl_->modules)
    if (module->loaded.problems.empty()) reports.push_back(&module->loaded.report);
  std::sort(reports.begin(), reports.end(),
            [](const Report* a, const Report* b) { return std::tie(a->family, a->id) < std::tie(b->family, b->id); });
  return reports;
}

std::vector<std::string> Catalog::ids() const {
  const std::lock_guard lock(impl_->mutex);
  impl_->search();
  std::vector<std::string> ids;
  for (const CompiledModule& module : compiled_modules())
    if (!impl_->doubled.contains(&module)) ids.emplace_back(module.id);
  for (const auto& module : impl_->modules)
    if (module->loaded.problems.empty()) ids.push_back(module->loaded.report.id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

yaml::Problems Catalog::problems() const {
  const std::lock_guard lock(impl_->mutex);
  impl_->search();
  yaml::Problems problems = impl_->directory_problems;
  for (const auto& module : impl_->modules)
    problems.insert(problems.end(), module->loaded.problems.begin(), module->loaded.problems.end());
  return problems;
}

yaml::Problems Catalog::doubled_names() const {
  const std::lock_guard lock(impl_->mutex);
  impl_->search();
  return impl_->doubled_names;
}

yaml::Problems Catalog::lint(const std::vector<std::filesystem::path>& files) const {
  const std::lock_guard lock(impl_->mutex);
  impl_->search();
  yaml::Problems problems;
  for (const auto& file : files) {
    const yaml::Problems found = impl_->problems_of(file);
    problems.insert(problems.end(), found.begin(), found.end());
  }
  return problems;
}

const Report& Catalog::take(const std::filesystem::path& file) const {
  const std::lock_guard lock(impl_->mutex);
  impl_->search();
  OperatorModule& module = impl_->module_of(file);
  if (!module.loaded.problems.empty())
    throw Error(ErrorKind::invalid, yaml::describe(module.loaded.problems), "reportctl-module(5) has the rules");
  for (const std::string& name : Impl::names_of(module)) impl_->names[to_lower(name)] = &module;
  return module.loaded.report;
}

}  // namespace reportctl::catalog
