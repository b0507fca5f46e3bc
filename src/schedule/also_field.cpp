// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "also_field.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace reportctl::schedule {
namespace {

constexpr std::string_view kColumns = "columns", kParams = "params", kOfParams = "params.";

/// Those with one value, in the order in which people see them.
struct Word {
  std::string_view name;
  std::string Also::*value;
};
constexpr std::array<Word, 4> kWords = {
    {{"report", &Also::report}, {"window", &Also::window}, {"format", &Also::format}, {"sheet", &Also::sheet}}};

std::string line(std::string_view key, std::string_view value) { return fmt::format("{}={}", key, value); }

void read_line(const std::string& text, Also& also) {
  const auto equals = std::min(text.find('='), text.size());
  const auto key = std::string_view(text).substr(0, equals);
  auto value = text.substr(std::min(equals + 1, text.size()));
  const auto* const word = std::find_if(kWords.begin(), kWords.end(), [&](const Word& one) { return one.name == key; });
  if (word != kWords.end()) {
    also.*(word->value) = std::move(value);
  } else if (key == kColumns) {
    also.columns.push_back(std::move(value));
  } else if (key.starts_with(kOfParams)) {
    also.parameters[std::string(key.substr(kOfParams.size()))].push_back(std::move(value));
  }
}

std::vector<std::string> lines_of(const Also& also) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : kWords)
    if (!(also.*value).empty()) lines.push_back(line(name, also.*value));
  for (const auto& [name, values] : also.parameters)
    for (const auto& value : values) lines.push_back(line(std::string(kOfParams) + name, value));
  for (const auto& column : also.columns) lines.push_back(line(kColumns, column));
  return lines;
}

Also also_of(const std::vector<std::string>& lines) {
  Also also;
  for (const auto& text : lines) read_line(text, also);
  return also;
}

}  // namespace

FieldText also_text(const std::vector<Also>& all) {
  FieldText text;
  for (std::size_t i = 0; i < all.size(); ++i) text.named[std::to_string(i + 1)] = lines_of(all[i]);
  return text;
}

std::vector<Also> read_also(const FieldText& text) {
  std::vector<Also> all;
  for (std::size_t i = 1; text.named.contains(std::to_string(i)); ++i) all.push_back(also_of(text.named.at(std::to_string(i))));
  return all;
}

nlohmann::ordered_json also_json(const Parameters& all) {
  auto list = nlohmann::ordered_json::array();
  for (const auto& also : read_also({.values = {}, .named = all})) {
    nlohmann::ordered_json one;
    for (const auto& [name, value] : kWords)
      if (!(also.*value).empty()) one[std::string(name)] = also.*value;
    if (!also.parameters.empty()) one[std::string(kParams)] = also.parameters;
    if (!also.columns.empty()) one[std::string(kColumns)] = also.columns;
    list.push_back(std::move(one));
  }
  return list;
}

FieldText read_also_json(const nlohmann::ordered_json& list) {
  std::vector<Also> all;
  for (const auto& one : list) {
    auto& also = all.emplace_back();
    for (const auto& [name, value] : kWords) also.*value = one.value(std::string(name), "");
    also.parameters = one.value(std::string(kParams), Parameters());
    also.columns = one.value(std::string(kColumns), std::vector<std::string>());
  }
  return also_text(all);
}

}  // namespace reportctl::schedule
