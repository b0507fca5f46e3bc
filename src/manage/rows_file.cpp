// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/manage/rows_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reportctl/base/text.hpp"

namespace reportctl::manage {
namespace {

/// One line after the other; a value in quotes may hold several.
class RowsText {
 public:
  explicit RowsText(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
    const auto head = text_.substr(0, text_.find('\n'));
    for (const char sign : {';', '\t'})
      if (head.find(',') == std::string_view::npos && head.find(sign) != std::string_view::npos) delimiter_ = sign;
  }

  [[nodiscard]] int line() const { return line_; }
  [[nodiscard]] bool is_broken() const { return broken_; }
  /// False at the end. Empty lines are passed over.
  bool next(std::vector<std::string>& values) {
    do {
      if (text_.empty()) return false;
      line_ = next_line_;
      values.assign(1, {});
      while (read_value(values.back())) values.emplace_back();
    } while (!broken_ && values.size() == 1 && values.front().empty());
    return true;
  }

 private:
  /// False behind the last value of a line.
  bool read_value(std::string& value) {
    const bool quoted = text_.starts_with('"');
    if (quoted) text_.remove_prefix(1);
    broken_ = broken_ || (quoted && text_.empty());
    for (bool inside = quoted; !text_.empty();) {
      const char sign = text_.front();
      text_.remove_prefix(1);
      if (sign == '\n') ++next_line_;
      if (inside && sign == '"' && text_.starts_with('"')) {
        value += '"';
        text_.remove_prefix(1);
      } else if (inside && sign == '"') {
        inside = false;
        broken_ = broken_ || (!text_.empty() && text_.front() != delimiter_ && text_.front() != '\n' && text_.front() != '\r');
      } else if (inside) {
        value += sign;
        broken_ = broken_ || text_.empty();
      } else if (sign == delimiter_) {
        return true;
      } else if (sign == '\n') {
        return false;
      } else if (sign != '\r' || !text_.starts_with('\n')) {
        value += sign;
      }
    }
    return false;
  }

  std::string_view text_;
  char delimiter_ = ',';
  int line_ = 1, next_line_ = 1;
  bool broken_ = false;
};

std::string problem_of_head(const std::vector<std::string>& names) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < names.size(); ++i)  // not repeated: the file may be another one, with secrets in it
    if (names[i].empty() || !seen.insert(names[i]).second)
      return fmt::format("line 1: column {} has no name, or the name of another column", i + 1);
  for (const auto needed : {schedule::kKeyColumn, schedule::kToColumn})
    if (!seen.contains(std::string(needed))) return fmt::format("line 1: there is no column {}", needed);
  return {};
}

}  // namespace

std::vector<std::string> read_rows_file(std::string_view text, schedule::PartList::Rows& rows) {
  if (!is_valid_utf8(text)) return {"it is not UTF-8"};
  RowsText lines(text);
  std::vector<std::string> names, values, found;
  if (!lines.next(names)) return {"it is empty"};
  for (auto& name : names) name = to_lower(trim(name));
  if (auto problem = problem_of_head(names); !problem.empty()) return {std::move(problem)};
  while (found.empty() && lines.next(values)) {
    std::map<std::string, std::string> written;
    for (std::size_t i = 0; i < std::min(names.size(), values.size()); ++i) written[names[i]] = values[i];
    auto problem = lines.is_broken()               ? std::string("a quote is not closed, or text follows a closing quote")
                   : values.size() != names.size() ? fmt::format("{} values instead of {}", values.size(), names.size())
                                                   : schedule::add_row(rows, std::move(written));
    if (!problem.empty()) found.push_back(fmt::format("line {}: {}", lines.line(), problem));
  }
  for (const auto& [key, row] : rows)
    if (!row.problem.empty()) found.push_back(row.problem);
  if (found.empty() && rows.empty()) found.emplace_back("it has no rows");
  return found;
}

}  // namespace reportctl::manage
