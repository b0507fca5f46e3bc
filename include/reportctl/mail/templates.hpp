// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/base/language.hpp"
#include "reportctl/mail/message.hpp"

namespace reportctl::mail {

/// A metric for people: a value for each currency.
struct Figure {
  std::string label;
  std::vector<std::string> values;
  std::vector<std::string> changes = {};  ///< of the values, in their order: `+12.5 %`, `new`; empty: not compared
  bool operator==(const Figure&) const = default;
};

/// The head of the file as a small table.
struct FirstRows {
  struct Column {
    std::string label;
    bool number = false;  ///< to the right
    bool wide = false;    ///< left out on narrow screens
    bool operator==(const Column&) const = default;
  };
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
  std::int64_t more = 0;                   ///< rows that are not among them
  std::vector<std::string> left_out = {};  ///< labels of columns that are only in the file
  bool operator==(const FirstRows&) const = default;
};

/// Whether a cell of text stays on one line, whatever the screen: times and single words.
bool is_unbroken(std::string_view text);

/// A picture at the size in which it is shown.
struct Picture {
  std::string content_type;  ///< `image/png`, `image/jpeg`
  std::string bytes;         ///< empty: no picture
  std::string alt;
  int width = 0;  ///< CSS pixels
  int height = 0;
  bool operator==(const Picture&) const = default;
};

/// The facts a report mail is made from; stored with the run as JSON, so that the same bytes can be made again.
struct ReportFacts {
  std::string account_name;
  std::string brand_color;  ///< `#rrggbb` or empty
  std::string schedule_name;
  std::string report_label;
  Language language;
  std::string period;  ///< `2026-03-01 to 2026-03-31`
  std::string timezone;
  std::string scope;                                              ///< empty for account scope
  std::vector<std::pair<std::string, std::string>> filters = {};  ///< what else restricts the rows: `Vehicles`, `Kangoo, Ersatz`
  std::string intro = {};                                         ///< some lines before everything else
  std::string row_count;                                          ///< `1,204 rows`
  std::vector<Figure> summary;
  std::string compared_with;  ///< `Compared with …`, the period of the changes; empty: not compared
  Picture logo;
  Picture chart;
  FirstRows first_rows;
  bool no_data = false;
  std::string attachment_name;       ///< empty: none
  std::string attachment_size;       ///< `1.2 MB`
  std::string attachment_rows = {};  ///< of a workbook, all of its sheets; empty: row_count
  std::string download_url;          ///< the file is there and not attached; empty: attached
  std::string download_ends;         ///< until when, with zone, for people
  struct File {
    std::string name, size, row_count, download_url;
  };
  std::vector<File> more_files = {};  ///< attached or linked as the first
  std::string notice;                 ///< a sentence that must be seen (a file too large, a rehearsal); empty: none
  std::string generated_at;           ///< with zone, for people
  std::string why;                    ///< why you get this, and whom to ask
  std::string run_id;
};

struct Texts {
  std::string text;
  std::string html;
};
/// How the HTML finds its pictures: in the message (images_of()), or in itself, for a browser.
enum class PictureLinks { content_ids, data_uris };
Texts render_report(const ReportFacts&, PictureLinks = PictureLinks::content_ids);
/// The images that the HTML of this run refers to.
std::vector<Image> images_of(const Picture& logo, const Picture& chart, const std::string& run_id);

/// To an owner or admin: what happened, to which period, who did not get it, the server's words, the command that fixes it.
struct FailureFacts {
  std::string account_name;
  std::string brand_color;
  Picture logo;
  std::string schedule_name;  ///< empty: it is about another thing, which report_label names
  std::string report_label;
  std::string outcome;   ///< `failed`, `rejected`, `delivery failed`, …
  std::string sentence;  ///< one sentence for a support person
  std::string period;
  std::string slot;                                             ///< when it was due, with zone
  std::vector<std::pair<std::string, std::string>> reasons;     ///< code or field → message
  std::vector<std::pair<std::string, std::string>> recipients;  ///< address → the server's words
  std::vector<std::pair<std::string, std::string>> runs;        ///< of a mail about several: which → what happened
  std::string fix;                                              ///< a command
  std::string next_run;                                         ///< with zone
  std::string failure_count;                                    ///< `3rd in a row`
  std::string run_id;                                           ///< of a mail about several it is not shown
};
Texts render_failure(const FailureFacts&, PictureLinks = PictureLinks::content_ids);

}  // namespace reportctl::mail
