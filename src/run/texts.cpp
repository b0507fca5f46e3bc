// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "texts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/figure.hpp"

namespace reportctl::run {
namespace {

std::string words_of(const catalog::Parameter& parameter, const std::string& value, const Language& language) {
  std::string words = value;
  if (parameter.type == catalog::ParameterType::boolean) return language.say(value == "true" ? "yes" : "no");
  if (parameter.type == catalog::ParameterType::enumeration)
    std::replace_if(
        words.begin(), words.end(), [](char c) { return c == '_' || c == '-'; }, ' ');
  return words;
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

}  // namespace

std::string some_of(const std::vector<std::string>& words, const Language& language) {
  constexpr std::size_t kMostNamed = 6;
  if (words.size() <= kMostNamed) return join(words, ", ");
  return language.count("some_named", static_cast<std::int64_t>(words.size() - kMostNamed + 1),
                        {{"names", join(std::span(words).first(kMostNamed - 1), ", ")}});
}

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
  return values;
}

TextTemplate::Values with_figures(const RunPlan& plan, std::int64_t rows, const std::vector<render::Metric>& metrics) {
  auto values = plan.text_values;
  const auto& language = plan.resolved.language;
  values["count"] = grouped(rows, 0, language.numbers());
  for (std::size_t i = 0; i < metrics.size(); ++i)
    values.try_emplace(catalog::figure_name(plan.shape->summary[i].value, plan.shape->columns),
                       join(render::short_values(metrics[i].values, language), ", "));
  return values;
}

std::string default_subject(const std::string& title) {
  const auto parsed = TextTemplate::parse(title);
  const auto names = parsed ? parsed->variables() : std::vector<std::string>();
  const auto unless_said = [&](const char* name, const char* words) {
    return std::find(names.begin(), names.end(), name) == names.end() ? std::string(words) : std::string();
  };
  return "{report}" + unless_said("filters", "{filters}") + unless_said("period", " – {period}");
}

std::string filled(const std::string& text, const TextTemplate::Values& values) {
  const auto parsed = TextTemplate::parse(text);
  return parsed ? parsed->fill(values) : text;
}

}  // namespace reportctl::run
