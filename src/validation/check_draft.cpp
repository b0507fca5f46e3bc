// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

std::optional<TimeOfDay> check_time(std::string_view text, Violations& found) {
  const auto at = parse_time_of_day(trim(text));
  if (!at)
    found.push_back({Code::time_invalid, "at",
                     text.empty() ? "a schedule needs a time" : fmt::format("{} is not a time of day", in_quotes(text)),
                     "write HH:MM, from 00:00 to 23:59"});
  return at;
}

std::optional<schedule::NoData> check_no_data(std::string_view text, Violations& found) {
  if (text.empty()) return std::nullopt;
  const auto choice = schedule::parse_no_data(trim(text));
  if (!choice)
    found.push_back({Code::no_data_invalid, "no_data", fmt::format("{} is neither send nor skip", in_quotes(text)),
                     "use send (the mail goes out and says so) or skip"});
  return choice;
}

void write_window(schedule::Definition& definition, const schedule::WindowChoice& window) {
  if (const auto* lookback = std::get_if<schedule::LookbackChoice>(&window)) definition.lookback_days = lookback->days;
  if (const auto* range = std::get_if<schedule::RangeChoice>(&window)) definition.range = range->range;
}

}  // namespace

DraftCheck check_draft(const Draft& draft, const Context& context) {
  Violations found, later;
  schedule::Definition definition;
  definition.name = check_name(draft.name, found);
  definition.description = check_description(draft.description, found);

  const auto at = check_time(draft.at, later);
  definition.recipients = check_recipients(draft.recipients, context, later);
  definition.subject = check_subject(draft.subject, later);
  auto extra = check_extra(draft.extra, later);
  definition.no_data = check_no_data(draft.no_data, later);

  Request request = draft.request;
  request.surface = catalog::Surface::schedule;
  Setting setting{.at = at};
  if (request.columns.empty() && !extra.columns.empty()) {
    request.columns = extra.columns;
    setting.columns_field = "extra.columns";
  }
  request.csv = merged(request.csv, extra.csv);
  auto checked = check_common(request, context, setting);
  std::move(checked.violations.begin(), checked.violations.end(), std::back_inserter(found));
  std::move(later.begin(), later.end(), std::back_inserter(found));
  if (!found.empty()) return {std::move(found), std::nullopt, std::nullopt};

  const Resolved& resolved = checked.resolved.value();
  definition.account = context.account.id;
  definition.report = resolved.report->id;
  definition.scope = resolved.scope;
  definition.cadence = checked.cadence.value();
  definition.at = at;
  definition.timezone = request.timezone.empty() ? context.scope_timezone : request.timezone;
  write_window(definition, resolved.window);
  definition.format = resolved.format;
  definition.parameters = resolved.parameters;
  definition.extra = draft.request.columns.empty() ? std::move(extra.text) : with_columns(extra.text, resolved.columns);
  if (request.csv.given()) definition.extra = with_csv(definition.extra, resolved.csv);
  definition.active = draft.active;
  return {{}, std::move(definition), std::move(checked.resolved)};
}

Draft draft_of(const schedule::Definition& definition) {
  Draft draft;
  draft.name = definition.name;
  draft.account = definition.account;
  draft.description = definition.description;
  draft.request.surface = catalog::Surface::schedule;
  draft.request.report = definition.report;
  draft.request.scope = definition.scope.str();
  draft.request.timezone = definition.timezone;
  if (definition.range) draft.request.range = range_name(*definition.range);
  if (definition.lookback_days) draft.request.lookback = fmt::format("{}", *definition.lookback_days);
  draft.request.cadence = cadence_name(definition.cadence.kind);
  if (definition.cadence.weekday != 0) draft.request.weekday = fmt::format("{}", definition.cadence.weekday);
  if (definition.cadence.day_of_month != 0) draft.request.day_of_month = fmt::format("{}", definition.cadence.day_of_month);
  draft.request.format = definition.format;
  draft.request.parameters = definition.parameters;
  draft.extra = definition.extra;
  if (definition.at) draft.at = format_time_of_day(*definition.at);
  for (const Mailbox& recipient : definition.recipients) draft.recipients.push_back(recipient.str());
  draft.subject = definition.subject;
  if (definition.no_data) draft.no_data = no_data_name(*definition.no_data);
  draft.active = definition.active;
  return draft;
}

}  // namespace reportctl::validation
