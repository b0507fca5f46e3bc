// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/rows/file_format.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

using catalog::Report;
using catalog::Surface;
using schedule::Scope;
using schedule::ScopeKind;

/// Near to an id, or to what people call a report: "Site Power Report".
std::string meant_report(std::string_view word, const catalog::Catalog& catalog) {
  const auto ids = catalog.ids();
  if (auto near = did_you_mean(word, ids); !near.empty()) return near;
  constexpr std::string_view kSuffix = " report";
  std::string name = to_lower(trim(word));
  if (name.ends_with(kSuffix)) name.resize(name.size() - kSuffix.size());
  for (const Report* report : catalog.all())
    if (!report->hidden && to_lower(report->label) == name) return fmt::format(" (did you mean \"{}\"?)", report->id);
  return {};
}

/// nullptr, with a finding, when the report cannot be used at all: then its rules would only be noise.
const Report* check_report(const Request& request, const catalog::Catalog& catalog, Violations& found) {
  const Report* report = catalog.find(trim(request.report));
  if (report == nullptr) {
    found.push_back({Code::report_unknown, "report",
                     request.report.empty() ? "a report is required"
                                            : fmt::format("there is no report {}{}", in_quotes(request.report),
                                                          meant_report(request.report, catalog)),
                     "`reportctl catalog list` shows the reports"});
    return nullptr;
  }
  if (!report->hidden) return report;
  found.push_back({Code::report_hidden, "report", fmt::format("{} cannot be used: {}", report->id, report->hidden_reason),
                   "choose another report; `reportctl catalog list` shows them"});
  return nullptr;
}

std::string_view surface_words(Surface surface) {
  switch (surface) {
    case Surface::run:
      return "run on demand";
    case Surface::schedule:
      return "scheduled";
    case Surface::export_job:
      return "exported";
  }
  return {};
}

void check_surface(const Report& report, Surface surface, Violations& found) {
  if (report.surfaces.contains(surface)) return;
  std::vector<std::string> others;
  for (const Surface other : report.surfaces) others.emplace_back(surface_words(other));
  found.push_back({Code::surface_not_allowed, "report", fmt::format("{} cannot be {}", report.id, surface_words(surface)),
                   others.empty() ? "choose another report" : fmt::format("it can be {}", either(others))});
}

std::string scope_words(ScopeKind kind) {
  return kind == ScopeKind::account ? "a whole account" : fmt::format("one {}", scope_kind_name(kind));
}

std::string scope_spelling(ScopeKind kind) {
  return kind == ScopeKind::account ? "account" : fmt::format("{}:ID", scope_kind_name(kind));
}

std::optional<Scope> check_scope(const Request& request, const Report* report, Violations& found) {
  const auto scope = Scope::parse(trim(request.scope));
  if (!scope) {
    found.push_back({Code::scope_unknown, "scope", fmt::format("{} is not a scope", in_quotes(request.scope)),
                     "write account, depot:ID or workspace:ID"});
    return std::nullopt;
  }
  if (report == nullptr || report->scopes.contains(scope->kind)) return scope;
  std::vector<std::string> words, spellings;
  for (const ScopeKind kind : report->scopes) {
    words.push_back(scope_words(kind));
    spellings.push_back(scope_spelling(kind));
  }
  found.push_back({Code::scope_not_allowed, "scope",
                   fmt::format("{} belongs to {}, not to {}", report->id, either(words), scope_words(scope->kind)),
                   "use scope " + either(spellings)});
  return std::nullopt;
}

}  // namespace

void check_roles(const Report& report, const Context& context, std::string_view field, Violations& found) {
  if (catalog::report_allows(report, context.roles)) return;
  if (context.roles.empty()) {
    found.push_back({Code::role_not_permitted, std::string(field),
                     fmt::format("{} needs a role in this account and scope, and there is none", report.id),
                     "ask an owner or admin of the account"});
    return;
  }
  std::vector<std::string> theirs;
  for (const auto role : context.roles) theirs.emplace_back(role_name(role));
  const std::vector<std::string> allowed(report.roles.begin(), report.roles.end());
  found.push_back({Code::role_not_permitted, std::string(field),
                   fmt::format("{} is for the role {}; the role here is {}", report.id, either(allowed), join(theirs, ", ")),
                   "ask someone with that role"});
}

