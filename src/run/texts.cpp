// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <span>

#include "reportctl/base/address.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/hash.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/figure.hpp"
#include "reportctl/rows/file_format.hpp"
#include "reportctl/run/preview.hpp"

namespace reportctl::run {

std::string filled(const std::string& text, const TextTemplate::Values& values) {
  const auto parsed = TextTemplate::parse(text);
  return parsed ? parsed->fill(values) : text;
}

namespace {

/// What differs from the report's defaults.
schedule::Parameters telling_parameters(const validation::Resolved& resolved) {
  schedule::Parameters telling;
  for (const auto& [name, values] : resolved.parameters) {
    const auto* const parameter = resolved.report->parameter(name);
    const bool is_default = parameter->fallback && values == std::vector<std::string>{*parameter->fallback};
    if (!is_default && !catalog::means_all(*parameter, values)) telling[name] = values;
  }
  return telling;
}

std::string words_of(const catalog::Parameter& parameter, const std::string& value, const Language& language) {
  std::string words = value;
  if (parameter.type == catalog::ParameterType::boolean) return language.say(value == "true" ? "yes" : "no");
  if (parameter.type == catalog::ParameterType::enumeration)
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  return words;
}

/// A list may have ten thousand.
std::string some_of(const std::vector<std::string>& words, const Language& language) {
  constexpr std::size_t kMostNamed = 6;
  if (words.size() <= kMostNamed) return join(words, ", ");
  return language.count("some_named", static_cast<std::int64_t>(words.size() - kMostNamed + 1),
                        {{"names", join(std::span(words).first(kMostNamed - 1), ", ")}});
}

/// The values of a parameter for people: their names where the data have some.
std::string parameter_words(const RunPlan& plan, const catalog::Parameter& parameter, const std::vector<std::string>& values,
                            const ChoiceNames& names) {
  std::vector<std::string> words;
  const auto known = names.find(parameter.name);
  for (const auto& value : values) {
    const bool is_named = known != names.end() && known->second.contains(value) && !known->second.at(value).empty();
    words.push_back(is_named ? known->second.at(value) : words_of(parameter, value, plan.resolved.language));
  }
  return some_of(words, plan.resolved.language);
}

std::vector<std::pair<std::string, std::string>> filters_of(const RunPlan& plan, const ChoiceNames& names) {
  std::vector<std::pair<std::string, std::string>> filters;
  const Language& language = plan.resolved.language;
  const auto telling = telling_parameters(plan.resolved);
  for (const auto& parameter : plan.resolved.report->parameters) {
    const auto given = telling.find(parameter.name);
    if (given == telling.end()) continue;
    filters.emplace_back(parameter.label, parameter_words(plan, parameter, given->second, names));
  }
  std::vector<std::string> labels;
  for (const auto& name : plan.resolved.columns)
    for (const auto& column : plan.shape->columns)
      if (column.name == name) labels.push_back(column.label.empty() ? name : column.label);
  if (!labels.empty()) filters.emplace_back(language.say("columns"), some_of(labels, language));
  return filters;
}

/// ` (North, Kangoo)`: the site, and what else restricts the rows; nothing where nothing does.
std::string filter_words(const RunPlan& plan) {
  constexpr std::size_t kLongest = 60;
  std::vector<std::string> restrictions;
  if (!plan.site_name.empty()) restrictions.push_back(plan.site_name);
  for (const auto& [label, values] : plan.filters) restrictions.push_back(values);
  if (restrictions.empty()) return {};
  return " (" + fit_width(visible(repair_utf8(join(restrictions, ", "))), kLongest) + ")";
}

/// ISO 8601: the week that has the year's first Thursday is its first, so the week of a day may be of another year.
std::string week_of(Date day) {
  const auto weekday = std::chrono::weekday(std::chrono::sys_days(day)).iso_encoding();
  const Date thursday = add_days(day, 4 - static_cast<int>(weekday));
  const Date new_year = thursday.year() / std::chrono::January / 1;
  return fmt::format("{:04}-W{:02}", static_cast<int>(thursday.year()), days_between(new_year, thursday) / 7 + 1);
}

/// Of a part also its key, and who gets it.
void add_schedule(TextTemplate::Values& values, const schedule::Schedule& schedule, const Language& language) {
  values["name"] = schedule.definition.name;
  if (schedule.part.empty()) return;
  std::vector<std::string> names;
  for (const auto& to : schedule.definition.recipients.mailboxes) {
    const auto& name = to.display.empty() ? to.address.str() : to.display;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);  // one person with two addresses
  }
  values["key"] = schedule.part;
  values["recipient"] = some_of(names, language);
}

/// What the texts of a run may name before its rows are known: see catalog::text_variables().
TextTemplate::Values text_values(const RunPlan& plan, const TextFacts& facts) {
  const auto& window = plan.window;
  const int year = static_cast<int>(window.last.year());
  const auto month = static_cast<unsigned>(window.last.month());
  TextTemplate::Values values{{"report", plan.resolved.report->label},
                              {"filters", filter_words(plan)},
                              {"period", schedule::describe(window, plan.resolved.language)},
                              {"account", plan.account.shown_name()},
                              {"scope", plan.site_name.empty() ? plan.account.shown_name() : plan.site_name},
                              {"first_day", format_date(window.first)},
                              {"last_day", format_date(window.last)},
                              {"year", fmt::format("{:04}", year)},
                              {"quarter", fmt::format("{:04}-Q{}", year, (month + 2) / 3)},
                              {"month", fmt::format("{:04}-{:02}", year, month)},
                              {"week", week_of(window.last)},
                              {"slot_day", format_date(plan.zone.local_date(facts.slot))},
                              {"slot_week", week_of(plan.zone.local_date(facts.slot))},
                              {"slot_time", format_time_of_day(plan.zone.local_time(facts.slot))}};
  if (facts.schedule != nullptr) add_schedule(values, *facts.schedule, plan.resolved.language);
  for (const auto& parameter : plan.resolved.report->parameters) {
    const auto given = plan.resolved.parameters.find(parameter.name);
    values["param." + parameter.name] =
        given == plan.resolved.parameters.end() ? std::string() : parameter_words(plan, parameter, given->second, facts.names);
  }
  if (facts.data_until) values["data_until"] = *facts.data_until;
  return values;
}

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

/// `definition`: of a schedule, which may choose them; or none.
void name_files(RunPlan& plan, const schedule::Definition* definition) {
  const bool is_chosen = definition != nullptr && !definition->file_name.empty();
  const auto stem = is_chosen ? chosen_file_name(plan, definition->file_name) : default_file_name(plan);
  const auto named = [&](const std::string& format) { return fmt::format("{}.{}", stem, rows::file_format(format).extension); };
  plan.file_name = named(plan.resolved.format);
  for (const auto& format : plan.resolved.more_formats) plan.more_files.push_back({format, named(format)});
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

void fill_texts(RunPlan& plan, const TextFacts& facts) {
  plan.text_values = text_values(plan, facts);
  auto& title = plan.resolved.title;
  title = filled(title, plan.text_values);
  plan.text_values["report"] = title;
  name_files(plan, facts.schedule == nullptr ? nullptr : &facts.schedule->definition);
}

void describe(RunPlan& plan, const TextFacts& facts) {
  plan.filters = filters_of(plan, facts.names);
  fill_texts(plan, facts);
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

namespace {

/// The same and the figures of its rows.
TextTemplate::Values with_figures(const RunPlan& plan, std::int64_t rows, const std::vector<render::Metric>& metrics) {
  auto values = plan.text_values;
  const auto& language = plan.resolved.language;
  values["count"] = grouped(rows, 0, language.numbers());
  for (std::size_t i = 0; i < metrics.size(); ++i)
    values.try_emplace(catalog::figure_name(plan.shape->summary[i].value, plan.shape->columns),
                       join(render::short_values(metrics[i].values, language), ", "));
  return values;
}

/// Of a schedule without one; it says nothing again that the schedule's title says.
std::string default_subject(const std::string& title) {
  const auto parsed = TextTemplate::parse(title);
  const auto names = parsed ? parsed->variables() : std::vector<std::string>();
  const auto unless_said = [&](const char* name, const char* words) {
    return std::find(names.begin(), names.end(), name) == names.end() ? std::string(words) : std::string();
  };
  return "{report}" + unless_said("filters", "{filters}") + unless_said("period", " – {period}");
}

}  // namespace

MailTexts texts_of(const RunPlan& plan, const File& file, const schedule::Definition& definition) {
  const auto values = with_figures(plan, file.rows, file.summary);
  const auto subject = definition.subject.empty() ? default_subject(definition.title) : definition.subject;
  return {.subject = HeaderValue::cleaned(filled(subject, values)).str(), .intro = filled(definition.intro, values)};
}

}  // namespace reportctl::run
