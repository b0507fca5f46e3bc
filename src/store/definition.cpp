// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "definition.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"

namespace reportctl::store {
namespace {

using nlohmann::json;

[[noreturn]] void damaged(std::string_view what) {
  throw Error(ErrorKind::state, fmt::format("the state file holds {} that reportctl did not write", what),
              "run `reportctl state check`; restore a backup if another program changed the file");
}

template <typename Value>
const Value& require(const std::optional<Value>& value, std::string_view what) {
  if (!value) damaged(what);
  return *value;
}

std::string dump(const json& value) {
  try {
    return value.dump();
  } catch (const json::type_error&) {
    throw Error(ErrorKind::invalid, "a text is not valid UTF-8", "write names, addresses and parameters in UTF-8");
  }
}

/// Runs a reader over parsed JSON; whatever shape it trips over means damage.
template <typename Reader>
auto read(std::string_view text, std::string_view what, const Reader& reader) {
  try {
    return reader(json::parse(text));
  } catch (const json::exception&) {
    damaged(what);
  }
}

json scope_json(const schedule::Scope& scope) { return json::array({schedule::scope_kind_name(scope.kind), scope.site}); }

schedule::Scope read_scope(const json& value) {
  return {.kind = require(schedule::parse_scope_kind(value.at(0).get<std::string>()), "a scope"),
          .site = value.at(1).get<std::string>()};
}

Mailbox read_mailbox(const json& value) {
  return {.display = value.at(0).get<std::string>(),
          .address = require(EmailAddress::parse(value.at(1).get<std::string>()), "an address")};
}

template <typename Value>
json or_null(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

void read_fields(const json& value, schedule::Definition& definition) {
  definition.description = value.at("description").get<std::string>();
  definition.scope = read_scope(value.at("scope"));
  definition.cadence.kind = require(schedule::parse_cadence(value.at("cadence").get<std::string>()), "a cadence");
  definition.cadence.weekday = value.at("weekday").get<int>();
  definition.cadence.day_of_month = value.at("day_of_month").get<int>();
  if (const auto& at = value.at("at"); !at.is_null())
    definition.at = TimeOfDay{.hour = at.at(0).get<int>(), .minute = at.at(1).get<int>()};
  definition.timezone = value.at("timezone").get<std::string>();
  if (const auto& range = value.at("range"); !range.is_null()) {
    definition.range = require(schedule::parse_range(range.get<std::string>()), "a range");
  }
  if (const auto& days = value.at("lookback_days"); !days.is_null()) definition.lookback_days = days.get<int>();
  definition.format = value.at("format").get<std::string>();
  definition.parameters = value.at("parameters").get<schedule::Parameters>();
  definition.extra = value.at("extra").get<std::string>();
  definition.recipients.clear();
  for (const auto& recipient : value.at("recipients")) definition.recipients.push_back(read_mailbox(recipient));
  definition.subject = value.at("subject").get<std::string>();
  if (const auto& no_data = value.at("no_data"); !no_data.is_null()) {
    definition.no_data = require(schedule::parse_no_data(no_data.get<std::string>()), "a no-data policy");
  }
}

}  // namespace

std::string definition_json(const schedule::Definition& definition) {
  json recipients = json::array();
  for (const auto& mailbox : definition.recipients) recipients.push_back(json::array({mailbox.display, mailbox.address.str()}));
  return dump({{"description", definition.description},
               {"scope", scope_json(definition.scope)},
               {"cadence", schedule::cadence_name(definition.cadence.kind)},
               {"weekday", definition.cadence.weekday},
               {"day_of_month", definition.cadence.day_of_month},
               {"at", definition.at ? json::array({definition.at->hour, definition.at->minute}) : json(nullptr)},
               {"timezone", definition.timezone},
               {"range", definition.range ? json(schedule::range_name(*definition.range)) : json(nullptr)},
               {"lookback_days", or_null(definition.lookback_days)},
               {"format", definition.format},
               {"parameters", definition.parameters},
               {"extra", definition.extra},
               {"recipients", recipients},
               {"subject", definition.subject},
               {"no_data", definition.no_data ? json(schedule::no_data_name(*definition.no_data)) : json(nullptr)}});
}

void read_definition(std::string_view text, schedule::Definition& definition) {
  read(text, "a schedule", [&](const json& value) { read_fields(value, definition); });
}

std::string texts_json(const std::vector<std::string>& texts) { return dump(json(texts)); }

std::vector<std::string> read_texts(std::string_view text) {
  return read(text, "a list", [](const json& value) { return value.get<std::vector<std::string>>(); });
}

std::string scopes_json(const std::vector<schedule::Scope>& scopes) {
  json list = json::array();
  for (const auto& scope : scopes) list.push_back(scope_json(scope));
  return dump(list);
}

std::vector<schedule::Scope> read_scopes(std::string_view text) {
  return read(text, "a list of sites", [](const json& value) {
    std::vector<schedule::Scope> scopes;
    for (const auto& scope : value) scopes.push_back(read_scope(scope));
    return scopes;
  });
}

}  // namespace reportctl::store