void check_feature(const Report& report, const Context& context, std::string_view field, Violations& found) {
  const auto& account = context.account;
  if (report.feature.empty() || account.features.contains(report.feature)) return;
  found.push_back(
      {Code::feature_disabled, std::string(field),
       fmt::format("{} needs the feature {}, which account {} does not have", report.id, report.feature, printable(account.id)),
       "an operator can enable it for the account"});
}

namespace {

struct NamedZone {
  std::string name;
  std::optional<Zone> zone;
};

/// Zones are spelled in one way only; the usual slip is the case.
std::string zone_suggestion(std::string_view name) {
  std::string guess = to_lower(name);
  bool starts = true;
  for (char& c : guess) {
    if (starts && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    starts = c == '/' || c == '_' || c == '-';
    if (c == ' ') c = '_', starts = true;
  }
  std::string upper(name);
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  for (const std::string& candidate : {guess, upper})
    if (candidate != name && Zone::find(candidate)) return fmt::format(" (did you mean \"{}\"?)", candidate);
  return {};
}

NamedZone check_zone(const Request& request, const Context& context, Violations& found) {
  struct Source {
    std::string_view name, whose;
  };
  for (const Source& source : {Source{request.timezone, ""}, Source{context.scope_timezone, "the zone of this scope "},
                               Source{context.account.timezone, "the zone of this account "}}) {
    if (source.name.empty()) continue;
    auto zone = Zone::find(source.name);
    if (!zone)
      found.push_back({Code::timezone_unknown, "timezone",
                       fmt::format("{}{} is not a time zone of this system{}", source.whose, in_quotes(source.name),
                                   zone_suggestion(source.name)),
                       "use an IANA name, like Europe/Berlin"});
    return {std::string(source.name), std::move(zone)};
  }
  return {"UTC", Zone::utc()};
}

bool is_format_of(const Report& report, const std::string& format) {
  const auto has = [&](const std::vector<std::string>& formats) {
    return std::find(formats.begin(), formats.end(), format) != formats.end();
  };
  return has(report.formats) || has(report.formats_on_demand);
}

/// The first is the one that a mail is about.
std::vector<std::string> check_formats(const Request& request, const Report* report, Violations& found) {
  const auto known = formats_for(report, request.surface);
  if (request.format.empty()) return {known.empty() ? std::string() : known.front()};
  std::vector<std::string> formats;
  for (const auto& piece : split(request.format, ',')) {
    const auto format = rows::canonical_format(trim(piece));
    const bool is_known = format && std::find(known.begin(), known.end(), *format) != known.end();
    const bool is_new = !format || std::find(formats.begin(), formats.end(), *format) == formats.end();
    if (is_known && is_new) {
      formats.push_back(*format);
      continue;
    }
    const std::string message =
        !is_new  ? fmt::format("{} is named twice", *format)
        : format ? fmt::format("{} is not available as {}{}", report == nullptr ? "this report" : report->id, *format,
                               report != nullptr && is_format_of(*report, *format) ? " when it is scheduled" : "")
                 : fmt::format("{} is not a format{}", in_quotes(piece), did_you_mean(piece, known));
    found.push_back({Code::format_not_allowed, "format", message, is_new ? "use " + either(known) : "name it once"});
  }
  if (formats.size() > 1 && request.surface != catalog::Surface::schedule)
    found.push_back({Code::format_not_allowed, "format", "only schedules send several formats", "ask for one of them"});
  if (formats.empty()) formats.emplace_back();
  return formats;
}

Language check_language(const Request& request, const access::Account& account, Violations& found) {
  const std::string_view wanted = request.language.empty() ? std::string_view(account.language) : trim(request.language);
  if (wanted.empty()) return {};
  const auto language = Language::find(to_lower(wanted));
  if (!language)
    found.push_back({Code::language_unknown, "language",
                     fmt::format("{} is not a language of this program{}", in_quotes(wanted),
                                 did_you_mean(std::string(wanted), Language::codes())),
                     "use " + either(Language::codes())});
  return language.value_or(Language{});
}

/// The schedule's own calendar, or its account's.
schedule::CalendarInUse check_calendar(const Request& request, const Context& context, Violations& found) {
  const std::string name(trim(request.calendar.empty() ? context.account.calendar : request.calendar));
  const auto known = context.calendars.find(name);
  if (name.empty() || known != context.calendars.end()) return name.empty() ? schedule::CalendarInUse{} : known->second;
  std::vector<std::string> names;
  for (const auto& [one, calendar] : context.calendars) names.push_back(one);
  found.push_back({Code::calendar_unknown, "calendar", schedule::no_such_calendar(name, context.calendars),
                   names.empty() ? "add it: reportctl calendar set NAME FILE" : "use " + either(names)});
  return {};
}

}  // namespace

std::vector<std::string> formats_for(const Report* report, Surface surface) {
  std::vector<std::string> formats = report == nullptr ? rows::format_names() : report->formats;
  if (report != nullptr && surface != Surface::schedule)
    formats.insert(formats.end(), report->formats_on_demand.begin(), report->formats_on_demand.end());
  if (surface == Surface::schedule)
    std::erase_if(formats,
                  [](const std::string& format) { return rows::file_format(format).audience == rows::Audience::programs; });
  return formats;
}

Checked check_common(const Request& request, const Context& context, const schedule::Times& at) {
  Violations found;
  const Report* report = check_report(request, context.catalog, found);
  if (report != nullptr) check_surface(*report, request.surface, found);
  const auto scope = check_scope(request, report, found);
  if (report != nullptr) {
    check_roles(*report, context, "report", found);
    check_feature(*report, context, "report", found);
  }
  // Days are days of a zone, and a schedule's window is that of its cadence: both are needed first and told in their own place.
  Violations of_zone, of_cadence;
  auto zone = check_zone(request, context, of_zone);
  auto cadence = check_cadence(request, report, of_cadence);
  const auto calendar = check_calendar(request, context, of_cadence);
  if (cadence) cadence->calendar = calendar;
  if (report == nullptr && !request.cadence) of_cadence.clear();  // which cadences there are is the report's to say
  const bool scheduled = request.surface == Surface::schedule;
  if (!scheduled) append(found, std::move(of_cadence));
  const auto window = check_window({.request = request,
                                    .report = report,
                                    .zone = zone.zone ? &*zone.zone : nullptr,
                                    .now = context.now,
                                    .cadence = cadence,
                                    .at = at},
                                   found);
  append(found, std::move(of_zone));
  auto formats = check_formats(request, report, found);
  const bool has_csv = std::find(formats.begin(), formats.end(), "csv") != formats.end();
  Resolved resolved{.report = report,
                    .scope = {},
                    .timezone = std::move(zone.name),
                    .window = {},
                    .format = formats.front(),
                    .more_formats = {formats.begin() + 1, formats.end()},
                    .parameters = {},
                    .columns = {},
                    .csv = check_csv(request.csv, has_csv ? "csv" : formats.front(), found),
                    .title = check_title({.field = "title",
                                          .text = request.title,
                                          .report = report,
                                          .request = request,
                                          .moment = catalog::TextMoment::before_rows},
                                         found),
                    .language = check_language(request, context.account, found)};
  if (resolved.title.empty()) resolved.title = "{report}";
  if (report != nullptr) {
    resolved.parameters =
        check_parameters({request.parameters, *report, context.catalog, scope, context.account, request.given_by_rows}, found);
    const bool has_shape = report->variant_parameter.empty() || resolved.parameters.contains(report->variant_parameter);
    if (has_shape && !request.columns.empty())
      resolved.columns = check_columns(request.columns, report->shape(resolved.parameters), found);
  }
  if (scheduled) append(found, std::move(of_cadence));
  if (!found.empty()) return {std::move(found), std::nullopt, cadence, report};
  resolved.scope = scope.value();
  resolved.window = window.value();
  return {{}, std::move(resolved), cadence, report};
}

RequestCheck check_request(const Request& request, const Context& context) {
  auto checked = check_common(request, context, {});
  return {std::move(checked.violations), std::move(checked.resolved)};
}

}  // namespace reportctl::validation
