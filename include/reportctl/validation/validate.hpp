// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::validation {

/// How a CSV file is to be written, as far as it was said.
struct CsvRequest {
  std::optional<bool> bom, crlf, labels;
  std::optional<std::string> delimiter;  ///< `;`, `semicolon`, …
  [[nodiscard]] bool given() const { return bom || crlf || labels || delimiter; }
};

/// The same, resolved.
struct CsvStyle {
  bool bom = false;
  bool crlf = false;
  bool labels = false;  ///< a header of labels instead of names
  char delimiter = ',';
};

/// What someone wants of a report, as they wrote it, whatever the door: an on-demand run, a schedule at save, a schedule at run.
/// Nothing is parsed before validation, so that everything wrong is reported at once.
struct Request {
  catalog::Surface surface = catalog::Surface::run;
  std::string report;               ///< id or alias
  std::string scope = "account";    ///< `account`, `depot:north`, …
  std::string timezone;             ///< empty: the scope's, else the account's, else UTC
  std::optional<std::string> from;  ///< local days, both included; not on schedules
  std::optional<std::string> to;
  std::optional<std::string> range;         ///< `last_7d`, …
  std::optional<std::string> lookback;      ///< days
  std::optional<std::string> cadence;       ///< the window is what this cadence covers
  std::optional<std::string> weekday;       ///< with cadence: `mon` or 1–7
  std::optional<std::string> day_of_month;  ///< with cadence
  std::string format;                       ///< empty: the module's default
  schedule::Parameters parameters;
  std::vector<std::string> columns;  ///< chosen columns, in this order; empty: all
  CsvRequest csv;
};

/// What is known about the world, so that validation itself stays pure.
struct Context {
  const catalog::Catalog& catalog;
  const access::Account& account;
  std::set<access::Role> roles = {};              ///< of the actor, or at run of the schedule's owner, in account and scope
  std::vector<std::string> allowed_domains = {};  ///< the configuration's; the account's own list narrows it further
  Instant now{};
  /// The site's own zone, when known. check_draft() writes it into the definition, so that slots and days of a schedule never
  /// depend on whether the source can be asked; leave it empty where a stored definition is checked again.
  std::string scope_timezone = {};
};

/// A request that holds: everything resolved, nothing left to guess.
struct Resolved {
  const catalog::Report* report = nullptr;
  schedule::Scope scope;
  std::string timezone;  ///< never empty
  schedule::WindowChoice window;
  std::string format;                ///< canonical
  schedule::Parameters parameters;   ///< canonical text, defaults filled in, repeated ids removed
  std::vector<std::string> columns;  ///< chosen columns, in this order; empty: all of the shape
  CsvStyle csv;
};

struct RequestCheck {
  Violations violations;             ///< all of them, in the order of the fields
  std::optional<Resolved> resolved;  ///< present exactly when there are none
};

/// What the report, or with nullptr any report, comes as through this door: what is for programs is not scheduled, since nobody
/// opens it from a mail.
std::vector<std::string> formats_for(const catalog::Report*, catalog::Surface);

/// The rules that hold for every door: report, surface, scope, roles, feature, window, zone, format, parameters, columns.
/// Throws only what the catalog throws: Error(invalid) when that very module is broken.
RequestCheck check_request(const Request&, const Context&);

/// A schedule as someone wrote it: the request and what makes it a schedule.
struct Draft {
  std::string name;
  std::string account;
  std::string description;
  Request request;  ///< surface is ignored; cadence, weekday and day_of_month are those of the schedule
  std::string at;   ///< `06:00`
  std::vector<std::string> recipients;
  std::string subject;
  std::string extra;    ///< JSON object as text; its keys `columns` and `csv` are those of the request
  std::string no_data;  ///< empty, send or skip
  bool active = true;
};

struct DraftCheck {
  Violations violations;
  std::optional<schedule::Definition> definition;  ///< present exactly when there are no violations
  std::optional<Resolved> resolved;
};

/// All rules of a schedule: name and description, those of its request, then cadence, day, time, recipients and the rest. That
/// the name is free is the store's to tell. The definition is complete: what a module's default was at save (lookback, range,
/// parameters, format) is written into it, so that a schedule keeps meaning what it meant. Chosen columns and the style of CSV
/// are kept in `extra`.
DraftCheck check_draft(const Draft&, const Context&);

/// A stored definition as it would be written: what `edit` starts from, and how a run checks the rules again.
Draft draft_of(const schedule::Definition&);

}  // namespace reportctl::validation
