// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"
#include "rules.hpp"

namespace reportctl::validation {
namespace {

using schedule::Also;

constexpr std::size_t kLongestSheet = 31;  ///< characters, of spreadsheet programs
constexpr std::string_view kNotInSheets = "[]:*?/\\";
constexpr std::string_view kWorkbookFormat = "xlsx";
/// Bytes of UTF-8 that go on.
const std::string kContinuation = [] {
  std::string bytes;
  for (int byte = 0x80; byte < 0xC0; ++byte) bytes += static_cast<char>(byte);
  return bytes;
}();

bool is_workbook(const Draft& draft) { return draft.workbook == "true"; }

/// What the schedule itself asks for, as one of several.
Also first_of(const Resolved& first) {
  Also also{.report = first.report->id, .window = {}, .format = first.format, .sheet = {}};
  if (const auto* range = std::get_if<schedule::RangeChoice>(&first.window)) also.window = schedule::range_name(range->range);
  for (const auto& format : first.more_formats) also.format += "," + format;
  also.parameters = first.parameters;
  also.columns = first.columns;
  return also;
}

Request request_of(const Also& also, const AlsoRequest& asked) {
  Request request = asked.request;
  request.report = also.report;
  request.window = also.window.empty() ? std::nullopt : std::optional(also.window);
  request.lookback.reset();
  request.format = also.format.empty() ? split(request.format, ',').front() : also.format;
  request.parameters = also.parameters;
  request.columns = also.columns;
  request.title.clear();
  if (to_lower(request.format).find("csv") == std::string::npos) request.csv = {};
  return request;
}

/// What is wrong with a further report, at its place, but for what the schedule itself was told.
void tell(Violations wrong, const Violations& said, const std::string& field, Violations& found) {
  for (auto& violation : wrong) {
    const auto is_same = [&](const Violation& one) {
      return one.code == violation.code && one.field == violation.field && one.message == violation.message;
    };
    if (std::any_of(said.begin(), said.end(), is_same)) continue;
    violation.field = fmt::format("{}.{}", field, violation.field);
    found.push_back(std::move(violation));
  }
}

/// Names that spreadsheet programs take, each once.
void check_sheet(const std::string& field, const std::string& sheet, std::vector<std::string>& known, Violations& found) {
  const auto refuse = [&](std::string message, std::string hint) {
    found.push_back({Code::files_invalid, field + ".sheet", std::move(message), std::move(hint)});
  };
  const auto name = to_lower(sheet);
  if (sheet_name(sheet) != sheet || name == "summary" || name == "history") {
    refuse(fmt::format("{} cannot be the name of a sheet", in_quotes(sheet)),
           fmt::format("at most {} characters, none of {}, and neither Summary nor History", kLongestSheet, kNotInSheets));
  } else if (std::find(known.begin(), known.end(), name) != known.end()) {
    refuse(fmt::format("two sheets would be called {}", in_quotes(sheet)), "give one of them another name: sheet: NAME");
  }
  known.push_back(name);
}

void check_workbook(const Draft& draft, Violations& found) {
  if (!is_workbook(draft)) return;
  const auto refuse = [&](const std::string& field, const std::string& message, const std::string& hint) {
    found.push_back({Code::files_invalid, field, message, hint});
  };
  if (draft.also.empty()) refuse("workbook", "there is one report only", "name others under also, or leave out workbook");
  const auto check_format = [&](const std::string& field, const std::string& format) {
    if (!format.empty() && rows::canonical_format(trim(format)) != kWorkbookFormat)
      refuse(field, fmt::format("a workbook is an XLSX file, not {}", printable(format)), "leave out format, or workbook");
  };
  check_format("format", draft.request.format);
  for (std::size_t i = 0; i < draft.also.size(); ++i) check_format(place("also", i) + ".format", draft.also[i].format);
}

}  // namespace

std::string sheet_name(std::string_view label) {
  const auto text = visible(label);
  std::string name;
  std::size_t units = 0;  // of UTF-16, as spreadsheet programs count
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.size(), text.find_first_not_of(kContinuation, at + 1));
    const auto character = std::string_view(text).substr(at, end - at);
    units += character.size() == 4 ? 2 : 1;
    if (units > kLongestSheet) break;
    name += kNotInSheets.find(character) == std::string_view::npos ? character : "-";
    at = end;
  }
  const auto is_edge = [](char c) { return c == ' ' || c == '\''; };
  while (!name.empty() && is_edge(name.back())) name.pop_back();
  name.erase(0, std::min(name.find_first_not_of(" '"), name.size()));
  return name;
}

std::string format_of_files(const Draft& draft) {
  return is_workbook(draft) && draft.request.format.empty() ? std::string(kWorkbookFormat) : draft.request.format;
}

AlsoRule check_also(const AlsoRequest& asked, const Context& context, Violations& found) {
  const auto& [draft, request, at, first] = asked;
  AlsoRule rule;
  if (!draft.workbook.empty()) rule.workbook = is_workbook(draft) ? std::optional(true) : std::nullopt;
  check_workbook(draft, found);
  if (draft.also.size() > schedule::kMostAlso) {
    found.push_back({Code::files_invalid, "also", fmt::format("it names {} reports", draft.also.size()),
                     fmt::format("at most {} beside the schedule's own", schedule::kMostAlso)});
    return rule;
  }
  std::vector<Also> before;
  std::vector<std::string> sheets;
  if (first.resolved) before.push_back(first_of(*first.resolved));
  if (first.report != nullptr) sheets.push_back(to_lower(sheet_name(first.report->label)));
  for (std::size_t i = 0; i < draft.also.size(); ++i) {
    const auto& written = draft.also[i];
    const auto field = place("also", i);
    auto checked = check_common(request_of(written, asked), context, at);
    tell(std::move(checked.violations), first.violations, field, found);
    const std::string sheet(trim(written.sheet));
    if (!is_workbook(draft) && !sheet.empty())
      found.push_back(
          {Code::files_invalid, field + ".sheet", "only a workbook has sheets", "add workbook: true, or leave it out"});
    if (is_workbook(draft) && (checked.report != nullptr || !sheet.empty()))
      check_sheet(field, sheet.empty() ? sheet_name(checked.report->label) : sheet, sheets, found);
    if (!checked.resolved) continue;
    auto also = first_of(*checked.resolved);
    if (std::find(before.begin(), before.end(), also) != before.end())
      found.push_back({Code::files_invalid, field, fmt::format("{} would be there twice with the same rows", also.report),
                       "leave it out, or give it other parameters, columns, another window or format"});
    before.push_back(also);
    also.format = written.format.empty() ? "" : also.format;
    also.window = written.window.empty() ? "" : also.window;
    also.sheet = sheet;
    std::erase_if(also.parameters, [&](const auto& one) { return !written.parameters.contains(one.first); });
    rule.also.push_back(std::move(also));
    rule.resolved.push_back(std::move(*checked.resolved));
  }
  return rule;
}

}  // namespace reportctl::validation
