// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>

#include "reportctl/base/error.hpp"
#include "reportctl/base/for_people.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/catalog/figure.hpp"
#include "reportctl/run/preview.hpp"

namespace reportctl::run {
namespace {

using render::Amount;
using rows::ColumnType;
using schedule::Again;
using schedule::Term;
using Verdict = store::Decision::Verdict;

/// number / 10^scale, and exact as long as 128 bits hold it.
struct Number {
  __int128 number = 0;
  int scale = 0;
};

bool grow(__int128& number, int digits) {
  for (; digits > 0; --digits)
    if (__builtin_mul_overflow(number, static_cast<__int128>(10), &number)) return false;
  return true;
}

long double rough(const Number& number) {
  long double value = static_cast<long double>(number.number);
  for (int i = 0; i < number.scale; ++i) value /= 10;
  return value;
}

/// Below, at or above zero, as `a` is less, equal or more.
int compared(Number a, Number b) {
  Number left = a, right = b;
  const int digits = std::max(a.scale, b.scale);
  if (grow(left.number, digits - a.scale) && grow(right.number, digits - b.scale))
    return left.number < right.number ? -1 : left.number > right.number ? 1 : 0;
  return rough(a) < rough(b) ? -1 : rough(a) > rough(b) ? 1 : 0;
}

bool holds(Term::Sign sign, int order) {
  switch (sign) {
    case Term::Sign::less:
      return order < 0;
    case Term::Sign::at_most:
      return order <= 0;
    case Term::Sign::equal:
      return order == 0;
    case Term::Sign::not_equal:
      return order != 0;
    case Term::Sign::at_least:
      return order >= 0;
    case Term::Sign::more:
      return order > 0;
  }
  return false;
}

/// Of the currency that the term names. What a total of nothing, or of nothing in that currency, comes to is 0.
std::optional<Amount> amount_of(const render::Metric& metric, const catalog::Aggregate& figure, const std::string& currency) {
  for (const auto& amount : metric.amounts)
    if (amount.currency == currency) return amount;
  if (figure.kind != catalog::Aggregate::Kind::total) return std::nullopt;
  return Amount{.currency = currency, .number = 0, .scale = 0, .grouped = true};
}

std::string words_of(const Amount& amount, ColumnType type) {
  if (type == ColumnType::duration) return duration_text(static_cast<long long>(amount.number));
  const auto number = grouped(amount.number, amount.scale);
  if (type == ColumnType::percent) return number + " %";
  return amount.currency.empty() ? number : number + " " + amount.currency;
}

/// One term, and how it stands: `count is 4, not > 10`.
struct Finding {
  bool holds = false;
  std::string words;
};

Finding finding_of(const Term& term, bool is_true, const std::string& value) {
  return {is_true, fmt::format("{} is {}, {}{}", term.subject(), value, is_true ? "" : "not ", term.demand())};
}

/// How two amounts differ: in percent of the one before, or of percentages in points.
struct Change {
  Number difference;  ///< in hundredths of the base
  Number base{.number = 1};
  std::string why_not;  ///< the change is not known
};

Change change_between(const Amount& now, const Amount& before, ColumnType type) {
  Change change;
  __int128 is = now.number, was = before.number;
  const int scale = std::max<int>(now.scale, before.scale);
  if (!grow(is, scale - now.scale) || !grow(was, scale - before.scale)) {
    change.why_not = "is too large to be told";
    return change;
  }
  if (type == ColumnType::percent) {
    change.difference = {is - was, scale};
    return change;
  }
  if (was <= 0 || is < 0) {
    change.why_not = fmt::format("is not known: it was {} before", words_of(before, type));
    return change;
  }
  change.difference = {(is - was) * 100, scale};
  change.base = {was, scale};
  return change;
}

Finding change_finding(const Term& term, const Amount& now, const Amount& before, ColumnType type) {
  const auto change = change_between(now, before, type);
  if (!change.why_not.empty()) return {false, fmt::format("{} {}", term.subject(), change.why_not)};
  // difference / base against number, without dividing; the base is above zero.
  Number wanted{term.number, term.scale};
  const bool overflows = __builtin_mul_overflow(wanted.number, change.base.number, &wanted.number);
  wanted.scale += change.base.scale;
  const long double percent = rough(change.difference) / rough(change.base);
  const int order = !overflows ? compared(change.difference, wanted) : percent < rough({term.number, term.scale}) ? -1 : 1;
  return finding_of(term, holds(term.sign, order),
                    fmt::format("{:+.1f} {}", static_cast<double>(percent), type == ColumnType::percent ? "points" : "%"));
}

Finding figure_finding(const Question& question, const Term& term, std::size_t at, const catalog::Aggregate& figure) {
  const auto type = catalog::figure_type(figure, question.shape.columns);
  const auto now = amount_of(question.measured.figures[at], figure, term.currency);
  if (!now) return {false, term.figure + " has no value"};
  if (!term.is_change)
    return finding_of(term, holds(term.sign, compared({now->number, now->scale}, {term.number, term.scale})),
                      words_of(*now, type));
  if (question.measured.before.empty()) return {false, term.subject() + " is not known: there is no period before"};
  const auto before = amount_of(question.measured.before[at], figure, term.currency);
  if (!before) return {false, term.figure + " had no value before"};
  return change_finding(term, *now, *before, type);
}

Finding changed_finding(const Question& question) {
  if (question.watch.fingerprint.empty()) return {true, "nothing was sent before"};
  const bool changed = question.watch.fingerprint != question.measured.fingerprint;
  return {changed, changed ? "the rows are not those that were last sent" : "the rows are those that were last sent"};
}

/// Is it too early to tell again? Slots are compared by the clock on the wall, so that a day is a day when clocks change.
bool is_told(const Question& question) {
  const auto& again = question.definition.again;
  if (!question.watch.raised_since || again.kind == Again::Kind::every) return false;
  if (again.kind == Again::Kind::once || !question.watch.last_sent_slot) return true;
  const auto on_wall = [&](Instant at) { return at.time_since_epoch().count() + question.zone.offset_seconds(at); };
  return on_wall(question.slot) - on_wall(*question.watch.last_sent_slot) < again.seconds;
}

std::string told_words(const Question& question) {
  const auto& [since, last, fingerprint] = question.watch;
  return *since == last.value_or(*since) ? fmt::format("raised since {}, told then", format_utc(*since))
                                         : fmt::format("raised since {}, last told {}", format_utc(*since), format_utc(*last));
}

}  // namespace

std::vector<catalog::Aggregate> figures_of(const schedule::Condition& condition, const catalog::Shape& shape) {
  std::vector<catalog::Aggregate> figures;
  for (const auto& term : condition.terms) {
    if (term.is_changed()) continue;
    const auto parsed = catalog::parse_figure(term.figure, shape);
    const auto* const figure = std::get_if<catalog::Aggregate>(&parsed);
    if (figure == nullptr)
      throw Error(ErrorKind::invalid, fmt::format("the condition cannot be decided: {}", std::get<std::string>(parsed)));
    figures.push_back(*figure);
  }
  return figures;
}

Judgement decide(const Question& question) {
  const auto& condition = question.definition.send;
  const auto figures = figures_of(condition, question.shape);
  Judgement decision;
  decision.held.any = condition.any;
  decision.fingerprint = question.measured.fingerprint;
  std::size_t held = 0, at = 0;
  for (const auto& term : condition.terms) {
    const auto finding = term.is_changed() ? changed_finding(question) : figure_finding(question, term, at, figures[at]);
    if (finding.holds && !term.is_changed()) decision.held.terms.push_back(term);
    if (!term.is_changed()) ++at;
    if (finding.holds) ++held;
    decision.why += (decision.why.empty() ? "" : "; ") + finding.words;
  }
  decision.holds = condition.any ? held > 0 : held == condition.terms.size();
  if (decision.holds && is_told(question)) {
    decision.verdict = Verdict::quiet;
    decision.why += "; " + told_words(question);
  } else if (!decision.holds) {
    const bool tells = question.watch.raised_since && question.definition.all_clear.value_or(false);
    decision.verdict = tells ? Verdict::all_clear : Verdict::quiet;
  }
  return decision;
}

std::optional<Judgement> preview_decision(Parts& parts, const RunPlan& plan, const schedule::Schedule& schedule, Instant slot) {
  const auto& definition = schedule.definition;
  if (!definition.send.given()) return std::nullopt;
  Nowhere nowhere;
  const auto made = make_file(parts, plan, nowhere, {.purpose = Purpose::mail, .condition = &definition.send});
  return decide({.definition = definition,
                 .shape = *plan.shape,
                 .measured = made.measured,
                 .watch = store::watch_of(parts.state(), schedule.id, schedule.part),
                 .slot = slot,
                 .zone = plan.zone});
}

}  // namespace reportctl::run
