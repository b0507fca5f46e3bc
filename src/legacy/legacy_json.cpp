// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/legacy/legacy_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::legacy {
namespace {

constexpr int kDeepestJson = 32;
constexpr std::size_t kMostKeys = 1000;  // an ordered object finds a key by looking at all of them
constexpr std::size_t kMostLegacyRows = 100'000;
constexpr const char* kWrappers[] = {"schedules", "scheduled_reports"};

Error unreadable(const std::string& where, std::string_view what) {
  return {ErrorKind::invalid, fmt::format("nothing was imported\n{}: {}", where, what)};
}

/// `FILE:3:7`, lines and characters from 1.
std::string place_of(std::string_view text, std::size_t offset, const std::string& file, int first_line) {
  const auto before = text.substr(0, offset);
  const auto line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto line = first_line + static_cast<int>(std::count(before.begin(), before.end(), '\n'));
  const auto column = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start), before.end(),
                                    [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return fmt::format("{}:{}:{}", file, line, column + 1);
}

/// The library's words without its prefix, and without what it read, which can be megabytes.
std::string complaint_of(std::string_view words) {
  if (const auto column = words.find(", column "); column != std::string_view::npos) {
    words.remove_prefix(std::min(words.find(": ", column), words.size() - 2) + 2);
  }
  const auto read = words.find("; last read: ");
  const auto expected = words.rfind("; expected ");
  std::string short_words(words.substr(0, read));
  if (read != std::string_view::npos && expected != std::string_view::npos && expected > read)
    short_words += words.substr(expected);
  return fit_width(repair_utf8(short_words), 200);
}

/// Looks at every event of a parse, before a value of it is kept.
class Limits {
 public:
  explicit Limits(std::string where) : where_(std::move(where)) {}

  bool operator()(int depth, Json::parse_event_t event, Json& value) {
    if (depth > kDeepestJson) throw unreadable(where_, fmt::format("it nests deeper than {} levels", kDeepestJson));
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key) key(value.get_ref<const std::string&>());
    return true;
  }

 private:
  void key(const std::string& name) {
    if (!keys_.back().insert(name).second)
      throw unreadable(where_, fmt::format("an object has the key \"{}\" twice", fit_width(visible(name), 60)));
    if (keys_.back().size() > kMostKeys) throw unreadable(where_, fmt::format("an object has more than {} keys", kMostKeys));
  }

  std::string where_;
  std::vector<std::set<std::string>> keys_;
};

Json parse_json(std::string_view text, const std::string& file, int first_line) {
  try {
    Limits limits(first_line == 1 ? file : fmt::format("{}:{}", file, first_line));
    return Json::parse(text.begin(), text.end(),
                       [&limits](int depth, Json::parse_event_t event, Json& value) { return limits(depth, event, value); });
  } catch (const Json::parse_error& error) {
    const auto offset = std::min(error.byte == 0 ? 0 : error.byte - 1, text.size());
    throw unreadable(place_of(text, offset, file, first_line), complaint_of(error.what()));
  } catch (const Json::exception& error) {  // a number beyond every number
    throw unreadable(file, fit_width(repair_utf8(error.what()), 200));
  }
}

/// Every line an object of its own, and more than one of them.
bool is_json_lines(std::string_view text) {
  text = trim(text);
  const auto end = text.find('\n');
  return text.starts_with('{') && end != std::string_view::npos && Json::accept(text.substr(0, end));
}

std::vector<Json> read_json_lines(std::string_view text, const std::string& file) {
  std::vector<Json> rows;
  for (int line = 1; !text.empty(); ++line) {
    const auto end = std::min(text.find('\n'), text.size());
    if (!trim(text.substr(0, end)).empty()) rows.push_back(parse_json(text.substr(0, end), file, line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rows;
}

std::vector<Json> rows_of(Json value, const std::string& file) {
  if (value.is_array()) return std::move(value.get_ref<Json::array_t&>());
  const bool wraps = value.is_object() && std::any_of(std::begin(kWrappers), std::end(kWrappers),
                                                      [&](const char* key) { return value.contains(key); });
  if (value.is_object() && !wraps && (value.contains("reportType") || value.contains("report_type"))) return {std::move(value)};
  if (!wraps)
    throw unreadable(file, "an array of schedules is expected, or an object that has one as schedules or scheduled_reports");
  std::vector<Json> rows;
  for (const auto* key : kWrappers) {
    const auto list = value.find(key);
    if (list == value.end()) continue;
    if (!list->is_array()) throw unreadable(file, fmt::format("{}: an array is expected", key));
    std::move(list->begin(), list->end(), std::back_inserter(rows));
  }
  return rows;
}

}  // namespace

std::vector<Json> read_legacy_json(std::string_view text, const std::string& file) {
  auto rows = is_json_lines(text) ? read_json_lines(text, file) : rows_of(parse_json(text, file, 1), file);
  if (rows.size() > kMostLegacyRows)
    throw unreadable(file, fmt::format("{} schedules are more than {}; split the file", rows.size(), kMostLegacyRows));
  return rows;
}

}  // namespace reportctl::legacy
