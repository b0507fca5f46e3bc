// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include <algorithm>

#include "reportctl/base/text.hpp"
#include "reportctl/catalog/figure.hpp"
#include "rules.hpp"

namespace reportctl::validation {
namespace {

using rows::ColumnType;
using schedule::Term;

constexpr long long kLeastPause = 15LL * 60;
constexpr long long kLongestPause = 366LL * 86400;

Violation send_problem(std::string message, std::string hint) {
  return {Code::send_invalid, "send", std::move(message), std::move(hint)};
}

/// What the number has to be, of a figure that is no plain one.
void check_unit(const Term& term, ColumnType type, Violations& found) {
  const auto of = fmt::format("{} is", term.is_change ? term.figure : term.subject());
  if (type == ColumnType::money && term.currency.empty())
    found.push_back(send_problem(fmt::format("{} money, and amounts of different currencies are not added up", of),
                                 term.is_change ? fmt::format("name the currency: change({}, EUR) {}", term.figure, term.demand())
                                                : fmt::format("name the currency: {} {} EUR", term.subject(), term.demand())));
  if (type != ColumnType::money && !term.currency.empty())
    found.push_back(send_problem(fmt::format("{} not money", of), "leave the currency out"));
  if (term.is_change) return;
  if (type == ColumnType::duration && !term.is_duration)
    found.push_back(
        send_problem(fmt::format("{} a duration", of), fmt::format("compare it with one: {} > 1h30m", term.subject())));
  if (type != ColumnType::duration && term.is_duration)
    found.push_back(send_problem(fmt::format("{} not a duration", of), "compare it with a number"));
}

void check_term(const Term& term, const catalog::Report& report, const catalog::Shape& shape, Violations& found) {
  if (term.is_changed()) return;
  const auto parsed = catalog::parse_figure(term.figure, shape);
  const auto* figure = std::get_if<catalog::Aggregate>(&parsed);
  if (figure == nullptr) {
    const auto known = catalog::figure_names(shape);
    const auto& problem = std::get<std::string>(parsed);
    const bool is_unknown = problem.starts_with('"');
    found.push_back(send_problem(is_unknown ? fmt::format("{} is not a figure of {}{}", in_quotes(term.figure), report.id,
                                                          did_you_mean(term.figure, known))
                                            : fmt::format("{}: {}", printable(term.figure), problem),
                                 "use changed, " + join(known, ", ")));
    return;
  }
  const auto type = catalog::figure_type(*figure, shape.columns);
  if (!facts_of(type).number)
    return found.push_back(
        send_problem(fmt::format("{} is a {}, which is not compared with a number", term.figure, rows::column_type_name(type)),
                     "use figures that are numbers"));
  check_unit(term, type, found);
  if (term.is_change && !report.compares)
    found.push_back(send_problem(fmt::format("{} is not compared with the period before", report.id),
                                 "change() is for reports whose module says compare: previous_period"));
}

/// The shape if it is known; the parameters may be wrong, or choose none.
const catalog::Shape* shape_of(const catalog::Report& report, const schedule::Parameters* parameters) {
  if (parameters != nullptr) return &report.shape(*parameters);
  return report.shapes.size() == 1 ? &report.shapes.begin()->second : nullptr;
}

}  // namespace

SendRule check_send(const SendRequest& asked, Violations& found) {
  const auto& draft = asked.draft;
  SendRule rule;
  std::string problem;
  const auto written = trim(draft.send);
  if (!written.empty()) {
    const auto condition = schedule::Condition::parse(written, problem);
    if (!condition)
      found.push_back(send_problem(problem, "write changed, or a comparison such as count > 10; join several by and, or by or"));
    rule.send = condition.value_or(schedule::Condition{});
  }
  const auto* const shape = asked.report == nullptr ? nullptr : shape_of(*asked.report, asked.parameters);
  if (shape != nullptr)
    for (const auto& term : rule.send.terms) check_term(term, *asked.report, *shape, found);
  const bool is_sound = problem.empty();
  const auto belongs = [&](std::string_view field, std::string_view text) {
    if (text.empty() || !is_sound) return;
    if (!rule.send.given())
      found.push_back({Code::send_invalid, std::string(field), "it belongs to schedules with a condition",
                       "leave it out, or give send, such as count > 10"});
    else if (rule.send.asks_changed())
      found.push_back({Code::send_invalid, std::string(field), "with changed, each change is mailed once anyway",
                       "leave it out, or send without changed"});
  };
  if (const auto text = trim(draft.again); !text.empty()) {
    const auto again = schedule::Again::parse(text);
    const bool is_pause = again && again->kind == schedule::Again::Kind::after;
    if (!again || (is_pause && (again->seconds < kLeastPause || again->seconds > kLongestPause)))
      found.push_back({Code::send_invalid, "again", fmt::format("{} is not a way to repeat it", in_quotes(text)),
                       "use every, once, or a duration from 15m to 366d, such as 24h"});
    rule.again = again.value_or(schedule::Again{});
    belongs("again", rule.again.str());
  }
  if (const auto text = trim(draft.all_clear); !text.empty()) {
    if (text != "true" && text != "false")
      found.push_back({Code::send_invalid, "all_clear", fmt::format("{} is neither true nor false", in_quotes(text)),
                       "use true, or leave it out"});
    if (text == "true") rule.all_clear = true;
    belongs("all_clear", rule.all_clear ? "true" : "");
  }
  if (rule.send.given() && to_lower(trim(draft.no_data)) == "skip")
    found.push_back({Code::send_invalid, "no_data", "with a condition, the condition alone decides",
                     "leave no_data out, and make count > 0 a term of send where it is needed"});
  return rule;
}

namespace {

constexpr long long kLeastWait = 5LL * 60;
constexpr long long kLongestWait = 23LL * 3600;

/// The shortest time between two of the next occurrences; none when there are not two.
std::optional<std::chrono::seconds> least_gap(const schedule::Rhythm& rhythm, Instant now) {
  constexpr int kLooked = 400;
  std::optional<std::chrono::seconds> least;
  auto before = schedule::next_occurrence(rhythm, now);
  for (int i = 0; i < kLooked && before; ++i) {
    const auto next = schedule::next_occurrence(rhythm, *before);
    if (!next) break;
    if (!least || *next - *before < *least) least = *next - *before;
    before = next;
  }
  return least;
}

}  // namespace

WaitRule check_wait(const WaitRequest& asked, Violations& found) {
  WaitRule rule;
  const auto problem = [&](const char* field, std::string message, std::string hint) {
    found.push_back({Code::wait_invalid, field, std::move(message), std::move(hint)});
  };
  const auto late = trim(asked.draft.late);
  if (!late.empty()) {
    rule.late = schedule::parse_late(late);
    if (!rule.late)
      problem("late", fmt::format("{} is neither fail nor send", in_quotes(late)),
              "use fail (owners are told) or send (the mail says that the data are not complete)");
  }
  const auto written = trim(asked.draft.wait);
  if (written.empty()) {
    if (!late.empty()) problem("late", "it belongs to schedules that wait", "leave it out, or give wait, such as 2h30m");
    return rule;
  }
  const auto seconds = parse_duration_seconds(written);
  if (!seconds || *seconds < kLeastWait || *seconds > kLongestWait || *seconds % 60 != 0) {
    problem("wait", fmt::format("{} is not a time from 5m to 23h", in_quotes(written)),
            "write minutes and hours, such as 30m or 2h30m");
    return rule;
  }
  rule.wait = std::chrono::minutes(*seconds / 60);
  if (asked.report != nullptr && asked.report->ready.empty())
    problem("wait", fmt::format("nothing tells when the data of {} are complete", asked.report->id),
            "leave it out; an operator can add ready: to the module, see reportctl-module(5)");
  if (!asked.rhythm) return rule;
  const auto gap = least_gap(*asked.rhythm, asked.now);
  if (gap && *gap <= *rule.wait)
    problem("wait",
            fmt::format("the next occurrence comes after {}, before {} of waiting are over", duration_text(gap->count()),
                        duration_text(*seconds)),
            fmt::format("wait for less than {}", duration_text(gap->count())));
  return rule;
}

}  // namespace reportctl::validation
