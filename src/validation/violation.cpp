// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/validation/violation.hpp"

#include <fmt/format.h>

#include <array>

#include "reportctl/base/text.hpp"

namespace reportctl::validation {

namespace {

/// In the order of the enumeration.
constexpr std::array<std::string_view, 47> kNames = {
    "report_unknown",
    "report_hidden",
    "surface_not_allowed",
    "scope_not_allowed",
    "scope_unknown",
    "role_not_permitted",
    "feature_disabled",
    "window_kind_not_allowed",
    "lookback_out_of_range",
    "range_not_allowed",
    "cadence_not_allowed",
    "day_of_week_required",
    "day_of_month_out_of_range",
    "rhythm_invalid",
    "rhythm_never",
    "time_invalid",
    "timezone_unknown",
    "format_not_allowed",
    "parameter_unknown",
    "parameter_required",
    "parameter_type",
    "parameter_not_found",
    "recipient_required",
    "recipient_invalid",
    "recipient_not_allowed",
    "recipient_duplicate",
    "name_taken",
    "column_unknown",
    "attachment_too_large",
    "source_unavailable",
    "name_invalid",
    "description_invalid",
    "subject_invalid",
    "extra_invalid",
    "no_data_invalid",
    "csv_option_invalid",
    "retries_out_of_range",
    "missed_invalid",
    "title_invalid",
    "language_unknown",
    "template_invalid",
    "send_invalid",
    "wait_invalid",
    "calendar_unknown",
    "destination_not_allowed",
    "list_invalid",
    "files_invalid",
};
static_assert(kNames.size() == static_cast<std::size_t>(Code::files_invalid) + 1);

}  // namespace

std::string_view code_name(Code code) { return kNames.at(static_cast<std::size_t>(code)); }

const std::vector<Code>& all_codes() {
  static const std::vector<Code> kCodes = [] {
    std::vector<Code> codes;
    for (std::size_t i = 0; i < kNames.size(); ++i) codes.push_back(static_cast<Code>(i));
    return codes;
  }();
  return kCodes;
}

void append(Violations& all, Violations more) { std::move(more.begin(), more.end(), std::back_inserter(all)); }

std::string describe(const Violations& violations) {
  std::vector<std::string> lines;
  for (const Violation& violation : violations) {
    std::string line =
        fmt::format("{}: {} [{}]", visible(violation.field), visible(violation.message), code_name(violation.code));
    if (!violation.hint.empty()) line += "; " + visible(violation.hint);
    lines.push_back(std::move(line));
  }
  return join(lines, "\n");
}

}  // namespace reportctl::validation
