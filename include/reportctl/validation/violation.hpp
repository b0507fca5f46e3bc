// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reportctl::validation {

/// The one list of violation codes: at save, at run, in JSON, in the audit log, in the man pages.
enum class Code {
  report_unknown,
  report_hidden,
  surface_not_allowed,
  scope_not_allowed,
  scope_unknown,
  role_not_permitted,
  feature_disabled,
  window_kind_not_allowed,
  lookback_out_of_range,
  range_not_allowed,
  cadence_not_allowed,
  day_of_week_required,
  day_of_month_out_of_range,
  rhythm_invalid,
  rhythm_never,
  time_invalid,
  timezone_unknown,
  format_not_allowed,
  parameter_unknown,
  parameter_required,
  parameter_type,
  parameter_not_found,
  recipient_required,
  recipient_invalid,
  recipient_not_allowed,
  recipient_duplicate,
  name_taken,
  column_unknown,
  attachment_too_large,
  source_unavailable,
  name_invalid,
  description_invalid,
  subject_invalid,
  extra_invalid,
  no_data_invalid,
  csv_option_invalid,
  retries_out_of_range,
  missed_invalid,
  title_invalid,
  language_unknown,
  template_invalid,
  send_invalid,
  wait_invalid,
  calendar_unknown,
  destination_not_allowed,
  list_invalid,
  files_invalid,
};
std::string_view code_name(Code);
const std::vector<Code>& all_codes();

/// One broken rule: stable code, the field as the user writes it (`lookback`, `params.mode`, `to[2]`: the second, as
/// people count), a sentence, and what to do.
struct Violation {
  Code code;
  std::string field;
  std::string message;
  std::string hint;
};
using Violations = std::vector<Violation>;
void append(Violations& all, Violations more);

/// `lookback: 120 days is more than charging-sessions allows (92) [lookback_out_of_range]; use 1 to 92`, one a line.
std::string describe(const Violations&);

}  // namespace reportctl::validation
