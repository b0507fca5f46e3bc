// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "schedule_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <set>

#include "reportctl/base/address.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/schedule/cadence.hpp"
#include "terminal/json_records.hpp"
#include "terminal/options.hpp"

namespace reportctl::cli {
namespace {

/// An empty value is "back to the default".
void set(std::optional<std::string>& field, const std::optional<std::string>& given) {
  if (!given) return;
  field = given->empty() ? std::nullopt : given;
}

void set(std::string& field, const std::optional<std::string>& given) {
  if (given) field = *given;
}

/// The address alone decides whether two ways to write a recipient mean the same one.
std::string key_of(const std::string& recipient) {
  const auto mailbox = Mailbox::parse(recipient);
  return mailbox ? mailbox->address.normalized() : recipient;
}

std::vector<std::string> with_recipients(std::vector<std::string> base, const DraftOptions& options) {
  if (!options.to.empty()) base = options.to;
  for (const auto& gone : options.remove_to) {
    const auto removed = std::erase_if(base, [&](const std::string& recipient) { return key_of(recipient) == key_of(gone); });
    if (removed == 0) {
      throw Error(ErrorKind::usage, fmt::format("--remove-to {}: not a recipient of this schedule", visible(gone)),
                  "reportctl schedule show NAME lists them");
    }
  }
  base.insert(base.end(), options.add_to.begin(), options.add_to.end());
  return base;
}

/// Chosen columns live in `extra`: choosing none takes them out of it.
std::string without_columns(const std::string& extra) {
  auto json = Json::parse(extra, nullptr, false);
  if (!json.is_object() || json.erase("columns") == 0) return extra;
  return json.empty() ? std::string() : json_text(json);
}

/// add_flag() of CLI11 2.1 writes false into an optional that was not asked about.
void add_choice_flag(CLI::App& app, std::optional<bool>& value, const std::string& names, const std::string& help) {
  app.add_flag_function(
      names, [&value](std::int64_t count) { value = count > 0; }, help);
}

}  // namespace

ParameterText parse_parameter(std::string_view text) {
  const auto equals = text.find('=');
  const auto name = trim(text.substr(0, equals));
  if (name.empty() || equals == std::string_view::npos) {
    throw Error(ErrorKind::usage, fmt::format("\"{}\" is no parameter with its value", visible(text)),
                "write NAME=VALUE, for example mode=line-items or vehicles=v1,v2");
  }
  return {std::string(name), std::string(trim(text.substr(equals + 1)))};
}

schedule::Parameters with_parameters(schedule::Parameters base, const std::vector<std::string>& texts,
                                     const catalog::Report* report) {
  std::set<std::string> begun;
  for (const auto& text : texts) {
    const auto [name, value] = parse_parameter(text);
    if (begun.insert(name).second) base.erase(name);
    if (value.empty()) continue;
    const auto* parameter = report == nullptr ? nullptr : report->parameter(name);
    const bool is_list = parameter == nullptr || parameter->type == catalog::ParameterType::id_list;
    auto& values = base[name];
    for (const auto& part : is_list ? split(value, ',') : std::vector<std::string>{value}) values.emplace_back(trim(part));
  }
  return base;
}

void add_request_options(CLI::App& app, RequestOptions& options, catalog::Surface surface) {
  add_text_option(app, options.scope, "--scope", "SCOPE", "whose rows: account, depot:ID or workspace:ID");
  add_text_option(app, options.timezone, "--timezone", "ZONE", "IANA time zone in which days and times are meant");
  add_text_option(app, options.lookback, "--lookback", "DAYS", "the last complete days");
  add_text_option(app, options.window, "--window", "NAME",
                  "yesterday, last_7d, last_14d, last_30d, last_90d, this_month or last_month");
  add_text_option(app, options.cadence, "--cadence", "CADENCE", "daily, weekly or monthly");
  add_text_option(app, options.on, "--on", "DAY", "weekly: mon to sun, or 1 to 7");
  add_text_option(app, options.day, "--day", "DAY", "monthly: day of the month");
  add_text_option(app, options.format, "--format", "FORMAT",
                  join(validation::formats_for(nullptr, surface), ", ") + "; the report says which");
  add_text_option(app, options.columns, "--columns", "NAME,…", "only these columns, in this order");
  add_text_option(app, options.csv.delimiter, "--delimiter", "SIGN", "csv: comma, semicolon, tab or pipe");
  add_choice_flag(app, options.csv.bom, "--bom,!--no-bom", "csv: begin with a byte order mark, for Excel");
  add_choice_flag(app, options.csv.crlf, "--crlf,!--no-crlf", "csv: lines end as on Windows");
  add_choice_flag(app, options.csv.labels, "--labels,!--no-labels", "csv: a header of labels instead of names");
  add_repeated_option(app, options.params,
                      {.names = "--param", .value = "NAME=VALUE", .help = "a parameter of the report; again for another"});
}

validation::Request with_options(validation::Request base, const RequestOptions& options, const catalog::Report* report) {
  set(base.scope, options.scope);
  if (base.scope.empty()) base.scope = "account";
  set(base.timezone, options.timezone);
  set(base.lookback, options.lookback);
  set(base.range, options.window);
  if (options.cadence) {
    const bool same = base.cadence && schedule::parse_cadence(*base.cadence) == schedule::parse_cadence(*options.cadence);
    set(base.cadence, options.cadence);
    if (!same) {
      base.weekday.reset();
      base.day_of_month.reset();
    }
  }
  set(base.weekday, options.on);
  set(base.day_of_month, options.day);
  set(base.format, options.format);
  if (options.columns) {
    base.columns.clear();
    for (const auto& column : split(*options.columns, ',')) {
      if (!trim(column).empty()) base.columns.emplace_back(trim(column));
    }
  }
  if (options.csv.bom) base.csv.bom = options.csv.bom;
  if (options.csv.crlf) base.csv.crlf = options.csv.crlf;
  if (options.csv.labels) base.csv.labels = options.csv.labels;
  if (options.csv.delimiter) base.csv.delimiter = options.csv.delimiter;
  base.parameters = with_parameters(std::move(base.parameters), options.params, report);
  return base;
}

void add_draft_options(CLI::App& app, DraftOptions& options) {
  add_text_option(app, options.report, "--report", "REPORT", "which report: reportctl catalog list");
  add_request_options(app, options.request, catalog::Surface::schedule);
  add_text_option(app, options.at, "--at", "HH:MM", "local time at which it runs");
  add_repeated_option(app, options.to, {.names = "--to", .value = "ADDRESS", .help = "a recipient; again for another"});
  add_text_option(app, options.subject, "--subject", "TEMPLATE", "subject, with {report} {period} {account} {name}");
  add_text_option(app, options.no_data, "--no-data", "POLICY", "when there are no rows: send (and say so) or skip");
  add_text_option(app, options.description, "--description", "TEXT", "what it is for");
  add_text_option(app, options.extra, "--extra", "JSON", "further configuration, an object");
}

validation::Draft with_options(validation::Draft base, const DraftOptions& options, const catalog::Report* report) {
  set(base.name, options.rename);
  set(base.description, options.description);
  set(base.request.report, options.report);
  base.request = with_options(std::move(base.request), options.request, report);
  set(base.at, options.at);
  base.recipients = with_recipients(std::move(base.recipients), options);
  set(base.subject, options.subject);
  set(base.extra, options.extra);
  if (options.request.columns && base.request.columns.empty()) base.extra = without_columns(base.extra);
  set(base.no_data, options.no_data);
  return base;
}

}  // namespace reportctl::cli
