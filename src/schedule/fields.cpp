// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/fields.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

#include "also_field.hpp"
#include "part_field.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/member_path.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::schedule {
namespace {

using Json = nlohmann::ordered_json;

FieldText one(std::string_view text) {
  if (text.empty()) return {};
  return {.values = {std::string(text)}, .named = {}};
}

// To text, by type.
FieldText text_of(const std::string& text) { return one(text); }
FieldText text_of(const std::optional<std::string>& text) { return one(text.value_or("")); }
FieldText text_of(bool flag) { return one(flag ? "true" : "false"); }
FieldText text_of(const std::optional<bool>& flag) { return flag ? text_of(*flag) : FieldText{}; }
FieldText text_of(const std::optional<int>& number) { return number ? one(std::to_string(*number)) : FieldText{}; }
FieldText text_of(const Scope& scope) { return one(scope.str()); }
FieldText text_of(CadenceKind kind) { return one(cadence_name(kind)); }
FieldText text_of(const Weekdays& days) { return one(days.str()); }
FieldText text_of(const MonthDay& day) { return one(day.str()); }
FieldText text_of(const Months& chosen) { return one(chosen.str()); }
FieldText text_of(const std::optional<Date>& day) { return day ? one(format_date(*day)) : FieldText{}; }
FieldText text_of(const Times& times) { return one(format_times(times)); }
FieldText text_of(const std::optional<NamedRange>& range) { return range ? one(range_name(*range)) : FieldText{}; }
FieldText text_of(const std::optional<NoData>& choice) { return choice ? one(no_data_name(*choice)) : FieldText{}; }
FieldText text_of(const std::optional<Missed>& choice) { return choice ? one(missed_name(*choice)) : FieldText{}; }
FieldText text_of(const Condition& condition) { return one(condition.str()); }
FieldText text_of(const Again& again) { return one(again.str()); }
FieldText text_of(const std::optional<std::chrono::minutes>& span) {
  return span ? one(duration_text(std::chrono::seconds(*span).count())) : FieldText{};
}
FieldText text_of(const std::optional<Late>& choice) { return choice ? one(late_name(*choice)) : FieldText{}; }
FieldText text_of(const std::vector<std::string>& values) { return {.values = values, .named = {}}; }
FieldText text_of(const Parameters& parameters) { return {.values = {}, .named = parameters}; }
FieldText text_of(const PartList& parts) { return parts_text(parts); }
FieldText text_of(const std::vector<Also>& all) { return also_text(all); }
FieldText text_of(const CsvRequest& csv) {
  FieldText text;
  for (const auto& [name, value] : kCsvSwitches)
    if (csv.*value) text.named[std::string(name)] = {*(csv.*value) ? "true" : "false"};
  for (const auto& [name, value] : kCsvWords)
    if (csv.*value) text.named[std::string(name)] = {*(csv.*value)};
  return text;
}
FieldText text_of(const Recipients& recipients) { return {.values = recipients.texts(), .named = {}}; }
FieldText text_of(const std::vector<Recipient>& recipients) {
  FieldText text;
  for (const auto& recipient : recipients) text.values.push_back(recipient.text());
  return text;
}

std::string single(const FieldText& text) { return text.values.empty() ? std::string() : text.values.front(); }

/// Of one value, which `parse` makes of the text; none is the default.
template <typename Value, typename Parse>
bool read_optional(const FieldText& text, std::optional<Value>& value, const Parse& parse) {
  value.reset();
  if (text.values.empty()) return true;
  if (const auto parsed = parse(single(text))) value = static_cast<Value>(*parsed);
  return value.has_value();
}
template <typename Value, typename Parse>
bool read_value(const FieldText& text, Value& value, const Parse& parse) {
  std::optional<Value> parsed;
  const bool is_read = read_optional(text, parsed, parse);
  value = parsed.value_or(Value{});
  return is_read;
}

// From text, by type.
bool read(const FieldText& text, std::string& value) {
  value = single(text);
  return true;
}
bool read(const FieldText& text, std::optional<std::string>& value) {
  value = text.values.empty() ? std::nullopt : std::optional(text.values.front());
  return true;
}
bool read(const FieldText& text, bool& flag) {
  const auto word = single(text);
  flag = word != "false";
  return word == "true" || word == "false" || word.empty();
}
bool read(const FieldText& text, std::optional<int>& number) { return read_optional(text, number, parse_integer); }
bool read(const FieldText& text, Scope& scope) { return read_value(text, scope, Scope::parse); }
bool read(const FieldText& text, CadenceKind& kind) { return read_value(text, kind, parse_cadence); }
bool read(const FieldText& text, Weekdays& days) { return read_value(text, days, Weekdays::parse); }
bool read(const FieldText& text, MonthDay& day) { return read_value(text, day, MonthDay::parse); }
bool read(const FieldText& text, Months& chosen) { return read_value(text, chosen, Months::parse); }
bool read(const FieldText& text, std::optional<Date>& day) { return read_optional(text, day, parse_date); }
bool read(const FieldText& text, Times& times) { return read_value(text, times, parse_times); }
bool read(const FieldText& text, std::optional<NamedRange>& range) { return read_optional(text, range, parse_range); }
bool read(const FieldText& text, std::optional<NoData>& choice) { return read_optional(text, choice, parse_no_data); }
bool read(const FieldText& text, std::optional<Missed>& choice) { return read_optional(text, choice, parse_missed); }
bool read(const FieldText& text, Condition& condition) {
  return read_value(text, condition, [](const std::string& written) { return Condition::parse(written); });
}
bool read(const FieldText& text, Again& again) { return read_value(text, again, Again::parse); }
bool read(const FieldText& text, std::optional<bool>& flag) {
  const auto word = single(text);
  flag = word == "true" ? std::optional(true) : std::nullopt;
  return flag || word == "false" || word.empty();
}
bool read(const FieldText& text, std::optional<std::chrono::minutes>& span) {
  std::optional<std::chrono::seconds> seconds;
  const bool is_read = read_optional(text, seconds, parse_duration_seconds);
  span = seconds ? std::optional(std::chrono::floor<std::chrono::minutes>(*seconds)) : std::nullopt;
  return is_read;
}
bool read(const FieldText& text, std::optional<Late>& choice) { return read_optional(text, choice, parse_late); }
bool read(const FieldText& text, std::vector<std::string>& values) {
  values = text.values;
  return true;
}
bool read(const FieldText& text, Parameters& parameters) {
  parameters = text.named;
  return true;
}
bool read(const FieldText& text, PartList& parts) {
  parts = read_parts(text);
  return true;
}
bool read(const FieldText& text, std::vector<Also>& all) {
  all = read_also(text);
  return true;
}
bool read(const FieldText& text, CsvRequest& csv) {
  csv = {};
  for (const auto& [name, values] : text.named) {
    const auto known =
        std::find_if(kCsvSwitches.begin(), kCsvSwitches.end(), [&, n = name](const auto& s) { return s.name == n; });
    if (values.size() != 1) return false;
    if (known != kCsvSwitches.end()) {
      csv.*(known->value) = values[0] == "true";
      continue;
    }
    const auto word = std::find_if(kCsvWords.begin(), kCsvWords.end(), [&, n = name](const auto& w) { return w.name == n; });
    if (word == kCsvWords.end()) return false;
    csv.*(word->value) = values[0];
  }
  return true;
}
bool read(const FieldText& text, Recipients& recipients) {
  recipients = {};
  for (const auto& value : text.values) {
    if (auto place = Place::parse(value)) {
      recipients.places.push_back(std::move(*place));
    } else if (auto mailbox = Mailbox::parse(value)) {
      recipients.mailboxes.push_back(std::move(*mailbox));
    } else {
      return false;
    }
  }
  return true;
}
bool read(const FieldText& text, std::vector<Recipient>& recipients) {
  recipients.assign(text.values.begin(), text.values.end());
  return true;
}

struct Traits {
  FieldKind kind = FieldKind::text;
  Presence presence = Presence::optional;
  Belongs belongs = Belongs::schedule;
  std::string_view record = {};
};

/// `InDraft` and `InDefinition` say where the two keep the value. They have no state: their types alone matter.
template <typename InDraft, typename InDefinition>
Field row(std::string_view name, const Traits& traits, InDraft, InDefinition) {
  return {.name = name,
          .kind = traits.kind,
          .presence = traits.presence,
          .belongs = traits.belongs,
          .record = traits.record.empty() ? name : traits.record,
          .text = [](const Definition& definition) { return text_of(InDefinition{}(definition)); },
          .read = [](const FieldText& text, Definition& definition) { return read(text, InDefinition{}(definition)); },
          .written = [](const Draft& draft) { return text_of(InDraft{}(draft)); },
          .write = [](const FieldText& text, Draft& draft) { read(text, InDraft{}(draft)); },
          .carry =
              [](const Definition& definition, Draft& draft) {
                const auto& from = InDefinition{}(definition);
                auto& into = InDraft{}(draft);
                if constexpr (std::is_same_v<std::decay_t<decltype(from)>, Recipients>) {
                  into.assign(from.mailboxes.begin(), from.mailboxes.end());
                  for (const auto& place : from.places) into.emplace_back(place.str());
                } else {
                  read(text_of(from), into);
                }
              }};
}
constexpr auto kRequired = Presence::required;
constexpr auto kAsked = Belongs::request;

const std::vector<Field>& table() {
  static const std::vector<Field> kFields = {
      row("name", {.presence = kRequired}, member<&Draft::name>, member<&Definition::name>),
      row("account", {.presence = kRequired}, member<&Draft::account>, member<&Definition::account>),
      row("description", {}, member<&Draft::description>, member<&Definition::description>),
      row("report", {.presence = kRequired, .belongs = kAsked}, member<&Draft::request, &Request::report>,
          member<&Definition::report>),
      row("scope", {.belongs = kAsked}, member<&Draft::request, &Request::scope>, member<&Definition::scope>),
      row("cadence", {.kind = FieldKind::optional, .presence = kRequired, .belongs = kAsked},
          member<&Draft::request, &Request::cadence>, member<&Definition::cadence, &Cadence::kind>),
      row("on", {.kind = FieldKind::words, .belongs = kAsked}, member<&Draft::request, &Request::on>,
          member<&Definition::cadence, &Cadence::on>),
      row("day", {.kind = FieldKind::number, .belongs = kAsked}, member<&Draft::request, &Request::day>,
          member<&Definition::cadence, &Cadence::day>),
      row("months", {.kind = FieldKind::words}, member<&Draft::request, &Request::months>,
          member<&Definition::cadence, &Cadence::months>),
      row("weeks", {.kind = FieldKind::number}, member<&Draft::request, &Request::weeks>,
          member<&Definition::cadence, &Cadence::weeks>),
      row("start", {.kind = FieldKind::optional}, member<&Draft::request, &Request::start>,
          member<&Definition::cadence, &Cadence::start>),
      row("end", {.kind = FieldKind::optional}, member<&Draft::request, &Request::end>,
          member<&Definition::cadence, &Cadence::end>),
      row("at", {.kind = FieldKind::words, .presence = kRequired}, member<&Draft::at>, member<&Definition::at>),
      row("calendar", {.kind = FieldKind::optional}, member<&Draft::request, &Request::calendar>, member<&Definition::calendar>),
      row("timezone", {.belongs = kAsked}, member<&Draft::request, &Request::timezone>, member<&Definition::timezone>),
      row("window", {.kind = FieldKind::optional, .belongs = kAsked}, member<&Draft::request, &Request::window>,
          member<&Definition::window>),
      row("lookback", {.kind = FieldKind::number, .belongs = kAsked}, member<&Draft::request, &Request::lookback>,
          member<&Definition::lookback>),
      row("format", {.kind = FieldKind::words, .belongs = kAsked}, member<&Draft::request, &Request::format>,
          member<&Definition::format>),
      row("columns", {.kind = FieldKind::list, .belongs = kAsked}, member<&Draft::request, &Request::columns>,
          member<&Definition::columns>),
      row("csv", {.kind = FieldKind::options, .belongs = kAsked}, member<&Draft::request, &Request::csv>,
          member<&Definition::csv>),
      row("title", {.kind = FieldKind::optional, .belongs = kAsked}, member<&Draft::request, &Request::title>,
          member<&Definition::title>),
      row("language", {.kind = FieldKind::optional, .belongs = kAsked}, member<&Draft::request, &Request::language>,
          member<&Definition::language>),
      row("params", {.kind = FieldKind::map, .belongs = kAsked}, member<&Draft::request, &Request::parameters>,
          member<&Definition::parameters>),
      row("extra", {.kind = FieldKind::json}, member<&Draft::extra>, member<&Definition::extra>),
      row("also", {.kind = FieldKind::also}, member<&Draft::also>, member<&Definition::also>),
      row("workbook", {.kind = FieldKind::flag}, member<&Draft::workbook>, member<&Definition::workbook>),
      row("to", {.kind = FieldKind::list, .record = "recipients"}, member<&Draft::recipients>, member<&Definition::recipients>),
      row("recipients", {.kind = FieldKind::parts, .record = "parts"}, member<&Draft::parts>, member<&Definition::parts>),
      row("reply_to", {.kind = FieldKind::optional}, member<&Draft::reply_to>, member<&Definition::reply_to>),
      row("subject", {.kind = FieldKind::optional}, member<&Draft::subject>, member<&Definition::subject>),
      row("intro", {.kind = FieldKind::optional}, member<&Draft::intro>, member<&Definition::intro>),
      row("file_name", {.kind = FieldKind::optional}, member<&Draft::file_name>, member<&Definition::file_name>),
      row("no_data", {.kind = FieldKind::optional}, member<&Draft::no_data>, member<&Definition::no_data>),
      row("send", {.kind = FieldKind::optional}, member<&Draft::send>, member<&Definition::send>),
      row("again", {.kind = FieldKind::optional}, member<&Draft::again>, member<&Definition::again>),
      row("all_clear", {.kind = FieldKind::flag}, member<&Draft::all_clear>, member<&Definition::all_clear>),
      row("wait", {.kind = FieldKind::optional}, member<&Draft::wait>, member<&Definition::wait>),
      row("late", {.kind = FieldKind::optional}, member<&Draft::late>, member<&Definition::late>),
      row("retries", {.kind = FieldKind::number}, member<&Draft::retries>, member<&Definition::retries>),
      row("missed", {.kind = FieldKind::optional}, member<&Draft::missed>, member<&Definition::missed>),
      row("active", {.kind = FieldKind::flag}, member<&Draft::active>, member<&Definition::active>),
  };
  return kFields;
}

/// true, false, or a text.
Json scalar(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  return text;
}
std::string scalar_text(const Json& value) {
  return value.is_boolean() || value.is_number_integer() ? json_text(value) : value.get<std::string>();
}

}  // namespace

