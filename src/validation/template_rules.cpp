// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/base/text_template.hpp"
#include "reportctl/rows/file_format.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

constexpr bool is_of_file_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

/// As the text might be when it is filled; empty when it is not a template.
std::string sample_of(std::string_view text) {
  const auto parsed = TextTemplate::parse(text);
  if (!parsed) return {};
  TextTemplate::Values values;
  for (auto& name : parsed->variables()) values[std::move(name)] = "x";
  return parsed->fill(values);
}

}  // namespace

std::string check_template(const TemplateRequest& asked, Violations& found) {
  const std::string text(trim(asked.text));
  const auto refuse = [&](std::string message, std::string hint) {
    found.push_back({Code::template_invalid, std::string(asked.field), std::move(message), std::move(hint)});
  };
  const auto parsed = TextTemplate::parse(text);
  if (!parsed) {
    refuse(fmt::format("{} has a brace that belongs to no variable", in_quotes(text)),
           "write a variable like {period}; {{ and }} stand for braces");
    return text;
  }
  if (asked.report == nullptr) return text;
  auto known = catalog::text_variables(*asked.report, asked.request.parameters, asked.request.surface, asked.moment);
  if (asked.request.has_parts) known.insert(known.end(), {"key", "recipient"});
  for (const auto& name : parsed->variables()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    refuse(fmt::format("there is no variable {{{}}}{}", printable(name), did_you_mean(name, known)), "use " + join(known, ", "));
  }
  return text;
}

std::string check_intro(const TemplateRequest& asked, Violations& found) {
  constexpr std::size_t kLongest = 2000;
  if (visible_lines(asked.text) != asked.text) {
    found.push_back({Code::template_invalid, std::string(asked.field), "it has control characters or is not UTF-8",
                     "write plain text; line breaks and tabs are fine"});
  } else if (const auto length = characters(trim(asked.text)); length > kLongest) {
    found.push_back({Code::template_invalid, std::string(asked.field), fmt::format("it has {} characters", length),
                     fmt::format("use at most {}", kLongest)});
  }
  return check_template(asked, found);
}

std::string check_file_name(const TemplateRequest& asked, Violations& found) {
  constexpr std::size_t kLongest = 100;
  const auto refuse = [&](std::string message, std::string hint) {
    found.push_back({Code::template_invalid, std::string(asked.field), std::move(message), std::move(hint)});
  };
  auto text = check_template(asked, found);
  const auto sample = sample_of(text);
  const auto dot = sample.rfind('.');
  const bool has_ending = dot != std::string::npos && rows::canonical_format(sample.substr(dot + 1)).has_value();
  if (text.size() > kLongest) {
    refuse(fmt::format("it has {} characters", characters(text)), fmt::format("use at most {}", kLongest));
  } else if (sample.starts_with('.') || sample.starts_with('-') || !std::all_of(sample.begin(), sample.end(), is_of_file_name)) {
    refuse(fmt::format("{} is not a name that every system can store", in_quotes(text)),
           "use letters from a to z, digits, _, - and dots, and begin with a letter or digit");
  } else if (has_ending) {
    refuse(fmt::format("{} has an ending", in_quotes(text)), "leave it out: it follows from the format");
  }
  return text;
}

std::string check_path(const TemplateRequest& asked, Violations& found) {
  auto text = check_template(asked, found);
  if (text.ends_with('/')) text.pop_back();
  const auto sample = sample_of(text);
  const auto steps = split("/" + sample, '/');
  const bool is_hidden = std::any_of(steps.begin(), steps.end(),
                                     [](const std::string& step) { return step.starts_with('.') || step.starts_with('-'); });
  if (!sample.empty() && (is_hidden || !is_plain_path(sample)))
    found.push_back({Code::template_invalid, std::string(asked.field),
                     fmt::format("{} is not a path below a destination", in_quotes(text)),
                     "write directories of letters from a to z, digits, _, - and dots with / between them, each beginning with a "
                     "letter or digit"});
  return text;
}

std::string check_reply_to(const TemplateRequest& asked, const Context& context, Violations& found) {
  auto text = check_template(asked, found);
  if (const auto sample = sample_of(text); !sample.empty()) check_address(sample, std::string(asked.field), context, found);
  return text;
}

}  // namespace reportctl::validation
