// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/zone.hpp"
#include "reportctl/catalog/text_variables.hpp"
#include "reportctl/validation/validate.hpp"

namespace reportctl::validation {

/// Every rule of this room takes what was written, adds what is wrong to the findings, and returns the value when it holds. A
/// rule whose module is unknown (nullptr) still checks what can be checked without it, so that everything wrong is said at once.

/// A foreign word fit to be printed: one line, valid UTF-8, not endless.
std::string printable(std::string_view word);
std::string in_quotes(std::string_view word);
/// `mon, tue or wed`.
std::string either(const std::vector<std::string>& words);
/// `to[2]`: places count from 1, as people do.
std::string place(std::string_view field, std::size_t index);
/// Of UTF-8.
std::size_t characters(std::string_view);

/// The roles and the feature that a module asks for.
void check_roles(const catalog::Report&, const Context&, std::string_view field, Violations& found);
void check_feature(const catalog::Report&, const Context&, std::string_view field, Violations& found);

struct WindowRequest {
  const Request& request;
  const catalog::Report* report;
  const Zone* zone;  ///< nullptr: unknown, and then nothing is compared with today
  Instant now;
  std::optional<schedule::Cadence> cadence;  ///< of the schedule, or of the request, when it is one
  schedule::Times at;                        ///< of the schedule
};
std::optional<schedule::WindowChoice> check_window(const WindowRequest&, Violations& found);

/// Cadence with its day. On demand nothing is required: nullopt without a finding when none was given.
std::optional<schedule::Cadence> check_cadence(const Request&, const catalog::Report*, Violations& found);

struct ParameterRequest {
  const schedule::Parameters& given;
  const catalog::Report& report;
  const catalog::Catalog& catalog;
  const std::optional<schedule::Scope>& scope;  ///< nullopt: unknown, and then parameters of any scope are taken
  const access::Account& account;
  const std::set<std::string>& given_by_rows;
};
schedule::Parameters check_parameters(const ParameterRequest&, Violations& found);
/// Precondition: the parameters hold.
std::vector<std::string> check_columns(const std::vector<std::string>& given, const catalog::Shape&, Violations& found);

std::string check_name(std::string_view name, Violations& found);
std::string check_description(std::string_view description, Violations& found);

/// A text with variables. The report may be unknown: then only its braces are looked at.
struct TemplateRequest {
  std::string_view field;
  std::string_view text;
  const catalog::Report* report;
  const Request& request;
  catalog::TextMoment moment;
};
/// template_invalid for variables that the report does not have.
std::string check_template(const TemplateRequest&, Violations& found);
std::string check_title(const TemplateRequest&, Violations& found);
std::string check_subject(const TemplateRequest&, Violations& found);
std::string check_intro(const TemplateRequest&, Violations& found);
std::string check_file_name(const TemplateRequest&, Violations& found);
/// Of directories below a destination; values are made plain when it is filled.
std::string check_path(const TemplateRequest&, Violations& found);
/// What the address is when it is filled is checked by the run.
std::string check_reply_to(const TemplateRequest&, const Context&, Violations& found);

/// Of a draft, when it is sent.
struct SendRequest {
  const Draft& draft;
  const catalog::Report* report;
  const schedule::Parameters* parameters;  ///< nullptr: they do not hold
};
struct SendRule {
  schedule::Condition send;
  schedule::Again again;
  std::optional<bool> all_clear;
};
SendRule check_send(const SendRequest&, Violations& found);

/// Of a draft, how long it waits for its data.
struct WaitRequest {
  const Draft& draft;
  const catalog::Report* report;
  std::optional<schedule::Rhythm> rhythm;  ///< none: it does not hold
  Instant now;
};
struct WaitRule {
  std::optional<std::chrono::minutes> wait;
  std::optional<schedule::Late> late;
};
WaitRule check_wait(const WaitRequest&, Violations& found);

/// What check_request() and check_draft() share. `at`: the times of a schedule.
struct Checked {
  Violations violations;
  std::optional<Resolved> resolved;  ///< present exactly when there are no violations
  std::optional<schedule::Cadence> cadence;
  const catalog::Report* report = nullptr;
};
Checked check_common(const Request&, const Context&, const schedule::Times& at);

/// The further reports of a draft, each with the schedule's rhythm, scope and rights.
struct AlsoRequest {
  const Draft& draft;
  const Request& request;
  const schedule::Times& at;
  const Checked& first;  ///< the schedule's own report
};
struct AlsoRule {
  std::vector<schedule::Also> also;
  std::vector<Resolved> resolved;
  std::optional<bool> workbook;
};
AlsoRule check_also(const AlsoRequest&, const Context&, Violations& found);
/// A workbook's where nothing is said.
std::string format_of_files(const Draft&);

/// The parts of a draft: rows that hold, or a list that its report and its owner may use.
schedule::PartList check_parts(const Draft&, const Context&, const catalog::Report*, Violations& found);
/// The parameters that the rows of a draft give.
std::set<std::string> parameters_of_rows(const Draft&, const catalog::Catalog&);

CsvStyle check_csv(const CsvRequest&, std::string_view format, Violations& found);
/// What differs from the default style, as a request.
CsvRequest csv_request(const CsvStyle&);

/// Further configuration: a JSON object, trimmed.
std::string check_extra(std::string_view text, Violations& found);

}  // namespace reportctl::validation
