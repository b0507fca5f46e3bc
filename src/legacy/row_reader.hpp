// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/legacy/legacy_row.hpp"

namespace reportctl::legacy {

using Names = std::vector<std::string>;

inline std::string shown_word(std::string_view word) { return fit_width(visible(repair_utf8(word)), 60); }

/// Takes the values of one object, each under any of its names, and in the end tells of the names that nobody asked for.
class RowReader {
 public:
  RowReader(Json fields, LegacyRow& row) : fields_(std::move(fields)), row_(row) {}

  void problem(const std::string& field, const std::string& unread, std::string message, std::string hint = {}) {
    problem("row_invalid", field, unread, std::move(message), std::move(hint));
  }
  void problem(const char* code, const std::string& field, const std::string& unread, std::string message, std::string hint) {
    row_.problems.push_back({code, field, std::move(message), std::move(hint)});
    row_.unread.insert(unread);
  }

  /// null is the same as not there.
  const Json* take(const Names& names, const std::string& unread) {
    const Json* value = nullptr;
    for (const auto& name : names) {
      known_.push_back(name);
      const auto found = fields_.find(name);
      if (found == fields_.end() || found->is_null()) continue;
      if (value != nullptr) problem(name, unread, fmt::format("the row has {} too, which says the same", names.front()));
      value = &*found;
      taken_ = name;
    }
    return value;
  }

  /// Texts, and numbers as they are written.
  std::string text(const Names& names, const std::string& unread) {
    const auto* value = take(names, unread);
    return value == nullptr ? std::string() : text_of(*value, taken_, unread);
  }

  std::string text_of(const Json& value, const std::string& field, const std::string& unread) {
    if (value.is_string()) return std::string(trim(value.get_ref<const std::string&>()));
    if (value.is_number()) return json_text(value);
    problem(field, unread, fmt::format("a text is expected, not {}", kind_of(value)));
    return {};
  }

  /// true, false, and 1 and 0 as SQLite has them.
  std::optional<bool> flag(const Names& names, const std::string& unread) {
    const auto* value = take(names, unread);
    if (value == nullptr) return std::nullopt;
    if (value->is_boolean()) return value->get<bool>();
    if (value->is_number_integer() && (*value == 0 || *value == 1)) return *value == 1;
    problem(taken_, unread, fmt::format("true or false is expected, not {}", kind_of(*value)));
    return std::nullopt;
  }

  /// A list of addresses, each a text or an object with email and name; one text has them apart by commas or semicolons.
  std::vector<schedule::Recipient> recipients() {
    const auto* value = take({"recipients", "emails"}, "to");
    std::vector<schedule::Recipient> found;
    if (value == nullptr) return found;
    const auto field = taken_;
    if (value->is_string()) {
      auto list = value->get<std::string>();
      std::replace(list.begin(), list.end(), ';', ',');
      for (const auto& part : split(list, ',')) {
        if (!trim(part).empty()) found.emplace_back(std::string(trim(part)));
      }
      return found;
    }
    if (!value->is_array()) {
      problem(field, "to", fmt::format("a list of addresses is expected, not {}", kind_of(*value)));
      return found;
    }
    int place = 0;
    for (const auto& item : *value) found.push_back(recipient(item, fmt::format("{}[{}]", field, ++place)));
    return found;
  }

  /// What the new schedule does not need is kept beside it.
  void keep(const std::string& name) {
    known_.push_back(name);
    if (const auto found = fields_.find(name); found != fields_.end() && !found->is_null()) kept_[snake(name)] = *found;
  }
  Json& kept() { return kept_; }

  void finish(const std::set<std::string>& ignored) {
    for (const auto& [name, value] : fields_.items()) {
      if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
      if (ignored.contains(name)) {
        if (!value.is_null()) kept_[name] = value;
      } else {
        problem(shown_word(name), "", fmt::format("unknown field{}", did_you_mean(shown_word(name), known_)),
                fmt::format("--ignore {} imports the row without its meaning", shown_word(name)));
      }
    }
  }

  static std::string kind_of(const Json& value) {
    if (value.is_boolean() || value.is_null()) return json_text(value);
    return value.is_number() ? "a number" : value.is_string() ? "a text" : value.is_array() ? "a list" : "an object";
  }

 private:
  std::string recipient(const Json& item, const std::string& field) {
    if (item.is_string()) return item.get<std::string>();
    const auto word = [&](const char* key) {
      const auto found = item.find(key);
      return found == item.end() || !found->is_string() ? std::string() : found->get<std::string>();
    };
    if (!item.is_object() || word("email").empty()) {
      problem(field, "to", "an address is expected, as a text or as an object with email and name");
      return {};
    }
    return word("name").empty() ? word("email") : fmt::format("{} <{}>", word("name"), word("email"));
  }

  static std::string snake(const std::string& name) {
    std::string words;
    for (const char c : name) {
      if (c >= 'A' && c <= 'Z') words += '_';
      words += c;
    }
    return to_lower(words);
  }

  Json fields_;
  LegacyRow& row_;
  Names known_;
  std::string taken_;
  Json kept_ = Json::object();
};

}  // namespace reportctl::legacy
