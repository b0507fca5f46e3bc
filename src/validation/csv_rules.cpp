// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/csv_delimiters.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

std::optional<char> parse_delimiter(std::string_view written) {
  for (const auto& [sign, name] : rows::kCsvDelimiters)
    if (written == std::string_view(&sign, 1) || to_lower(trim(written)) == name) return sign;
  if (written == "\\t") return '\t';
  return std::nullopt;
}

std::string_view delimiter_name(char sign) {
  const auto* const found = std::find_if(rows::kCsvDelimiters.begin(), rows::kCsvDelimiters.end(),
                                         [&](const auto& known) { return known.sign == sign; });
  return found->name;
}

}  // namespace

CsvStyle check_csv(const CsvRequest& request, std::string_view format, Violations& found) {
  CsvStyle style;
  if (!request.given()) return style;
  if (!format.empty() && format != "csv") {
    found.push_back({Code::csv_option_invalid, "csv",
                     fmt::format("bom, crlf, decimal, delimiter, guard and labels are for csv, and the format is {}", format),
                     "leave them out, or choose csv"});
    return style;
  }
  style.bom = request.bom.value_or(false);
  style.crlf = request.crlf.value_or(false);
  style.labels = request.labels.value_or(false);
  style.guard = request.guard.value_or(true);
  if (request.decimal) {
    const std::string word = to_lower(trim(*request.decimal));
    style.decimal = word == "comma" || word == "," ? ',' : '.';
    if (style.decimal == '.' && word != "point" && word != ".")
      found.push_back({Code::csv_option_invalid, "csv.decimal",
                       fmt::format("{} is not a decimal sign", in_quotes(*request.decimal)), "use point or comma"});
  }
  if (!request.delimiter) return style;
  if (const auto delimiter = parse_delimiter(*request.delimiter))
    style.delimiter = *delimiter;
  else
    found.push_back({Code::csv_option_invalid, "csv.delimiter",
                     fmt::format("{} is not a valid CSV delimiter", in_quotes(*request.delimiter)),
                     "use comma, semicolon, tab or pipe"});
  return style;
}

CsvRequest csv_request(const CsvStyle& style) {
  CsvRequest request;
  if (style.bom) request.bom = true;
  if (style.crlf) request.crlf = true;
  if (style.labels) request.labels = true;
  if (!style.guard) request.guard = false;
  if (style.decimal != '.') request.decimal = "comma";
  if (style.delimiter != ',') request.delimiter = delimiter_name(style.delimiter);
  return request;
}

}  // namespace reportctl::validation
