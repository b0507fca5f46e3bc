// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <doctest/doctest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "reportctl/validation/violation.hpp"

using namespace reportctl::validation;

TEST_CASE("every code has a name of its own, and the published names stay") {
  std::set<std::string_view> names;
  for (const Code code : all_codes()) names.insert(code_name(code));
  CHECK(names.size() == all_codes().size());
  // The list as the design publishes it: scripts, audit logs and mails hold these words.
  std::istringstream published(
      "report_unknown report_hidden surface_not_allowed scope_not_allowed scope_unknown role_not_permitted feature_disabled "
      "window_kind_not_allowed lookback_out_of_range range_not_allowed cadence_not_allowed day_of_week_required "
      "day_of_month_out_of_range rhythm_invalid rhythm_never time_invalid timezone_unknown format_not_allowed parameter_unknown "
      "parameter_required "
      "parameter_type "
      "parameter_not_found recipient_required recipient_invalid recipient_not_allowed recipient_duplicate name_taken "
      "column_unknown "
      "attachment_too_large source_unavailable name_invalid description_invalid subject_invalid extra_invalid no_data_invalid "
      "csv_option_invalid retries_out_of_range missed_invalid title_invalid language_unknown template_invalid send_invalid "
      "wait_invalid calendar_unknown destination_not_allowed list_invalid files_invalid");
  std::size_t count = 0;
  for (std::string word; published >> word; ++count) {
    REQUIRE(count < all_codes().size());
    CHECK(code_name(all_codes()[count]) == word);
  }
  CHECK(count == all_codes().size());
}

TEST_CASE("a violation is told with field, sentence, code and what to do, one a line") {
  const Violations violations = {
      {Code::lookback_out_of_range, "lookback", "120 days is more than charging-sessions allows (92)", "use 1 to 92"},
      {Code::name_taken, "name", "taken\nby \x1b[31m", ""},
  };
  CHECK(describe(violations) ==
        "lookback: 120 days is more than charging-sessions allows (92) [lookback_out_of_range]; use 1 to 92\n"
        "name: taken\\x0aby \\x1b[31m [name_taken]");
  CHECK(describe({}).empty());
}

TEST_CASE("the man page has an entry for every code") {
  std::ifstream file(REPORTCTL_ROOT "/man/reportctl-violations.7");
  REQUIRE(file);
  std::set<std::string> entries;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(".It Cm ")) CHECK(entries.insert(line.substr(7)).second);
  for (const Code code : all_codes()) {
    CAPTURE(code_name(code));
    CHECK(entries.erase(std::string(code_name(code))) == 1);
  }
  CHECK(entries.empty());
}
