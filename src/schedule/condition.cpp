// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reportctl/base/text.hpp"

namespace reportctl::schedule {
namespace {

using Sign = Term::Sign;

/// The longer ones first: `<=` begins with `<`.
constexpr std::array<std::pair<std::string_view, Sign>, 8> kSigns{{{"<=", Sign::at_most},
                                                                   {">=", Sign::at_least},
                                                                   {"!=", Sign::not_equal},
                                                                   {"<>", Sign::not_equal},
                                                                   {"==", Sign::equal},
                                                                   {"<", Sign::less},
                                                                   {">", Sign::more},
                                                                   {"=", Sign::equal}}};
constexpr std::array<std::string_view, 6> kSignTexts{"<", "<=", "=", "!=", ">=", ">"};
constexpr std::string_view kChanged = "changed";
constexpr std::size_t kLongestFigure = 200;
constexpr std::size_t kMostTerms = 10;
constexpr int kMostDigits = 9;

bool is_word_sign(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// The places outside of parentheses at which `holds` is true, each with what follows it.
template <typename Holds>
std::size_t find_outside(std::string_view text, std::size_t from, const Holds& holds) {
  int depth = 0;
  for (std::size_t i = from; i < text.size(); ++i) {
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (depth == 0 && holds(i)) return i;
  }
  return std::string_view::npos;
}

/// The next `and` or `or` that stands for itself.
std::size_t find_joint(std::string_view text, std::size_t from) {
  return find_outside(text, from, [&](std::size_t i) {
    for (const std::string_view word : {"and", "or"}) {
      if (to_lower(text.substr(i, word.size())) != word) continue;
      const bool begins = i == 0 || !is_word_sign(text[i - 1]);
      const bool ends = i + word.size() == text.size() || !is_word_sign(text[i + word.size()]);
      if (begins && ends) return true;
    }
    return false;
  });
}

/// Lower case, without blanks: `total( Amount )` is `total(amount)`.
std::string canonical_figure(std::string_view text) {
  std::string figure;
  for (const char c : to_lower(text)) {
    if (c == ' ' || c == '\t') continue;
    figure += c;
  }
  return figure;
}

bool is_currency(std::string_view text) {
  constexpr std::size_t kLongest = 12;
  const bool begins = !text.empty() && ((text[0] >= 'A' && text[0] <= 'Z') || (text[0] >= 'a' && text[0] <= 'z'));
  return begins && text.size() <= kLongest && std::all_of(text.begin(), text.end(), is_word_sign);
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

bool read_number(std::string_view text, Term& term) {
  std::string digits(text);
  if (const auto point = text.find('.'); point != std::string_view::npos) {
    const auto behind = text.substr(point + 1);
    if (behind.empty() || behind.size() > kMostDigits || behind.find_first_not_of("0123456789") != std::string_view::npos)
      return false;
    digits.erase(point, 1);
    term.scale = static_cast<int>(behind.size());
  }
  const auto number = parse_integer(digits);
  if (!number) return false;
  term.number = *number;
  return true;
}

std::string number_text(const Term& term) {
  if (term.is_duration) return duration_text(term.number);
  std::string digits = std::to_string(term.number);
  if (term.scale == 0) return digits;
  const bool is_negative = digits.front() == '-';
  if (is_negative) digits.erase(0, 1);
  const auto scale = static_cast<std::size_t>(term.scale);
  if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
  digits.insert(digits.size() - scale, ".");
  return (is_negative ? "-" : "") + digits;
}

/// `10`, `-2.5`, `20 %`, `1000 EUR`, `1h30m`.
bool read_value(std::string_view text, Term& term) {
  if (!term.is_change && !text.starts_with('-')) {
    if (const auto seconds = parse_duration_seconds(text)) {
      term.number = *seconds;
      term.is_duration = true;
      return true;
    }
  }
  const auto end = std::min(text.find_first_not_of("0123456789.", text.starts_with('-') ? 1 : 0), text.size());
  if (!read_number(text.substr(0, end), term)) return false;
  const auto unit = trim(text.substr(end));
  if (unit.empty() || unit == "%") return true;
  if (term.is_change || !is_currency(unit)) return false;
  term.currency = upper(unit);
  return true;
}

bool read_subject(std::string_view text, Term& term) {
  const auto figure = canonical_figure(text);
  constexpr std::string_view kChange = "change(";
  if (!figure.starts_with(kChange)) {
    term.figure = figure;
    return !figure.empty() && figure.size() <= kLongestFigure;
  }
  if (!figure.ends_with(')')) return false;
  term.is_change = true;
  std::string_view inside = figure;
  inside = inside.substr(kChange.size(), inside.size() - kChange.size() - 1);
  const auto comma = find_outside(inside, 0, [&](std::size_t i) { return inside[i] == ','; });
  if (comma != std::string_view::npos) {
    const auto currency = trim(inside.substr(comma + 1));
    if (!is_currency(currency)) return false;
    term.currency = upper(currency);
  }
  term.figure = inside.substr(0, comma);
  return !term.figure.empty() && term.figure.size() <= kLongestFigure;
}

std::optional<Term> read_term(std::string_view text, std::string& problem) {
  Term term;
  text = trim(text);
  if (to_lower(text) == kChanged) return term;
  const auto quoted = fmt::format("\"{}\"", visible(text));
  const auto at =
      find_outside(text, 0, [&](std::size_t i) { return text[i] == '<' || text[i] == '>' || text[i] == '=' || text[i] == '!'; });
  if (at == std::string_view::npos) {
    problem = text.empty() ? "there is a term missing" : quoted + " compares nothing";
    return std::nullopt;
  }
  const auto* const sign =
      std::find_if(kSigns.begin(), kSigns.end(), [&](const auto& one) { return text.substr(at).starts_with(one.first); });
  if (sign == kSigns.end() || !read_subject(trim(text.substr(0, at)), term)) {
    problem = quoted + " is not a comparison";
    return std::nullopt;
  }
  term.sign = sign->second;
  const auto value = trim(text.substr(at + sign->first.size()));
  if (read_value(value, term)) return term;
  problem = fmt::format("\"{}\" is not a number to compare {} with", visible(value), term.subject());
  return std::nullopt;
}

}  // namespace

std::string Term::subject() const {
  if (is_changed()) return std::string(kChanged);
  if (!is_change) return figure;
  return currency.empty() ? fmt::format("change({})", figure) : fmt::format("change({}, {})", figure, currency);
}

std::string Term::demand() const {
  if (is_changed()) return {};
  const auto text = fmt::format("{} {}", kSignTexts.at(static_cast<std::size_t>(sign)), number_text(*this));
  return currency.empty() || is_change ? text : fmt::format("{} {}", text, currency);
}

std::optional<Condition> Condition::parse(std::string_view text, std::string& problem) {
  Condition condition;
  text = trim(text);
  if (to_lower(text) == "always") return condition;
  std::optional<bool> any;
  for (std::size_t begin = 0; begin != std::string_view::npos;) {
    const auto joint = find_joint(text, begin);
    const auto term = read_term(text.substr(begin, joint == std::string_view::npos ? joint : joint - begin), problem);
    if (!term) return std::nullopt;
    condition.terms.push_back(*term);
    begin = joint;
    if (joint == std::string_view::npos) break;
    const bool is_or = text[joint] == 'o' || text[joint] == 'O';
    if (any.value_or(is_or) != is_or) {
      problem = "terms are joined all by \"and\" or all by \"or\"";
      return std::nullopt;
    }
    any = is_or;
    begin += is_or ? 2 : 3;
  }
  if (condition.terms.size() > kMostTerms) {
    problem = fmt::format("there are more than {} terms", kMostTerms);
    return std::nullopt;
  }
  condition.any = any.value_or(false);
  return condition;
}

std::optional<Condition> Condition::parse(std::string_view text) {
  std::string problem;
  return parse(text, problem);
}

std::string Condition::str() const {
  std::string text;
  for (const Term& term : terms) {
    if (!text.empty()) text += any ? " or " : " and ";
    text += term.is_changed() ? term.subject() : fmt::format("{} {}", term.subject(), term.demand());
  }
  return text;
}

bool Condition::asks_changed() const {
  return std::any_of(terms.begin(), terms.end(), [](const Term& term) { return term.is_changed(); });
}

std::optional<Again> Again::parse(std::string_view text) {
  const auto word = to_lower(text);
  if (word == "every") return Again{};
  if (word == "once") return Again{.kind = Kind::once};
  const auto seconds = parse_duration_seconds(text);
  if (!seconds || *seconds <= 0) return std::nullopt;
  return Again{.kind = Kind::after, .seconds = *seconds};
}

std::string Again::str() const {
  switch (kind) {
    case Kind::every:
      return {};
    case Kind::once:
      return "once";
    case Kind::after:
      break;
  }
  constexpr std::int64_t kDay = 86400;
  return seconds == kDay ? "24h" : duration_text(seconds);
}

}  // namespace reportctl::schedule
