// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "rules.hpp"

namespace reportctl::validation {

namespace {

using catalog::WindowKind;
using schedule::WindowChoice;

bool is_given(const std::optional<std::string>& text) { return text && !text->empty(); }

/// Only schedules have an occurrence before, and an export gives the same rows whenever it is made.
bool is_for(schedule::NamedRange range, catalog::Surface surface) {
  if (range == schedule::NamedRange::since_previous) return surface == catalog::Surface::schedule;
  return range != schedule::NamedRange::today || surface != catalog::Surface::export_job;
}

/// What the module takes instead, for hints.
std::string advice(const WindowRequest& in) {
  const auto& policy = in.report->window;
  const bool scheduled = in.request.surface == catalog::Surface::schedule;
  std::vector<std::string> ways;
  if (policy.kind == WindowKind::snapshot) return "leave it out";
  if (policy.kind == WindowKind::lookback) ways.push_back(fmt::format("lookback 1 to {}", policy.max_days));
  if (policy.kind == WindowKind::cadence) ways.emplace_back(scheduled ? "the cadence's own window" : "cadence");
  if (policy.kind != WindowKind::lookback && !policy.ranges.empty()) {
    std::vector<std::string> names;
    for (const auto range : policy.ranges)
      if (is_for(range, in.request.surface)) names.emplace_back(schedule::range_name(range));
    ways.push_back(fmt::format("window ({})", join(names, ", ")));
  }
  if (!scheduled) ways.emplace_back("from and to");
  return "use " + either(ways);
}

void refuse_kind(const WindowRequest& in, std::string_view field, std::string_view what, Violations& found) {
  const std::string message = in.report->window.kind == WindowKind::snapshot
                                  ? fmt::format("{} shows the moment at which it runs and takes no period", in.report->id)
                                  : fmt::format("{} takes no {}", in.report->id, what);
  found.push_back({Code::window_kind_not_allowed, std::string(field), message, advice(in)});
}

/// The cap of a lookback module, however the period was written.
bool within_cap(const WindowRequest& in, const WindowChoice& choice, std::string_view field, std::string_view written,
                Violations& found) {
  if (in.report->window.kind != WindowKind::lookback || in.zone == nullptr) return true;
  const int days = schedule::resolve(choice, in.now, *in.zone).days();
  const int most = in.report->window.max_days;
  if (days <= most) return true;
  found.push_back({Code::lookback_out_of_range, std::string(field),
                   fmt::format("{} is {} days, more than {} allows ({})", written, days, in.report->id, most),
                   fmt::format("choose at most {} days", most)});
  return false;
}

std::optional<Date> check_day(const std::optional<std::string>& text, std::string_view field, Violations& found) {
  if (!is_given(text)) {
    found.push_back({Code::range_not_allowed, std::string(field), "from and to belong together", "give both, as YYYY-MM-DD"});
    return std::nullopt;
  }
  const auto date = parse_date(*text);
  if (!date)
    found.push_back(
        {Code::range_not_allowed, std::string(field), fmt::format("{} is not a day", in_quotes(*text)), "write YYYY-MM-DD"});
  return date;
}

std::optional<WindowChoice> check_dates(const WindowRequest& in, Violations& found) {
  if (in.report != nullptr && in.report->window.kind == WindowKind::snapshot) {
    refuse_kind(in, "from", "dates", found);
    return std::nullopt;
  }
  const auto from = check_day(in.request.from, "from", found);
  const auto to = check_day(in.request.to, "to", found);
  if (!from || !to) return std::nullopt;
  if (*from > *to) {
    found.push_back({Code::range_not_allowed, "to", fmt::format("{} is before from, {}", format_date(*to), format_date(*from)),
                     "give the earlier day as from"});
    return std::nullopt;
  }
  const schedule::DatesChoice choice{*from, *to};
  if (in.report == nullptr || in.report->window.kind != WindowKind::lookback || in.zone == nullptr) return choice;
  bool holds = within_cap(in, choice, "from", fmt::format("{} to {}", format_date(*from), format_date(*to)), found);
  const Date today = in.zone->local_date(in.now);
  if (*to > today) {
    found.push_back({Code::lookback_out_of_range, "to",
                     fmt::format("{} is in the future: today is {} in {}", format_date(*to), format_date(today), in.zone->name()),
                     fmt::format("choose a day up to {}", format_date(today))});
    holds = false;
  }
  if (!holds) return std::nullopt;
  return choice;
}

std::optional<WindowChoice> check_range(const WindowRequest& in, Violations& found) {
  const std::string& written = *in.request.window;
  if (in.report != nullptr) {
    const auto kind = in.report->window.kind;
    const bool rolling = kind == WindowKind::lookback && in.request.surface == catalog::Surface::schedule;
    if (kind == WindowKind::snapshot || rolling) {
      refuse_kind(in, "window", "named range on a schedule", found);
      return std::nullopt;
    }
  }
  const auto range = schedule::parse_range(written);
  if (!range) {
    const auto& known = schedule::range_names();
    found.push_back(
        {Code::range_not_allowed, "window",
         fmt::format("{} is not a named range{}", in_quotes(written), did_you_mean(written, known)),
         in.report == nullptr || in.report->window.kind == WindowKind::lookback ? "use " + either(known) : advice(in)});
    return std::nullopt;
  }
  if (!is_for(*range, in.request.surface)) {
    const bool needs_before = *range == schedule::NamedRange::since_previous;
    found.push_back({Code::range_not_allowed, "window",
                     needs_before ? "since_previous begins at the occurrence before, which only schedules have"
                                  : "today is not over, and an export gives the same rows whenever it is made",
                     needs_before ? "use another window, or from and to" : "use whole days, or `reportctl run --window today`"});
    return std::nullopt;
  }
  const schedule::RangeChoice choice{*range};
  if (in.report == nullptr) return choice;
  const auto& policy = in.report->window;
  if (policy.kind == WindowKind::lookback) {
    if (!within_cap(in, choice, "window", schedule::range_name(*range), found)) return std::nullopt;
    return choice;
  }
  if (std::find(policy.ranges.begin(), policy.ranges.end(), *range) == policy.ranges.end()) {
    found.push_back({Code::range_not_allowed, "window",
                     fmt::format("{} does not take {}", in.report->id, schedule::range_name(*range)), advice(in)});
    return std::nullopt;
  }
  return choice;
}

std::optional<WindowChoice> check_lookback(const WindowRequest& in, Violations& found) {
  if (in.report != nullptr && in.report->window.kind != WindowKind::lookback) {
    refuse_kind(in, "lookback", "lookback", found);
    return std::nullopt;
  }
  const std::string& written = *in.request.lookback;
  const auto days = parse_integer(written);
  const int most = in.report == nullptr ? 0 : in.report->window.max_days;
  const std::string hint = in.report == nullptr ? "use a number of days, 1 or more" : fmt::format("use 1 to {}", most);
  if (!days || *days < 1) {
    found.push_back(
        {Code::lookback_out_of_range, "lookback", fmt::format("{} is not a number of days", in_quotes(written)), hint});
    return std::nullopt;
  }
  if (in.report == nullptr) return std::nullopt;
  if (*days > most) {
    found.push_back({Code::lookback_out_of_range, "lookback",
                     fmt::format("{} days is more than {} allows ({})", *days, in.report->id, most), hint});
    return std::nullopt;
  }
  return schedule::LookbackChoice{static_cast<int>(*days)};
}

/// On demand: the window is what a cadence would cover now.
std::optional<WindowChoice> check_cadence_window(const WindowRequest& in, Violations& found) {
  if (in.report == nullptr || !in.cadence) return std::nullopt;
  const auto kind = in.report->window.kind;
  if (kind == WindowKind::snapshot || kind == WindowKind::range) {
    refuse_kind(in, "cadence", "cadence as its period", found);
    return std::nullopt;
  }
  const schedule::CadenceChoice choice{.cadence = *in.cadence};
  if (!within_cap(in, choice, "cadence", schedule::cadence_name(in.cadence->kind), found)) return std::nullopt;
  return choice;
}

std::optional<WindowChoice> default_window(const WindowRequest& in) {
  const auto& policy = in.report->window;
  switch (policy.kind) {
    case WindowKind::snapshot:
      return schedule::SnapshotChoice{};
    case WindowKind::range:
      return schedule::RangeChoice{policy.default_range};
    case WindowKind::lookback:
      return schedule::LookbackChoice{policy.default_days};
    case WindowKind::cadence:
      break;
  }
  if (in.request.surface == catalog::Surface::schedule)
    return in.cadence ? std::optional<WindowChoice>(schedule::CadenceChoice{.cadence = *in.cadence, .times = in.at})
                      : std::nullopt;
  const auto& cadences = in.report->cadences;
  const auto kind = cadences.empty() ? schedule::CadenceKind::daily : *cadences.begin();
  return schedule::CadenceChoice{.cadence = {.kind = kind}};
}

}  // namespace

std::optional<WindowChoice> check_window(const WindowRequest& in, Violations& found) {
  const Request& request = in.request;
  const bool scheduled = request.surface == catalog::Surface::schedule;
  std::vector<std::string> ways;
  std::optional<WindowChoice> choice;
  if (is_given(request.from) || is_given(request.to)) {
    if (scheduled) {
      found.push_back({Code::window_kind_not_allowed, is_given(request.from) ? "from" : "to",
                       "a schedule's period moves with every run and cannot be fixed dates",
                       in.report == nullptr ? "leave the dates out" : advice(in)});
      return std::nullopt;
    }
    ways.emplace_back("from and to");
    choice = check_dates(in, found);
  }
  if (is_given(request.window)) {
    ways.emplace_back("window");
    choice = check_range(in, found);
  }
  if (is_given(request.lookback)) {
    ways.emplace_back("lookback");
    choice = check_lookback(in, found);
  }
  if (!scheduled && is_given(request.cadence)) {
    ways.emplace_back("cadence");
    choice = check_cadence_window(in, found);
  }
  if (ways.empty()) return in.report == nullptr ? std::nullopt : default_window(in);
  if (ways.size() == 1) return choice;
  const std::string last = ways.back();
  ways.pop_back();
  found.push_back({Code::window_kind_not_allowed, last, fmt::format("{} and {} each choose the period", join(ways, ", "), last),
                   "give one of them"});
  return std::nullopt;
}

}  // namespace reportctl::validation
