// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/base/language.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "embedded_languages.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/yaml.hpp"

namespace reportctl {
namespace {

constexpr std::string_view kEnding = ".yaml";

std::string_view code_of(const EmbeddedFile& file) { return file.name.substr(0, file.name.size() - kEnding.size()); }

void replace(std::string& text, std::string_view what, std::string_view by) {
  if (const std::size_t at = text.find(what); at != std::string::npos) text.replace(at, what.size(), by);
}

/// One pass, so that a value with braces in it stays as it is.
std::string filled(std::string_view pattern, Language::Values values) {
  std::string text;
  while (!pattern.empty()) {
    const std::size_t open = std::min(pattern.find('{'), pattern.size());
    text += pattern.substr(0, open);
    pattern.remove_prefix(open);
    const std::size_t close = pattern.find('}');
    if (pattern.empty() || close == std::string_view::npos) break;
    const std::string_view name = pattern.substr(1, close - 1);
    const auto* const value = std::find_if(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
    if (value == values.end()) throw std::logic_error(fmt::format("nothing was given for {{{}}}", name));
    text += value->second;
    pattern.remove_prefix(close + 1);
  }
  return text + std::string(pattern);
}

}  // namespace

struct Language::Table {
  /// `one` differs where the file has two forms.
  struct Word {
    std::string one;
    std::string other;
    bool is_counted = false;
  };
  explicit Table(const EmbeddedFile& file);
  std::string point, thousands, day, month, day_of_month;
  std::vector<std::string> months, one;
  std::map<std::string, Word, std::less<>> words;
};

Language::Table::Table(const EmbeddedFile& file) {
  yaml::Document document = yaml::parse(file.text, std::string(file.name));
  yaml::MapReader map(document.root, "a language", document.file, document.problems);
  point = map.required_text("point");
  thousands = map.required_text("thousands");
  day = map.required_text("day");
  month = map.required_text("month");
  day_of_month = map.required_text("day_of_month");
  months = map.text_list("months");
  one = map.text_list("one");
  const yaml::Node* list = map.child("words");
  map.finish();
  if (!document.problems.empty() || list == nullptr || months.size() != 12)
    throw std::logic_error(fmt::format("the language {} is broken: {}", file.name, yaml::describe(document.problems)));
  for (const auto& [key, value] : list->entries) {
    const yaml::Node* single = value.find("one");
    const yaml::Node* several = value.find("other");
    Word& word = words[key.text];
    word.is_counted = single != nullptr && several != nullptr;
    word.one = word.is_counted ? single->text : value.text;
    word.other = word.is_counted ? several->text : value.text;
  }
}

std::optional<Language> Language::find(std::string_view code) {
  for (const EmbeddedFile& file : languages::embedded_files()) {
    if (code_of(file) != code) continue;
    Language language;
    language.code_ = code_of(file);
    return language;
  }
  return std::nullopt;
}

std::vector<std::string> Language::codes() {
  std::vector<std::string> codes;
  for (const EmbeddedFile& file : languages::embedded_files()) codes.emplace_back(code_of(file));
  return codes;
}

const Language::Table& Language::table() const {
  static std::map<std::string_view, Table> tables;
  if (table_ != nullptr) return *table_;
  auto found = tables.find(code_);
  for (const EmbeddedFile& file : languages::embedded_files())
    if (found == tables.end() && code_of(file) == code_) found = tables.try_emplace(code_, file).first;
  table_ = &found->second;
  return *table_;
}

NumberForm Language::numbers() const { return {table().point, table().thousands}; }
std::string_view Language::date_form() const { return table().day; }

std::string Language::say(std::string_view key, Values values) const {
  const auto word = table().words.find(key);
  if (word == table().words.end()) throw std::logic_error(fmt::format("no language has the words \"{}\"", key));
  return filled(word->second.other, values);
}

std::string Language::count(std::string_view key, std::int64_t number, Values values) const {
  const auto word = table().words.find(key);
  if (word == table().words.end()) throw std::logic_error(fmt::format("no language has the words \"{}\"", key));
  const auto& one = table().one;
  const bool is_one = std::find(one.begin(), one.end(), std::to_string(number)) != one.end();
  std::string pattern = is_one ? word->second.one : word->second.other;
  replace(pattern, "{count}", grouped(number, 0, numbers()));
  return filled(pattern, values);
}

std::vector<std::pair<std::string, std::string>> Language::plain_words() const {
  std::vector<std::pair<std::string, std::string>> words;
  for (const auto& [key, word] : table().words)
    if (!word.is_counted && word.other.find('{') == std::string::npos) words.emplace_back(key, word.other);
  return words;
}

std::string Language::date(Date date) const {
  std::string text = table().day;
  const std::string whole = format_date(date);
  replace(text, "YYYY", std::string_view(whole).substr(0, whole.size() - 6));
  replace(text, "MM", std::string_view(whole).substr(whole.size() - 5, 2));
  replace(text, "DD", std::string_view(whole).substr(whole.size() - 2));
  return text;
}

std::string Language::month(Date date) const {
  std::string text = table().month;
  const std::string whole = format_date(date);
  replace(text, "YYYY", std::string_view(whole).substr(0, whole.size() - 6));
  replace(text, "MM", std::string_view(whole).substr(whole.size() - 5, 2));
  return text;
}

std::string Language::day_of_month(Date date) const {
  std::string text = table().day_of_month;
  replace(text, "D", std::to_string(static_cast<unsigned>(date.day())));
  replace(text, "MMM", table().months.at(static_cast<unsigned>(date.month()) - 1));
  return text;
}

std::string Language::minute(Instant at, const Zone& zone) const {
  return date(zone.local_date(at)) + " " + format_time_of_day(zone.local_time(at));
}

std::string Language::minute_with_zone(Instant at, const Zone& zone) const { return minute(at, zone) + " (" + zone.name() + ")"; }

std::string Language::size(std::int64_t bytes) const {
  return bytes < 1000 ? count("bytes", bytes) : size_text(bytes, numbers());
}

}  // namespace reportctl
