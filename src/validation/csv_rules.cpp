// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "csv_json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/rows/csv_delimiters.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

using nlohmann::json;

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
                     fmt::format("bom, crlf, delimiter and labels are for csv, and the format is {}", format),
                     "leave them out, or choose csv"});
    return style;
  }
  style.bom = request.bom.value_or(false);
  style.crlf = request.crlf.value_or(false);
  style.labels = request.labels.value_or(false);
  if (!request.delimiter) return style;
  if (const auto delimiter = parse_delimiter(*request.delimiter))
    style.delimiter = *delimiter;
  else
    found.push_back({Code::csv_option_invalid, "csv.delimiter",
                     fmt::format("{} cannot part the fields of a CSV file", in_quotes(*request.delimiter)),
                     "use comma, semicolon, tab or pipe"});
  return style;
}

CsvRequest merged(CsvRequest over, const CsvRequest& base) {
  if (!over.bom) over.bom = base.bom;
  if (!over.crlf) over.crlf = base.crlf;
  if (!over.labels) over.labels = base.labels;
  if (!over.delimiter) over.delimiter = base.delimiter;
  return over;
}

std::string read_csv_request(const json& object, CsvRequest& request) {
  if (!object.is_object()) return "its csv must be an object";
  for (const auto& [key, value] : object.items()) {
    std::optional<bool>* const flag = key == "bom"      ? &request.bom
                                      : key == "crlf"   ? &request.crlf
                                      : key == "labels" ? &request.labels
                                                        : nullptr;
    if (flag != nullptr && value.is_boolean())
      *flag = value.get<bool>();
    else if (key == "delimiter" && value.is_string())
      request.delimiter = value.get<std::string>();
    else
      return fmt::format("its csv has bom, crlf and labels, which are true or false, and delimiter, which is text; not {}",
                         in_quotes(key));
  }
  return {};
}

std::string with_csv(std::string_view text, const CsvStyle& style) {
  json value = text.empty() ? json::object() : json::parse(text);
  json csv = json::object();
  if (style.bom) csv["bom"] = true;
  if (style.crlf) csv["crlf"] = true;
  if (style.labels) csv["labels"] = true;
  if (style.delimiter != ',') csv["delimiter"] = delimiter_name(style.delimiter);
  if (csv.empty())
    value.erase("csv");
  else
    value["csv"] = csv;
  return value.empty() ? std::string() : value.dump();
}

}  // namespace reportctl::validation
