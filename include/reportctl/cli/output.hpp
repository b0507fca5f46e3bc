// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/zone.hpp"

namespace reportctl::cli {

enum class Format { table, plain, json, csv };

/// A terminal that understands escape sequences.
bool takes_escapes(int fd);

enum class Align { left, right };
/// How a table shows a column. What a narrow terminal makes of it, `--wide` and a pipe do not.
enum class Show {
  text,       ///< whole
  cut,        ///< cut with `…` on a narrow terminal
  long_text,  ///< a sentence: on a narrow terminal it stands below its row
  id,         ///< its first eight characters are enough on a narrow terminal
  time,       ///< an RFC 3339 instant, which is shown in the zone of the listing; other text as it is
};
enum class Tone { none, good, warn, bad, dim };

/// A field for people and the same for machines.
struct Field {
  std::string text;
  Tone tone = Tone::none;
};

struct Column {
  std::string key;         ///< in `records`, and the heading in CSV
  std::string title = {};  ///< what people read instead; empty: the key
  Align align = Align::left;
  Show show = Show::text;
  int drop = 0;  ///< left out where the terminal is too narrow, the highest first; 0: never
};

/// A list: people see an aligned table (by display width), scripts tabs, CSV or an array of objects. CSV has the names and values
/// of the objects: a value that CSV cannot hold, and one that they do not have, is as people see it.
struct Listing {
  std::vector<Column> columns;
  std::vector<std::string> more_keys;  ///< further columns of CSV: what people see within another column
  std::vector<std::vector<Field>> rows;
  nlohmann::ordered_json records = nlohmann::ordered_json::array();  ///< one object a row, snake_case
  std::string empty;                                                 ///< what people read when there is nothing, on stderr
  bool findings = false;                                             ///< of a check: with -q people see only what is wrong
  Zone zone = Zone::utc();                                           ///< of the times that people see; the heading names it
};

/// One thing: people see aligned `Label: value` lines, JSON is an object, CSV has a line for each of its values:
/// `period.last_day,2026-03-16`.
struct Sheet {
  std::vector<std::pair<std::string, Field>> lines;  ///< empty label: a heading of its own line
  nlohmann::ordered_json record;
};

/// Standard output, with its errors: a result that could not be written is Error(output), a closed pipe too.
class Output {
 public:
  struct Look {
    Format format = Format::table;
    bool color = false;
    bool quiet = false;
    bool wide = false;   ///< every column whole, whatever the terminal's width
    bool paged = false;  ///< output that is longer than the terminal goes through a pager
  };
  explicit Output(const Look&);
  [[nodiscard]] Format format() const { return look_.format; }
  [[nodiscard]] bool quiet() const { return look_.quiet; }
  void list(const Listing&);
  void sheet(const Sheet&);
  /// A table below a sheet, under a title: for people only, since the sheet's record has all of it for machines.
  void table(const std::string& title, const Listing&);
  /// Free text for people (help, previews); written as it is.
  void text(std::string_view);
  /// One line of what a command did (`schedule morning-power created`); silent with -q; with JSON the record instead.
  void done(const std::string& sentence, const nlohmann::ordered_json& record);
  /// With REPORTCTL_NOW: `(clock replaced: …)` on stderr, once; list(), sheet() and done() do it by themselves for people. What
  /// acts without them calls it first; with --json it is an object.
  void note_replaced_clock();
  /// Writes what is buffered and checks that it arrived. Called by cli::run() before exit 0 is believed. What is longer than the
  /// terminal's screen is shown by a pager.
  void flush();

 private:
  void json(const nlohmann::ordered_json&);

  [[nodiscard]] std::string laid_out(const Listing&) const;

  Look look_;
  bool clock_noted_ = false;
  std::string buffer_;
};

}  // namespace reportctl::cli
