// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

using json = nlohmann::ordered_json;

/// Control characters, invisible direction marks and what is no UTF-8 are what visible() changes.
bool is_plain(std::string_view text) { return visible(text) == text; }

constexpr int kDeepest = 16;

/// How deep brackets nest, outside of strings. Parsing comes after: a parser's own depth is memory or stack.
int nesting(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string && c == '\\') ++i;
    if (c == '"') in_string = !in_string;
    if (in_string) continue;
    if (c == '{' || c == '[') deepest = std::max(deepest, ++depth);
    if (c == '}' || c == ']') --depth;
  }
  return deepest;
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

std::string check_name(std::string_view name, Violations& found) {
  constexpr std::size_t kLongest = 255;
  name = trim(name);
  if (name.empty()) {
    found.push_back({Code::name_invalid, "name", "the name is empty", "give the schedule a name, unique in its account"});
  } else if (!is_plain(name)) {
    found.push_back({Code::name_invalid, "name", fmt::format("{} has control characters or is not UTF-8", in_quotes(name)),
                     "write plain text"});
  } else if (const auto length = characters(name); length > kLongest) {
    found.push_back(
        {Code::name_invalid, "name", fmt::format("the name has {} characters", length), fmt::format("use at most {}", kLongest)});
  }
  return std::string(name);
}

std::string check_description(std::string_view description, Violations& found) {
  constexpr std::size_t kLongest = 2000;
  description = trim(description);
  std::string one_line(description);
  std::replace_if(
      one_line.begin(), one_line.end(), [](char c) { return c == '\n' || c == '\t'; }, ' ');
  if (!is_plain(one_line)) {
    found.push_back({Code::description_invalid, "description", "the description has control characters or is not UTF-8",
                     "write plain text; line breaks and tabs are fine"});
  } else if (const auto length = characters(description); length > kLongest) {
    found.push_back({Code::description_invalid, "description", fmt::format("the description has {} characters", length),
                     fmt::format("use at most {}", kLongest)});
  }
  return std::string(description);
}

std::string check_subject(const TemplateRequest& asked, Violations& found) {
  constexpr std::size_t kLongest = 200;
  const auto subject = trim(asked.text);
  const auto length = is_plain(subject) ? characters(subject) : 0;
  if (length > kLongest) {
    found.push_back({Code::subject_invalid, "subject", fmt::format("the subject has {} characters", length),
                     fmt::format("use at most {}", kLongest)});
  } else if (!HeaderValue::parse(subject) || !is_plain(subject)) {
    found.push_back({Code::subject_invalid, "subject",
                     fmt::format("{} has control characters or is not UTF-8", in_quotes(subject)),
                     "write one line of plain text"});
  }
  return check_template(asked, found);
}

std::string check_title(const TemplateRequest& asked, Violations& found) {
  constexpr std::size_t kLongest = 255;
  const auto title = trim(asked.text);
  if (!is_plain(title))
    found.push_back({Code::title_invalid, "title", fmt::format("{} has control characters or is not UTF-8", in_quotes(title)),
                     "write one line of plain text"});
  else if (const auto length = characters(title); length > kLongest)
    found.push_back({Code::title_invalid, "title", fmt::format("the title has {} characters", length),
                     fmt::format("use at most {}", kLongest)});
  return check_template(asked, found);
}

std::string check_extra(std::string_view text, Violations& found) {
  constexpr std::size_t kMostBytes = 65536;
  text = trim(text);
  if (text.empty()) return {};
  const auto refuse = [&](std::string message, std::string hint = R"(write a JSON object, like {"note": "for the board"})") {
    found.push_back({Code::extra_invalid, "extra", std::move(message), std::move(hint)});
    return std::string();
  };
  if (text.size() > kMostBytes) return refuse(fmt::format("it has {} bytes, more than {}", text.size(), kMostBytes));
  if (nesting(text) > kDeepest) return refuse(fmt::format("it nests deeper than {} levels", kDeepest));
  const json value = json_or_discarded(text);
  if (value.is_discarded()) return refuse("it is not valid JSON");
  if (!value.is_object()) return refuse(fmt::format("it is a JSON {}, not an object", value.type_name()));
  for (const char* field : {"columns", "csv"})
    if (value.contains(field)) return refuse(fmt::format("{} is a field of its own", field), "move it out of extra");
  return std::string(text);
}

}  // namespace reportctl::validation
