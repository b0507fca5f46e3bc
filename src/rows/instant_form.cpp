// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/rows/instant_form.hpp"

#include <fmt/format.h>

#include "reportctl/base/text.hpp"
#include "reportctl/base/zone.hpp"

namespace reportctl::rows {

static_assert([] {
  for (std::size_t i = 0; i < kInstantKinds.size(); ++i)
    if (kInstantKinds[i].kind != static_cast<InstantKind>(i)) return false;
  return true;
}());

std::string InstantForm::str() const {
  std::string text(facts().name);
  return zone.empty() ? text : text + " " + zone;
}

std::variant<InstantForm, std::string> parse_instant_form(std::string_view written) {
  written = trim(written);
  const std::size_t blank = written.find(' ');
  const std::string_view name = written.substr(0, blank);
  const std::string_view zone = blank == std::string_view::npos ? std::string_view() : trim(written.substr(blank));
  std::vector<std::string> names;
  for (const InstantKindFacts& facts : kInstantKinds) {
    names.emplace_back(facts.name);
    if (name != facts.name) continue;
    if (!facts.zoned && !zone.empty()) return fmt::format("{} takes no time zone", name);
    if (facts.zoned && zone.empty()) return fmt::format("{0} needs the time zone in which it is written, like {0} UTC", name);
    if (facts.zoned && !Zone::find(zone)) return fmt::format("\"{}\" is not a time zone", visible(zone));
    return InstantForm{facts.kind, std::string(zone)};
  }
  return fmt::format("\"{}\" is not a form of instants{}; known: {}", visible(name), did_you_mean(std::string(name), names),
                     join(names, ", "));
}

std::variant<std::int64_t, std::string> kept_as(const InstantForm& form, Instant instant) {
  const std::int64_t seconds = instant.time_since_epoch().count();
  if (form.facts().units > 0) return seconds * form.facts().units;
  switch (form.kind) {
    case InstantKind::sql_text: {
      std::string text = Zone::find(form.zone).value_or(Zone::utc()).format(instant).substr(0, 19);
      text[10] = ' ';
      return text;
    }
    case InstantKind::julian_day:
      return fmt::format("{:.9f}", static_cast<double>(seconds) / 86400 + 2440587.5);
    default:
      return format_utc(instant);
  }
}

SourceForms::SourceForms(Dialect given) : dialect(given) {
  switch (given) {
    case Dialect::sqlite:
      usual = {InstantKind::utc_text};
      break;
    case Dialect::postgresql:
    case Dialect::duckdb:
    case Dialect::mariadb:
    case Dialect::clickhouse:
      usual = {InstantKind::timestamptz};
  }
}

namespace {

template <typename Form>
const Form& form_in(const std::map<std::string, Form>& declared, const Form& usual, std::string_view table,
                    std::string_view column) {
  if (declared.empty()) return usual;
  const std::string name = to_lower(table);
  if (const auto found = declared.find(name + "." + to_lower(column)); found != declared.end()) return found->second;
  const auto found = declared.find(name);
  return found == declared.end() ? usual : found->second;
}

}  // namespace

const InstantForm& SourceForms::form_of(std::string_view table, std::string_view column) const {
  return form_in(declared, usual, table, column);
}

const BooleanForm& SourceForms::boolean_of(std::string_view table, std::string_view column) const {
  return form_in(booleans, usual_boolean, table, column);
}

InstantForm SourceForms::common() const {
  return usual.kind == InstantKind::offset_text ? InstantForm{InstantKind::utc_text} : usual;
}

const WordsByMeaning& usual_words() {
  static const WordsByMeaning kWords{
      {"fault",  // and how OCPP 1.6 and 2.0.1 call one
       {"fault", "faulted", "emergencystop", "groundfailure", "groundfault", "overcurrentfailure", "overcurrentfault",
        "internalerror", "hightemperature"}},
      {"online", {"online", "connected"}},
  };
  return kWords;
}

}  // namespace reportctl::rows
