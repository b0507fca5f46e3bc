// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/cadence.hpp"

#include <fmt/format.h>

#include <array>

#include "reportctl/base/text.hpp"
#include "words.hpp"

namespace reportctl::schedule {

namespace {

constexpr std::array<std::string_view, 3> kCadences = {"daily", "weekly", "monthly"};
constexpr std::array<std::string_view, Weekdays::kDays> kWeekdayWords = {"monday", "tuesday",  "wednesday", "thursday",
                                                                         "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, Months::kMonths> kMonthWords = {
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"};
constexpr std::string_view kWorkdayWord = "workdays";
/// What a month surely has.
constexpr int kMostOfWeekday = 4;
constexpr int kMostOfWorkday = 15;

/// The place from 1 of a name, its first three letters, or that number itself.
template <std::size_t Size>
std::optional<int> place_of(const std::array<std::string_view, Size>& names, std::string_view text) {
  if (const auto number = parse_integer(text); number && *number >= 1 && *number <= static_cast<int>(Size))
    return static_cast<int>(*number);
  const std::string word = to_lower(text);
  for (std::size_t i = 0; i < Size; ++i)
    if (word == names[i] || word == names[i].substr(0, 3)) return static_cast<int>(i) + 1;
  return std::nullopt;
}

/// Adds the places of `mon, wed-fri`; a span may go over the end.
template <std::size_t Size, typename Set>
bool add_places(const std::array<std::string_view, Size>& names, std::string_view part, Set& set) {
  const auto dash = part.find('-');
  const auto first = place_of(names, trim(part.substr(0, dash)));
  const auto last = dash == std::string_view::npos ? first : place_of(names, trim(part.substr(dash + 1)));
  if (!first || !last) return false;
  for (int at = *first;; at = at % static_cast<int>(Size) + 1) {
    set.add(at);
    if (at == *last) return true;
  }
}

/// Three or more in a row are a span.
template <std::size_t Size, typename Set>
std::string places_text(const std::array<std::string_view, Size>& names, const Set& set) {
  const auto name = [&](std::size_t at) { return names.at(at - 1).substr(0, 3); };
  const auto has = [&](std::size_t at) { return at <= Size && set.has(static_cast<int>(at)); };
  std::string text;
  for (std::size_t first = 1, last = 1; first <= Size; first = last + 1) {
    last = first;
    if (!has(first)) continue;
    while (has(last + 1)) ++last;
    if (last < first + 2) last = first;
    text += fmt::format("{}{}", text.empty() ? "" : ",", name(first));
    if (last > first) text += fmt::format("-{}", name(last));
  }
  return text;
}

template <std::size_t Size>
std::vector<std::string> short_names(const std::array<std::string_view, Size>& names) {
  std::vector<std::string> result;
  for (const auto& name : names) result.emplace_back(name.substr(0, 3));
  return result;
}

/// `last`, or `2nd`.
std::optional<int> parse_ordinal(std::string_view word) {
  if (word == "last") return MonthDay::kLast;
  if (word.size() < 3) return std::nullopt;
  const auto ending = word.substr(word.size() - 2);
  const auto number = parse_integer(word.substr(0, word.size() - 2));
  if (!number || *number < 1 || *number > 31) return std::nullopt;
  if (ending != "st" && ending != "nd" && ending != "rd" && ending != "th") return std::nullopt;
  return static_cast<int>(*number);
}

std::string ordinal_text(int number) {
  if (number == MonthDay::kLast) return "last";
  const char* const ending = number > 3 ? "th" : number == 1 ? "st" : number == 2 ? "nd" : "rd";
  return fmt::format("{}{}", number, ending);
}

/// `15`, or `last`.
std::optional<MonthDay> parse_date_of_month(std::string_view word) {
  if (word == "last") return MonthDay::date(MonthDay::kLast);
  const auto number = parse_integer(word);
  if (!number || *number < 1 || *number > 31) return std::nullopt;
  return MonthDay::date(static_cast<int>(*number));
}

}  // namespace

std::string_view cadence_name(CadenceKind kind) { return kCadences.at(static_cast<std::size_t>(kind)); }

std::optional<CadenceKind> parse_cadence(std::string_view text) { return parse_word<CadenceKind>(kCadences, text); }

std::vector<std::string> cadence_names() { return {kCadences.begin(), kCadences.end()}; }

std::optional<Weekdays> Weekdays::parse(std::string_view text) {
  Weekdays days;
  for (const auto& part : split(text, ',')) {
    if (to_lower(trim(part)) == kWorkdayWord)
      days.add_workdays();
    else if (!add_places(kWeekdayWords, part, days))
      return std::nullopt;
  }
  return days;
}

std::string Weekdays::str() const {
  std::string text = places_text(kWeekdayWords, *this);
  if (workdays()) text += fmt::format("{}{}", text.empty() ? "" : ",", kWorkdayWord);
  return text;
}

std::string_view weekday_name(int weekday) { return kWeekdayWords.at(static_cast<std::size_t>(weekday - 1)).substr(0, 3); }

std::vector<std::string> weekday_names() {
  auto names = short_names(kWeekdayWords);
  names.emplace_back(kWorkdayWord);
  return names;
}

std::optional<Months> Months::parse(std::string_view text) {
  Months months;
  for (const auto& part : split(text, ','))
    if (!add_places(kMonthWords, part, months)) return std::nullopt;
  return months;
}

std::string Months::str() const { return bits_ == 0 ? std::string() : places_text(kMonthWords, *this); }

std::vector<std::string> month_names() { return short_names(kMonthWords); }

std::optional<MonthDay> MonthDay::parse(std::string_view text) {
  std::vector<std::string> words;
  for (const auto& word : split(to_lower(text), ' '))
    if (!word.empty()) words.push_back(word);
  if (words.size() == 1) return parse_date_of_month(words[0]);
  if (words.size() == 2) {
    const auto number = parse_ordinal(words[0]);
    if (!number) return std::nullopt;
    if (words[1] == "workday") return *number <= kMostOfWorkday ? std::optional(MonthDay{Kind::workday, *number}) : std::nullopt;
    const auto weekday = place_of(kWeekdayWords, words[1]);
    return weekday && *number <= kMostOfWeekday ? std::optional(MonthDay{Kind::weekday, *number, *weekday}) : std::nullopt;
  }
  if (words.size() != 4 || words[1] != "or" || words[3] != "workday") return std::nullopt;
  auto day = parse_date_of_month(words[0]);
  if (!day || (words[2] != "next" && words[2] != "previous")) return std::nullopt;
  day->shift = words[2] == "next" ? Shift::next : Shift::previous;
  return day;
}

MonthDay same_day_of_month(Date day) { return MonthDay::date(static_cast<int>(static_cast<unsigned>(day.day()))); }

std::string MonthDay::str() const {
  switch (kind) {
    case Kind::none:
      return {};
    case Kind::weekday:
      return fmt::format("{} {}", ordinal_text(number), weekday_name(weekday));
    case Kind::workday:
      return ordinal_text(number) + " workday";
    case Kind::date:
      break;
  }
  const std::string date = number == kLast ? "last" : std::to_string(number);
  if (shift == Shift::none) return date;
  return fmt::format("{} or {} workday", date, shift == Shift::next ? "next" : "previous");
}

}  // namespace reportctl::schedule
