// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace reportctl::mail {

/// The facts a report mail is made from; stored with the run as JSON, so that the same bytes can be made again.
struct ReportFacts {
  std::string account_name;
  std::string brand_color;  ///< `#rrggbb` or empty
  std::string schedule_name;
  std::string report_label;
  std::string period;  ///< `2026-03-01 to 2026-03-31`
  std::string timezone;
  std::string scope;      ///< empty for account scope
  std::string row_count;  ///< `1,204 rows`
  std::vector<std::pair<std::string, std::string>> summary;
  bool no_data = false;
  std::string attachment_name;  ///< empty: none
  std::string attachment_size;  ///< `1.2 MB`
  std::string notice;           ///< a sentence that must be seen (a file too large, a rehearsal); empty: none
  std::string generated_at;     ///< with zone, for people
  std::string why;              ///< why you get this, and whom to ask
  std::string run_id;
};

struct Texts {
  std::string text;
  std::string html;
};
Texts render_report(const ReportFacts&);

/// To an owner or admin: what happened, to which period, who did not get it, the server's words, the command that fixes it.
struct FailureFacts {
  std::string account_name;
  std::string brand_color;
  std::string schedule_name;
  std::string report_label;
  std::string outcome;   ///< `failed`, `rejected`, `delivery failed`, …
  std::string sentence;  ///< one sentence for a support person
  std::string period;
  std::string slot;                                             ///< when it was due, with zone
  std::vector<std::pair<std::string, std::string>> reasons;     ///< code or field → message
  std::vector<std::pair<std::string, std::string>> recipients;  ///< address → the server's words
  std::string fix;                                              ///< a command
  std::string next_run;                                         ///< with zone
  std::string failure_count;                                    ///< `3rd in a row`
  std::string run_id;
};
Texts render_failure(const FailureFacts&);

/// `{report} {period} {account} {name}` replaced; anything else in braces stays. The default is `{report} – {period}`.
std::string render_subject(const std::string& pattern, const ReportFacts&);

}  // namespace reportctl::mail
