// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "file_names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"
#include "texts.hpp"

namespace reportctl::run {

schedule::Parameters telling_parameters(const validation::Resolved& resolved) {
  schedule::Parameters telling;
  for (const auto& [name, values] : resolved.parameters) {
    const auto* const parameter = resolved.report->parameter(name);
    const bool is_default = parameter->fallback && values == std::vector<std::string>{*parameter->fallback};
    if (!is_default && !catalog::means_all(*parameter, values)) telling[name] = values;
  }
  return telling;
}

namespace {

std::string safe_file_word(std::string_view word) {
  std::string safe;
  for (const char c : word) {
    const bool keep = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
    safe += keep ? c : '-';
  }
  safe.erase(0, std::min(safe.find_first_not_of(".-"), safe.size()));
  return safe.substr(0, 40);
}

/// Tells files of different parameters or columns apart: `_v05`, where that says all of it, else `_v05-nort-3fa2c1`. Short, since
/// some mail programs cannot read names of more than 65 characters.
std::string file_filters(const RunPlan& plan) {
  constexpr std::size_t kMostReadable = 16;
  constexpr std::size_t kBeforeHash = 8;
  constexpr std::size_t kHash = 6;
  const auto telling = telling_parameters(plan.resolved);
  std::string shown, all;
  for (const auto& [name, values] : telling) {
    const auto type = plan.resolved.report->parameter(name)->type;
    const bool tells = type == catalog::ParameterType::id || type == catalog::ParameterType::id_list ||
                       type == catalog::ParameterType::enumeration;
    shown += (shown.empty() ? "" : "-") + (tells ? std::string() : name + "-") + join(values, "-");
    all += fmt::format("{}={}\n", name, join(values, "\t"));
  }
  const bool is_whole = telling.size() == 1 && telling.begin()->second.size() == 1 && plan.resolved.columns.empty() &&
                        shown.size() <= kMostReadable && safe_file_word(shown) == shown;
  if (is_whole) return "_" + shown;
  if (!plan.resolved.columns.empty()) {
    shown += (shown.empty() ? "" : "-") + join(plan.resolved.columns, "-");
    all += join(plan.resolved.columns, ",");
  }
  if (all.empty()) return {};
  return fmt::format("_{}-{}", safe_file_word(shown).substr(0, kBeforeHash), sha256_hex(all).substr(0, kHash));
}

/// `_0800-0830`, or `_0800_2026-03-19_0830` of several days.
std::string part_words(const schedule::Window& window, bool is_one_day) {
  const auto minute = [](TimeOfDay time) { return fmt::format("{:02}{:02}", time.hour, time.minute); };
  const auto& [from, to] = *window.part;
  if (is_one_day) return fmt::format("_{}-{}", minute(from), minute(to));
  return fmt::format("_{}_{}_{}", minute(from), format_date(window.last), minute(to));
}

/// Without its ending.
std::string default_file_name(const RunPlan& plan) {
  const auto& scope = plan.resolved.scope;
  const auto& window = plan.window;
  const auto whose = safe_file_word(scope.site.empty() ? plan.account.id : scope.site);
  const bool is_one_day = window.snapshot || window.first == window.last;
  const auto days = window.part  ? format_date(window.first) + part_words(window, is_one_day)
                    : is_one_day ? format_date(window.last)
                                 : fmt::format("{}_{}", format_date(window.first), format_date(window.last));
  return fmt::format("{}_{}{}_{}", safe_file_word(plan.resolved.report->id), whose, file_filters(plan), days);
}

/// Of a template: what not every system can store becomes `-`, one for each character.
std::string chosen_file_name(const RunPlan& plan, const std::string& text) {
  constexpr std::size_t kLongest = 100;
  std::string name;
  for (const char c : filled(text, plan.text_values)) {
    const bool keep = safe_file_word(std::string("x") + c) == std::string("x") + c || c == '_';
    const bool continues = (c & 0xC0) == 0x80;
    if (!continues) name += keep ? c : '-';
  }
  name.erase(0, std::min(name.find_first_not_of(".-"), name.size()));
  return name.empty() ? default_file_name(plan) : name.substr(0, kLongest);
}

/// Of a template: a value is a plain word, and one that would be nothing is `_`.
std::string filled_path(const std::string& path, const TextTemplate::Values& values) {
  TextTemplate::Values words;
  for (const auto& [name, value] : values) {
    const auto word = safe_file_word(value);
    words[name] = word.empty() ? "_" : word;
  }
  return filled(path, words);
}

/// Files of one mail have different names: the second `sales.csv` is `sales-2.csv`.
void make_unique(RunPlan& plan) {
  std::set<std::string> known;
  const auto rename = [&](std::string& name) {
    const auto dot = name.rfind('.');
    const auto stem = name.substr(0, dot), ending = name.substr(dot);
    for (int number = 2; !known.insert(name).second; ++number) name = fmt::format("{}-{}{}", stem, number, ending);
  };
  const auto all_of = [&](RunPlan& one) {
    rename(one.file_name);
    for (auto& file : one.more_files) rename(file.name);
  };
  all_of(plan);
  for (auto& one : plan.also) all_of(one);
}

}  // namespace

void name_files(RunPlan& plan, const schedule::Definition* definition) {
  const bool is_chosen = definition != nullptr && !definition->file_name.empty();
  const auto stem = is_chosen ? chosen_file_name(plan, definition->file_name) : default_file_name(plan);
  const auto named = [&](const std::string& format) { return fmt::format("{}.{}", stem, rows::file_format(format).extension); };
  plan.file_name = named(plan.resolved.format);
  for (const auto& format : plan.resolved.more_formats) plan.more_files.push_back({format, named(format)});
}

void place_files(RunPlan& plan, const schedule::Definition& definition) {
  make_unique(plan);
  for (const auto& place : definition.recipients.places) {
    const auto directory = filled_path(place.path, plan.text_values);
    for (const auto& file : plan.files()) {
      schedule::Place filled{place.destination, directory + (directory.empty() ? "" : "/") + file.name};
      if (std::find(plan.places.begin(), plan.places.end(), filled) == plan.places.end())
        plan.places.push_back(std::move(filled));
    }
  }
}

}  // namespace reportctl::run
