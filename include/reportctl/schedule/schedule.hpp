// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/schedule/condition.hpp"
#include "reportctl/schedule/part_list.hpp"
#include "reportctl/schedule/rhythm.hpp"
#include "reportctl/schedule/window.hpp"

namespace reportctl::schedule {

enum class ScopeKind { account, depot, workspace };

/// Which rows: those of a whole account, or of one of its sites (a depot or a workspace).
struct Scope {
  ScopeKind kind = ScopeKind::account;
  std::string site;  ///< the site's id; empty for account
  /// `account`, `depot:north`, `workspace:w1`.
  static std::optional<Scope> parse(std::string_view);
  [[nodiscard]] std::string str() const;
  bool operator==(const Scope&) const = default;
};
std::string_view scope_kind_name(ScopeKind);
std::optional<ScopeKind> parse_scope_kind(std::string_view);

/// Parameters by name, as text; their types are the module's business. A list has several values.
using Parameters = std::map<std::string, std::vector<std::string>>;

enum class NoData { send, skip };
std::optional<NoData> parse_no_data(std::string_view);
std::string_view no_data_name(NoData);

/// What happens to occurrences that were missed while nothing ran.
enum class Missed {
  coalesce,  ///< the newest runs, the older ones become visible `skipped` runs
  all,       ///< each runs, the newest 24 at most
  skip,      ///< those later than `grace` become `skipped`; the rest as coalesce
};
std::optional<Missed> parse_missed(std::string_view);
std::string_view missed_name(Missed);
std::vector<std::string> missed_names();

/// What becomes of an occurrence whose data are not complete in time.
enum class Late { fail, send };
std::optional<Late> parse_late(std::string_view);
std::string_view late_name(Late);
std::vector<std::string> late_names();

/// A run is tried again at most so often.
constexpr int kMostRetries = 100;

/// How a CSV file is to be written, as far as it was said.
struct CsvRequest {
  std::optional<bool> bom, crlf, labels;
  std::optional<bool> guard;             ///< false: texts are written as they are, for programs
  std::optional<std::string> delimiter;  ///< `;`, `semicolon`, …
  std::optional<std::string> decimal;    ///< `point` or `comma`
  [[nodiscard]] bool given() const { return bom || crlf || labels || guard || delimiter || decimal; }
  bool operator==(const CsvRequest&) const = default;
};

/// The door through which a report is asked for.
enum class Surface { run, schedule, export_job };

/// What someone wants of a report, as they wrote it, whatever the door: an on-demand run, a schedule at save, a schedule at run.
/// Nothing is parsed before validation, so that everything wrong is reported at once.
struct Request {
  Surface surface = Surface::run;
  std::string report;               ///< id or alias
  std::string scope = "account";    ///< `account`, `depot:north`, …
  std::string timezone;             ///< empty: the scope's, else the account's, else UTC
  std::optional<std::string> from;  ///< local days, both included; not on schedules
  std::optional<std::string> to;
  std::optional<std::string> window;    ///< `last_7d`, …
  std::optional<std::string> lookback;  ///< days
  std::optional<std::string> cadence;   ///< the window is what this cadence covers
  std::optional<std::string> on;        ///< with cadence: `mon`, `mon,thu`, `workdays`, …
  std::optional<std::string> day;       ///< with cadence: `1`, `2nd workday`, … of the month
  std::optional<std::string> months;    ///< of schedules: `jan,apr`
  std::optional<std::string> weeks;     ///< of schedules: 2 for every second
  std::optional<std::string> start;     ///< of schedules: the first day
  std::optional<std::string> end;       ///< of schedules: the last day
  std::string calendar;                 ///< of schedules; empty: the account's
  std::string format;                   ///< empty: the module's default
  Parameters parameters;
  std::vector<std::string> columns;  ///< chosen columns, in this order; empty: all
  CsvRequest csv;
  std::string title;     ///< template, of documents and mails; empty: the report's label
  std::string language;  ///< of documents and mails; empty: the account's
  /// Of schedules with parts: what their rows give, so that the schedule itself need not.
  std::set<std::string> given_by_rows = {};
  bool has_parts = false;  ///< its texts may name {key} and {recipient}
};

/// A directory at a destination of the configuration: `partner:in/{year}`.
struct Place {
  std::string destination;
  std::string path;  ///< template; empty: the destination itself
  /// nullopt: it is written as an address.
  static std::optional<Place> parse(std::string_view);
  [[nodiscard]] std::string str() const { return destination + ":" + path; }
  bool operator==(const Place&) const = default;
};

/// A recipient as written, parsed once, where it comes in.
class Recipient {
 public:
  Recipient(std::string text)  // NOLINT: text is text
      : text_(std::move(text)), place_(Place::parse(text_)), mailbox_(place_ ? std::nullopt : Mailbox::parse(text_, &problem_)) {}
  Recipient(const char* text) : Recipient(std::string(text)) {}                       // NOLINT
  Recipient(Mailbox mailbox) : text_(mailbox.str()), mailbox_(std::move(mailbox)) {}  // NOLINT
  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::optional<Place>& place() const { return place_; }
  [[nodiscard]] const std::optional<Mailbox>& mailbox() const { return mailbox_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  ///< why there is no mailbox
  bool operator==(const Recipient& other) const { return text_ == other.text_; }

 private:
  std::string text_;
  std::string problem_;
  std::optional<Place> place_;
  std::optional<Mailbox> mailbox_;
};

/// Who gets a report by mail, and where it is stored for other programs.
struct Recipients {
  std::vector<Mailbox> mailboxes;
  std::vector<Place> places;
  [[nodiscard]] std::size_t size() const { return mailboxes.size() + places.size(); }
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::vector<std::string> texts() const;
  bool operator==(const Recipients&) const = default;
};

/// A further report in the mails of a schedule. What it does not say is the schedule's.
struct Also {
  std::string report;
  std::string window;  ///< name of a range; empty: the report's own
  std::string format;  ///< one or several; empty: the schedule's first
  std::string sheet;   ///< its name in a workbook; empty: the report's label
  Parameters parameters = {};
  std::vector<std::string> columns = {};  ///< empty: all
  bool operator==(const Also&) const = default;
};
constexpr std::size_t kMostAlso = 9;

/// A schedule as someone wrote it: the request and what makes it a schedule.
struct Draft {
  std::string name;
  std::string account;
  std::string description;
  Request request;  ///< surface is ignored; cadence and its days are those of the schedule
  std::string at;   ///< `06:00`, `08:00,13:00`, `08:00-18:00 every 30m`
  std::vector<Recipient> recipients;
  std::vector<Also> also;
  std::string workbook;  ///< true, false or empty
  PartList parts;
  std::string part;  ///< key, of one part of a schedule with parts
  std::string reply_to;
  std::string subject;
  std::string intro;
  std::string file_name;
  std::string extra;    ///< JSON object as text
  std::string no_data;  ///< empty, send or skip
  std::string send, again, all_clear;
  std::string wait, late;
  std::string retries;
  std::string missed;
  bool active = true;
};

/// What a person decides about a schedule. Its fields stand once in fields.cpp: add, edit, apply, the state, differences and
/// JSON go by that table.
struct Definition {
  std::string name;     ///< unique per account
  std::string account;  ///< account id
  std::string description;
  std::string report;  ///< canonical report id
  Scope scope;
  Cadence cadence;
  Times at;
  std::string calendar;              ///< name of one; empty: the account's
  std::string timezone;              ///< IANA name; empty: the account's
  std::optional<NamedRange> window;  ///< instead of the module's own
  std::optional<int> lookback;       ///< days, for lookback modules
  std::string format = "csv";
  std::vector<std::string> columns;  ///< chosen columns, in this order; empty: all
  CsvRequest csv;                    ///< what differs from the default, the delimiter by its name
  std::string title;                 ///< template, of documents and mails; empty: the report's label
  std::string language;              ///< of documents and mails; empty: the account's
  Parameters parameters;
  std::string extra;             ///< further configuration, a JSON object as text; empty when none
  std::vector<Also> also;        ///< further reports in the same mails; figures and condition are those of `report`
  std::optional<bool> workbook;  ///< all of them as sheets of one file
  Recipients recipients;
  PartList parts;                 ///< instead of recipients
  std::string reply_to;           ///< template of an address; empty: the sender
  std::string subject;            ///< template; empty: the default
  std::string intro;              ///< template of some lines before the figures
  std::string file_name;          ///< template, without the ending; empty: the default
  std::optional<NoData> no_data;  ///< empty: the policy's
  Condition send;
  Again again;
  std::optional<bool> all_clear;             ///< also says when the condition does not hold any more
  std::optional<std::chrono::minutes> wait;  ///< for complete data, from the slot on; empty: it does not look
  std::optional<Late> late;                  ///< empty: fail
  std::optional<int> retries;                ///< empty: the policy's
  std::optional<Missed> missed;              ///< empty: the policy's
  bool active = true;
  bool operator==(const Definition&) const = default;
};

/// A stored schedule: the definition and what has become of it.
struct Schedule {
  std::string id;
  Definition definition;
  std::string created_by;  ///< login
  std::string owner;       ///< member id on whose behalf it runs; empty: the operator who made it
  std::string given_by;    ///< member id who last gave it recipients, or gave it to its owner; empty: an operator
  Instant created_at{};
  Instant updated_at{};
  std::optional<Instant> next_run_at;  ///< kept while paused
  std::optional<Instant> last_run_at;
  std::optional<Instant> last_success_at;  ///< when a run last ended delivered or no_data
  std::string last_run_status;             ///< empty, or a run state's word: ok, partial, failed
  std::string last_run_error;
  int failure_count = 0;      ///< consecutive scheduled runs that did not end delivered or no_data
  std::int64_t revision = 0;  ///< grows with every change
  /// Of a claimed occurrence: where its period begins if the occurrence before says so, as that was then.
  std::optional<Instant> begins = {};
  std::string part = {};  ///< of one part of a claimed occurrence: its key
};

/// All whose rows it sends, each once; its own first.
std::vector<std::string> reports_of(const Definition&);
/// Everybody whom the schedule names, in its parts too.
Recipients all_recipients(const Definition&);

/// The zone in which a schedule's time and days are meant: its own, else the account's, else UTC.
std::string effective_timezone(const Definition&, std::string_view account_timezone);
/// The same as a zone; none when this system does not know it (any more).
std::optional<Zone> effective_zone(const Definition&, std::string_view account_timezone);
/// Does what is remembered for the condition of one hold for the other: same rows, same question?
bool same_question(const Definition&, const Definition&);
/// When the schedule fires, in that zone.
Rhythm rhythm_of(const Definition&, const Zone&);

}  // namespace reportctl::schedule
