// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "comparison.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "reportctl/base/for_people.hpp"

namespace reportctl::run {
namespace {

using schedule::Window;

double number_of(const render::Amount& amount) {
  return static_cast<double>(amount.number) / std::pow(10.0, static_cast<double>(amount.scale));
}

/// With one digit, and without one from a thousand on: `+12.5`, `\u22123.1`.
std::string with_sign(double number, const Language& words) {
  const double size = std::abs(number);
  const double digit = std::round(size * 10) / 10;
  if (digit == 0) return "\u00b10";
  const std::size_t digits = digit >= 1000 ? 0 : 1;
  const std::string text =
      digit < 1e30 ? grouped(static_cast<__int128>(std::round(digit * (digits == 0 ? 1 : 10))), digits, words.numbers())
                   : fmt::format("{:.3g}", digit);
  return (number < 0 ? "\u2212" : "+") + text;
}

/// Without its currency, which the new value names.
std::string old_text(const render::Metric& before, std::size_t at, const Language& words) {
  const auto& amount = before.amounts[at];
  if (at >= before.values.size()) return grouped(amount.number, amount.scale, words.numbers());
  std::string text = before.values[at];
  if (!amount.currency.empty() && text.ends_with(amount.currency)) text.resize(text.size() - amount.currency.size() - 1);
  return text;
}

std::string change_of_amount(const render::Amount& now, const render::Metric& before, rows::ColumnType type,
                             const Language& words) {
  const auto earlier = std::find_if(before.amounts.begin(), before.amounts.end(),
                                    [&](const auto& amount) { return amount.currency == now.currency; });
  if (earlier == before.amounts.end())
    return now.number == 0 && type != rows::ColumnType::percent ? "\u00b10 %" : words.say("new");
  const double is = number_of(now);
  const double was = number_of(*earlier);
  if (is == was) return type == rows::ColumnType::percent ? words.say("points", {{"change", "\u00b10"}}) : "\u00b10 %";
  const std::string from =
      words.say("from", {{"value", old_text(before, static_cast<std::size_t>(earlier - before.amounts.begin()), words)}});
  if (type == rows::ColumnType::percent)
    return fmt::format("{} {}", words.say("points", {{"change", with_sign(is - was, words)}}), from);
  // Of nothing there is no percentage; below zero "+42 %" reads like the opposite.
  if (was <= 0 || is < 0 || !now.known) return from;
  return fmt::format("{} % {}", with_sign((is - was) / was * 100, words), from);
}

/// An integer 0 without a currency stands for a total of nothing, whatever its column.
bool is_nothing(const render::Metric& metric) {
  return metric.amounts.size() == 1 && metric.amounts[0].number == 0 && metric.amounts[0].currency.empty();
}

/// As many days, on the same days of the week: Friday to Sunday is compared with Friday to Sunday, and not with the Thursday
/// that a schedule from Monday to Friday covered before.
Window whole_weeks_before(const Window& window, const Zone& zone) {
  constexpr int kWeek = 7;
  const int shift = (window.days() + kWeek - 1) / kWeek * kWeek;
  return schedule::whole_days(add_days(window.first, -shift), add_days(window.last, -shift), zone);
}

}  // namespace

std::optional<Window> previous_window(const schedule::WindowChoice& choice, const Window& window, Instant at, const Zone& zone) {
  if (window.snapshot || window.first > window.last) return std::nullopt;
  if (const auto* cadence = std::get_if<schedule::CadenceChoice>(&choice)) {
    if (cadence->cadence.kind == schedule::CadenceKind::weekly) return whole_weeks_before(window, zone);
    auto earlier = *cadence;
    if (earlier.cadence.kind == schedule::CadenceKind::monthly && earlier.cadence.day.empty())
      earlier.cadence.day = schedule::same_day_of_month(zone.local_date(at));
    // The window starts on the day of the occurrence before.
    const auto slot = earlier.times.empty() ? zone.start_of_day(window.first) : zone.resolve(window.first, earlier.times.front());
    return schedule::resolve(earlier, slot, zone);
  }
  if (const auto* range = std::get_if<schedule::RangeChoice>(&choice)) {
    if (range->range == schedule::NamedRange::since_previous) return std::nullopt;  // what came before may be of another length
    if (range->range == schedule::NamedRange::today) {
      const auto then = zone.resolve(add_days(window.first, -1), zone.local_time(at));
      return schedule::resolve(choice, then, zone);
    }
    if (range->range != schedule::NamedRange::this_month) return schedule::resolve(choice, zone.start_of_day(window.first), zone);
    const Date month_end = add_days(window.first, -1);
    const Date month = month_end.year() / month_end.month() / 1;
    return schedule::whole_days(month, std::min(add_days(month, window.days() - 1), month_end), zone);
  }
  return schedule::whole_days(add_days(window.first, -window.days()), add_days(window.first, -1), zone);
}

void add_vanished(render::Metric& now, const render::Metric& before, catalog::Aggregate::Kind kind, const Language& words) {
  const bool is_total = kind == catalog::Aggregate::Kind::total;
  const auto vanished = [&](const render::Amount& amount) {
    return amount.number != 0 && !amount.currency.empty() &&
           std::none_of(now.amounts.begin(), now.amounts.end(), [&](const auto& one) { return one.currency == amount.currency; });
  };
  if (!facts_of(now.type).number || std::none_of(before.amounts.begin(), before.amounts.end(), vanished)) return;
  if (is_nothing(now) || now.amounts.empty()) {
    now.amounts.clear();
    now.values.clear();
  }
  now.type = before.type;
  for (const auto& amount : before.amounts) {
    if (!vanished(amount)) continue;
    const auto at =
        std::find_if(now.amounts.begin(), now.amounts.end(), [&](const auto& one) { return one.currency > amount.currency; }) -
        now.amounts.begin();
    const std::string value = is_total ? grouped(0, amount.scale, words.numbers()) : "–";
    now.amounts.insert(now.amounts.begin() + at,
                       {.currency = amount.currency, .number = 0, .scale = amount.scale, .grouped = true, .known = is_total});
    now.values.insert(now.values.begin() + at, value + " " + amount.currency);
  }
}

std::vector<std::string> changes_of(const render::Metric& now, const render::Metric& before, const Language& words) {
  if (!facts_of(now.type).number) return {};
  std::vector<std::string> changes;
  for (const auto& amount : now.amounts) changes.push_back(change_of_amount(amount, before, now.type, words));
  return changes;
}

void compare(const RunPlan& plan, const std::vector<render::Metric>& before, const MissingDays& missing, MadeFile& made) {
  auto& showing = made.showing;
  showing.compared_with = plan.compared_with;
  for (std::size_t i = 0; i < before.size(); ++i) {
    auto& metric = made.file.summary[i];
    add_vanished(metric, before[i], plan.shape->summary[i].value.kind, plan.resolved.language);
    showing.changes.push_back(changes_of(metric, before[i], plan.resolved.language));
  }
  // A quarter of the days or more without a row at the beginning, and not now: it was probably not yet recorded.
  const auto& window = *plan.compared_with;
  if (missing.before > missing.now && 4 * missing.before >= window.days())
    showing.compared_since = add_days(window.first, static_cast<int>(missing.before));
}

}  // namespace reportctl::run
