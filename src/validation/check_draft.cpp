// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

/// Mails that come faster than `least` minutes are noise, and a slow report would run into the next.
schedule::Times check_times(std::string_view text, int least, Violations& found) {
  const auto times = schedule::parse_times(trim(text));
  if (!times) {
    found.push_back({Code::time_invalid, "at",
                     text.empty() ? "a schedule needs a time" : fmt::format("{} is not a time of day", in_quotes(text)),
                     "write HH:MM, from 00:00 to 23:59, several (08:00,13:00), or 08:00-18:00 every 30m"});
    return {};
  }
  const auto minutes = [](TimeOfDay time) { return time.hour * 60 + time.minute; };
  const auto close =
      std::adjacent_find(times->begin(), times->end(), [&](auto a, auto b) { return minutes(b) - minutes(a) < least; });
  if (close != times->end())
    found.push_back({Code::time_invalid, "at",
                     fmt::format("{} and {} are less than {} minutes apart", format_time_of_day(*close),
                                 format_time_of_day(*(close + 1)), least),
                     fmt::format("leave {} minutes or more between two times", least)});
  return *times;
}

std::optional<schedule::NoData> check_no_data(std::string_view text, Violations& found) {
  if (text.empty()) return std::nullopt;
  const auto choice = schedule::parse_no_data(trim(text));
  if (!choice)
    found.push_back({Code::no_data_invalid, "no_data", fmt::format("{} is neither send nor skip", in_quotes(text)),
                     "use send (the mail goes out and says so) or skip"});
  return choice;
}

std::optional<int> check_retries(std::string_view text, Violations& found) {
  if (text.empty()) return std::nullopt;
  const auto number = parse_integer(trim(text));
  if (number && *number >= 0 && *number <= schedule::kMostRetries) return static_cast<int>(*number);
  found.push_back({Code::retries_out_of_range, "retries",
                   fmt::format("{} is not a number from 0 to {}", in_quotes(text), schedule::kMostRetries),
                   "write how many times a run is tried again; 0: never"});
  return std::nullopt;
}

std::optional<schedule::Missed> check_missed(std::string_view text, Violations& found) {
  if (text.empty()) return std::nullopt;
  const auto choice = schedule::parse_missed(trim(text));
  if (!choice)
    found.push_back({Code::missed_invalid, "missed",
                     fmt::format("{} is not {}", in_quotes(text), either(schedule::missed_names())),
                     "use coalesce (only the newest missed occurrence runs), all (each runs) or skip (none that is too late)"});
  return choice;
}

/// By the clock on the wall: that one day of the year is an hour shorter takes nothing away from a schedule.
std::optional<schedule::Rhythm> rhythm_of(const Checked& checked, const schedule::Times& at) {
  if (!checked.cadence || at.empty()) return std::nullopt;
  return schedule::Rhythm{.cadence = *checked.cadence, .at = at, .zone = Zone::utc()};
}

void write_window(schedule::Definition& definition, const schedule::WindowChoice& window) {
  if (const auto* lookback = std::get_if<schedule::LookbackChoice>(&window)) definition.lookback = lookback->days;
  if (const auto* range = std::get_if<schedule::RangeChoice>(&window)) definition.window = range->range;
}

}  // namespace

DraftCheck check_draft(const Draft& draft, const Context& context) {
  Violations found, later;
  schedule::Definition definition;
  definition.name = check_name(draft.name, found);
  definition.description = check_description(draft.description, found);

  definition.at = check_times(draft.at, context.least_minutes, later);
  Request request = draft.request;
  request.surface = catalog::Surface::schedule;
  request.given_by_rows = parameters_of_rows(draft, context.catalog);
  request.has_parts = draft.parts.given() || !draft.part.empty();
  request.format = format_of_files(draft);
  auto checked = check_common(request, context, definition.at);
  const auto files = check_also({.draft = draft, .request = request, .at = definition.at, .first = checked}, context, later);
  append(found, std::move(checked.violations));

  if (!draft.parts.given())
    definition.recipients =
        check_recipients({.given = draft.recipients, .report = checked.report, .request = &request}, context, later);
  definition.parts = check_parts(draft, context, checked.report, later);
  const auto text = [&](std::string_view field, std::string_view written, catalog::TextMoment moment) {
    return TemplateRequest{.field = field, .text = written, .report = checked.report, .request = request, .moment = moment};
  };
  using enum catalog::TextMoment;
  definition.reply_to = check_reply_to(text("reply_to", draft.reply_to, before_rows), context, later);
  definition.subject = check_subject(text("subject", draft.subject, after_rows), later);
  definition.intro = check_intro(text("intro", draft.intro, after_rows), later);
  definition.file_name = check_file_name(text("file_name", draft.file_name, before_rows), later);
  definition.extra = check_extra(draft.extra, later);
  definition.no_data = check_no_data(draft.no_data, later);
  definition.retries = check_retries(draft.retries, later);
  definition.missed = check_missed(draft.missed, later);
  append(found, std::move(later));
  const auto* const report = context.catalog.find(trim(request.report));
  const auto sending = check_send(
      {.draft = draft, .report = report, .parameters = checked.resolved ? &checked.resolved->parameters : nullptr}, found);
  const auto waiting =
      check_wait({.draft = draft, .report = report, .rhythm = rhythm_of(checked, definition.at), .now = context.now}, found);
  if (!found.empty()) return {std::move(found), std::nullopt, std::nullopt};

  const Resolved& resolved = checked.resolved.value();
  definition.account = context.account.id;
  definition.report = resolved.report->id;
  definition.scope = resolved.scope;
  definition.cadence = checked.cadence.value();
  definition.calendar = trim(request.calendar);
  definition.timezone = request.timezone.empty() ? context.scope_timezone : request.timezone;
  write_window(definition, resolved.window);
  definition.format = resolved.format;
  for (const auto& format : resolved.more_formats) definition.format += "," + format;
  definition.columns = resolved.columns;
  definition.csv = csv_request(resolved.csv);
  definition.title = trim(request.title);
  definition.language = to_lower(trim(request.language));
  definition.parameters = resolved.parameters;
  definition.also = files.also;
  definition.workbook = files.workbook;
  definition.send = sending.send;
  definition.again = sending.again;
  definition.all_clear = sending.all_clear;
  definition.wait = waiting.wait;
  definition.late = waiting.late;
  definition.active = draft.active;
  return {{}, std::move(definition), std::move(checked.resolved), files.resolved};
}

}  // namespace reportctl::validation
