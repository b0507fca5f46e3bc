// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <algorithm>
#include <set>

#include "module_reader.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::catalog {
namespace {

/// More than anyone reads.
constexpr std::size_t kMostProblems = 100;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string_view line_of(std::string_view text, int number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

int characters(std::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

/// What follows the first `count` characters.
std::string_view after_characters(std::string_view line, int count) {
  std::size_t at = 0;
  for (; at < line.size(); ++at)
    if (characters(line.substr(at, 1)) == 1 && count-- == 0) break;
  return line.substr(at);
}

}  // namespace

bool is_id(std::string_view text) {
  if (text.empty() || text.size() > 64 || !is_lower(text.front()) || text.back() == '-') return false;
  return text.find("--") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}

bool is_column_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_lower(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

bool is_alias(std::string_view text) {
  return !text.empty() && text.size() <= 64 && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; });
}

void ModuleFile::problem(const yaml::Node& at, std::string_view message) {
  if (problems.size() < kMostProblems) problems.push_back({name, at.line, at.column, visible(message)});
}

void ModuleFile::warning_in(const yaml::Node& scalar, std::size_t offset, std::string message) {
  ModuleFile{text, name, warnings, warnings}.problem_in(scalar, offset, std::move(message));
  warnings.back().warning = true;
}

void ModuleFile::problem_in(const yaml::Node& scalar, std::size_t offset, std::string message) {
  yaml::Node at;
  at.line = scalar.line;
  at.column = scalar.column;
  const std::string_view before = std::string_view(scalar.text).substr(0, offset);
  const std::string_view source = after_characters(line_of(text, scalar.line), scalar.column - 1);
  if (source.starts_with('|')) {
    const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
    at.line = scalar.line + 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
    const std::string_view block_line = std::string_view(scalar.text).substr(line_start);
    const std::size_t indent = line_of(text, at.line).find(block_line.substr(0, block_line.find('\n')));
    at.column = indent == std::string_view::npos ? 1 : static_cast<int>(indent) + 1 + characters(before.substr(line_start));
  } else if (source.starts_with(scalar.text)) {
    at.column += characters(before);
  }
  problem(at, std::move(message));
}

std::string read_label(ModuleFile&, yaml::MapReader& map, std::string_view key) {
  std::string label = map.required_text(key);
  if (has_control(label)) map.problem_at(key, std::string(key) + " must be one line without control characters");
  return label;
}

std::vector<const yaml::Node*> read_words(ModuleFile& file, yaml::MapReader& map, std::string_view key) {
  const yaml::Node* node = map.child(key);
  if (node == nullptr) {
    map.problem_at(key, std::string(key) + " must not be empty");
    return {};
  }
  if (node->kind == yaml::Node::Kind::scalar) return {node};
  if (node->kind != yaml::Node::Kind::sequence || node->items.empty()) {
    file.problem(*node, std::string(key) + " must be a list of at least one word");
    return {};
  }
  std::vector<const yaml::Node*> words;
  std::set<std::string_view> seen;
  for (const yaml::Node& item : node->items) {
    if (item.kind != yaml::Node::Kind::scalar || item.text.empty())
      file.problem(item, std::string(key) + " must be a list of words");
    else if (!seen.insert(item.text).second)
      file.problem(item, "\"" + item.text + "\" stands in " + std::string(key) + " twice");
    else
      words.push_back(&item);
  }
  return words;
}

}  // namespace reportctl::catalog