std::span<const Field> fields() { return table(); }

const Field& field(std::string_view name) {
  const auto found = std::find_if(table().begin(), table().end(), [&](const Field& one) { return one.name == name; });
  if (found == table().end()) throw std::logic_error("a schedule has no field " + std::string(name));
  return *found;
}

Draft draft_of(const Definition& definition) {
  Draft draft;
  draft.request.surface = Surface::schedule;
  for (const auto& field : table()) field.carry(definition, draft);
  return draft;
}

Json to_json(FieldKind kind, const FieldText& text) {
  const auto value = single(text);
  switch (kind) {
    case FieldKind::text:
      return value;
    case FieldKind::optional:
    case FieldKind::words:
    case FieldKind::json:
      return value.empty() ? Json(nullptr) : Json(value);
    case FieldKind::number: {
      if (value.empty()) return nullptr;
      const auto number = parse_integer(value);
      return number ? Json(*number) : Json(value);
    }
    case FieldKind::flag:
      return value == "true";
    case FieldKind::list:
      return text.values;
    case FieldKind::parts:
      if (text.named.empty()) return value.empty() ? Json(nullptr) : Json(value);
      return rows_json(text.named);
    case FieldKind::also:
      return also_json(text.named);
    case FieldKind::map:
    case FieldKind::options:
      break;
  }
  Json object = Json::object();
  for (const auto& [name, values] : text.named) {
    if (kind == FieldKind::map) {
      object[name] = values;
    } else if (!values.empty()) {
      object[name] = scalar(values.front());
    }
  }
  return object;
}

FieldText read_json(const Json& json) {
  FieldText text;
  if (json.is_null()) return text;
  if (json.is_array() && !json.empty() && json.front().is_object()) {
    text = json.front().contains(kKeyColumn) ? read_rows(json) : read_also_json(json);
  } else if (json.is_array()) {
    text.values = json.get<std::vector<std::string>>();
  } else if (json.is_object()) {
    for (const auto& [name, value] : json.items()) {
      text.named[name] = value.is_array() ? value.get<std::vector<std::string>>() : std::vector{scalar_text(value)};
    }
  } else if (auto value = scalar_text(json); !value.empty()) {
    text.values.push_back(std::move(value));
  }
  return text;
}

}  // namespace reportctl::schedule
