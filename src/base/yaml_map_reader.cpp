// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/base/yaml.hpp"
#include "yaml_problems.hpp"

namespace reportctl::yaml {
namespace {

std::string kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return fmt::format("\"{}\"", visible(fit_width(node.text, 40)));
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

std::optional<long long> plain_integer(const Node& node) {
  if (node.kind != Node::Kind::scalar || node.quoted) return std::nullopt;
  const std::string_view digits = node.text.starts_with('-') ? std::string_view(node.text).substr(1) : node.text;
  if (digits.size() > 1 && digits[0] == '0') return std::nullopt;  // octal to some readers
  return parse_integer(node.text);
}

}  // namespace

MapReader::MapReader(const Node& node, std::string what, const std::string& file, Problems& problems)
    : node_(node), what_(std::move(what)), file_(file), problems_(problems) {
  if (node.kind != Node::Kind::map && node.kind != Node::Kind::null)
    problem(node, fmt::format("{} must be a map, not {}", what_, kind_name(node)));
}

const Node* MapReader::take(std::string_view key) {
  known_.emplace_back(key);
  const Node* value = node_.find(key);
  return value == nullptr || value->kind == Node::Kind::null ? nullptr : value;
}

std::optional<std::string> MapReader::optional_text(std::string_view key) {
  const Node* value = take(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind == Node::Kind::scalar) return value->text;
  problem(*value, fmt::format("{} must be text, not {}", key, kind_name(*value)));
  return std::nullopt;
}

std::string MapReader::text(std::string_view key, std::string fallback) {
  return optional_text(key).value_or(std::move(fallback));
}

std::string MapReader::required_text(std::string_view key) {
  const std::size_t before = problems_.size();
  std::string value = text(key);
  if (value.empty() && problems_.size() == before)
    problem_at(key, has(key) ? fmt::format("{} must not be empty", key) : fmt::format("{} needs the key \"{}\"", what_, key));
  return value;
}

std::optional<long long> MapReader::optional_integer(std::string_view key, long long low, long long high) {
  const Node* value = take(key);
  if (value == nullptr) return std::nullopt;
  const auto number = plain_integer(*value);
  if (number && *number >= low && *number <= high) return number;
  problem(*value, fmt::format("{} must be a whole number from {} to {}, not {}", key, low, high, kind_name(*value)));
  return std::nullopt;
}

long long MapReader::integer(std::string_view key, long long fallback, long long low, long long high) {
  return optional_integer(key, low, high).value_or(fallback);
}

bool MapReader::boolean(std::string_view key, bool fallback) {
  const Node* value = take(key);
  if (value == nullptr) return fallback;
  const bool plain = value->kind == Node::Kind::scalar && !value->quoted;
  if (plain && value->text == "true") return true;
  if (plain && value->text == "false") return false;
  problem(*value, fmt::format("{} must be true or false, not {}", key, kind_name(*value)));
  return fallback;
}

std::vector<std::string> MapReader::text_list(std::string_view key) {
  const Node* value = take(key);
  if (value == nullptr) return {};
  if (value->kind == Node::Kind::scalar) return {value->text};
  if (value->kind != Node::Kind::sequence) {
    problem(*value, fmt::format("{} must be a list, not {}", key, kind_name(*value)));
    return {};
  }
  std::vector<std::string> list;
  for (const Node& item : value->items) {
    if (item.kind == Node::Kind::scalar)
      list.push_back(item.text);
    else
      problem(item, fmt::format("{} must be a list of texts, not of {}", key, kind_name(item)));
  }
  return list;
}

const Node* MapReader::child(std::string_view key) { return take(key); }

bool MapReader::has(std::string_view key) const { return node_.find(key) != nullptr; }

void MapReader::problem(const Node& at, std::string_view message) {
  if (problems_.size() < kMostProblems) problems_.push_back({file_, at.line, at.column, visible(message)});
}

void MapReader::problem_at(std::string_view key, std::string_view message) {
  const Node* value = node_.find(key);
  problem(value == nullptr ? node_ : *value, message);
}

void MapReader::finish() {
  for (const auto& [key, value] : node_.entries) {
    if (problems_.size() >= kMostProblems) return;
    if (std::find(known_.begin(), known_.end(), key.text) != known_.end()) continue;
    problem(key, fmt::format("unknown key {}{}", shown_key(key.text), did_you_mean(key.text, known_)));
  }
}

}  // namespace reportctl::yaml
