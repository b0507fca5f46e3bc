// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/base/language.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/schedule/fields.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::validation {

using schedule::CsvRequest;
using schedule::Draft;
using schedule::draft_of;
using schedule::Request;

/// How a CSV file is written, resolved.
struct CsvStyle {
  bool bom = false;
  bool crlf = false;
  bool labels = false;  ///< a header of labels instead of names
  char delimiter = ',';
  char decimal = '.';
  bool guard = true;  ///< against spreadsheets that would run a text
};

/// What is known about the world, so that validation itself stays pure.
struct Context {
  const catalog::Catalog& catalog;
  const access::Account& account;
  std::set<access::Role> roles = {};              ///< of the actor, or at run of the schedule's owner, in account and scope
  std::vector<std::string> allowed_domains = {};  ///< the configuration's; the account's own list narrows it further
  std::map<std::string, std::vector<std::string>> destinations = {};  ///< of the configuration: whose reports may go there
  bool mails_this_host = false;                                       ///< the transport delivers to `root` and user@localhost
  Instant now{};
  /// The site's own zone, when known. check_draft() writes it into the definition, so that slots and days of a schedule never
  /// depend on whether the source can be asked; leave it empty where a stored definition is checked again.
  std::string scope_timezone = {};
  schedule::Calendars calendars = {};
  int least_minutes = 15;  ///< between two times of a day
};

/// A request that holds: everything resolved, nothing left to guess.
struct Resolved {
  const catalog::Report* report = nullptr;
  schedule::Scope scope;
  std::string timezone;  ///< never empty
  schedule::WindowChoice window;
  std::string format;                          ///< canonical
  std::vector<std::string> more_formats = {};  ///< of a schedule: the same rows in these too
  schedule::Parameters parameters;             ///< canonical text, defaults filled in, repeated ids removed
  std::vector<std::string> columns;            ///< chosen columns, in this order; empty: all of the shape
  CsvStyle csv;
  std::string title;  ///< template, never empty
  Language language;
};

/// As spreadsheet programs take it.
std::string sheet_name(std::string_view label);

struct RequestCheck {
  Violations violations;             ///< all of them, in the order of the fields
  std::optional<Resolved> resolved;  ///< present exactly when there are none
};

/// `reportctl catalog choices REPORT PARAMETER --account ACCOUNT --scope SCOPE`, in backticks: what a hint names. Without a
/// scope, or for a whole account, the last option is left out.
std::string choices_command(const catalog::Report&, const catalog::Parameter&, const access::Account&,
                            const std::optional<schedule::Scope>&);

/// What the report, or with nullptr any report, comes as through this door: what is for programs is not scheduled, since nobody
/// opens it from a mail.
std::vector<std::string> formats_for(const catalog::Report*, catalog::Surface);

/// The rules that hold for every door: report, surface, scope, roles, feature, window, zone, format, parameters, columns.
/// Throws only what the catalog throws: Error(invalid) when that very module is broken.
RequestCheck check_request(const Request&, const Context&);

struct DraftCheck {
  Violations violations;
  std::optional<schedule::Definition> definition;  ///< present exactly when there are no violations
  std::optional<Resolved> resolved;
  std::vector<Resolved> also = {};  ///< of Definition::also
};

/// An address that may get reports of the context's account.
std::optional<Mailbox> check_address(const schedule::Recipient&, const std::string& field, const Context&, Violations& found);
/// Several, each once, at least one; also places, whose templates may name what the report has, where it is known.
struct RecipientsRequest {
  const std::vector<schedule::Recipient>& given;
  const catalog::Report* report = nullptr;
  const Request* request = nullptr;
};
schedule::Recipients check_recipients(const RecipientsRequest&, const Context&, Violations& found);

/// One part of a schedule with parts, as a schedule of its own: what its row says instead of the schedule. A row only gives
/// values, so the account stays, and a scope lies within the schedule's.
DraftCheck check_part(const schedule::Definition&, const std::string& key, const schedule::ListRow&, const Context&);

/// All rules of a schedule: name and description, those of its request, then cadence, day, time, recipients and the rest. That
/// the name is free is the store's to tell. The definition is complete: what a module's default was at save (lookback, range,
/// parameters, format) is written into it, so that a schedule keeps meaning what it meant.
DraftCheck check_draft(const Draft&, const Context&);

}  // namespace reportctl::validation
