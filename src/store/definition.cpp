// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "definition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "reportctl/schedule/fields.hpp"

namespace reportctl::store {
namespace {

using Json = nlohmann::ordered_json;

[[noreturn]] void damaged(std::string_view what) {
  throw Error(ErrorKind::state, fmt::format("the state file holds {} that reportctl did not write", what),
              "run `reportctl state check`; restore a backup if another program changed the file");
}

template <typename Value>
const Value& require(const std::optional<Value>& value, std::string_view what) {
  if (!value) damaged(what);
  return *value;
}

std::string dump(const Json& value) {
  try {
    return value.dump();
  } catch (const Json::type_error&) {
    throw Error(ErrorKind::invalid, "a text is not valid UTF-8", "write names, addresses and parameters in UTF-8");
  }
}

/// Runs a reader over parsed JSON; whatever shape it trips over means damage.
template <typename Reader>
auto read(std::string_view text, std::string_view what, const Reader& reader) {
  try {
    return reader(json_from(text));
  } catch (const Json::exception&) {
    damaged(what);
  }
}

Json scope_json(const schedule::Scope& scope) { return Json::array({schedule::scope_kind_name(scope.kind), scope.site}); }

schedule::Scope read_scope(const Json& value) {
  return {.kind = require(schedule::parse_scope_kind(value.at(0).get<std::string>()), "a scope"),
          .site = value.at(1).get<std::string>()};
}

/// Fields with a column of their own.
constexpr std::array<std::string_view, 4> kInColumns = {"account", "name", "report", "active"};

bool is_in_column(const schedule::Field& field) {
  return std::find(kInColumns.begin(), kInColumns.end(), field.name) != kInColumns.end();
}

}  // namespace

std::string definition_json(const schedule::Definition& definition) {
  Json fields = Json::object();
  for (const auto& field : schedule::fields()) {
    const auto text = field.text(definition);
    if (!is_in_column(field) && !text.empty()) fields[std::string(field.name)] = schedule::to_json(field.kind, text);
  }
  return dump(fields);
}

void read_definition(std::string_view stored_text, schedule::Definition& definition) {
  read(stored_text, "a schedule", [&](const Json& value) {
    if (!value.is_object()) damaged("a schedule");
    std::size_t known = 0;
    for (const auto& field : schedule::fields()) {
      if (is_in_column(field)) continue;
      const auto stored = value.find(std::string(field.name));
      known += stored == value.end() ? 0 : 1;
      const auto text = stored == value.end() ? schedule::FieldText{} : schedule::read_json(*stored);
      const bool is_missing = text.empty() && field.name == "cadence";  // no schedule is without one
      if (is_missing || !field.read(text, definition)) damaged("a schedule");
    }
    if (known != value.size()) damaged("a schedule");
  });
}

std::string texts_json(const std::vector<std::string>& texts) { return dump(Json(texts)); }

std::vector<std::string> read_texts(std::string_view text) {
  return read(text, "a list", [](const Json& value) { return value.get<std::vector<std::string>>(); });
}

std::string scopes_json(const std::vector<schedule::Scope>& scopes) {
  Json list = Json::array();
  for (const auto& scope : scopes) list.push_back(scope_json(scope));
  return dump(list);
}

std::vector<schedule::Scope> read_scopes(std::string_view text) {
  return read(text, "a list of sites", [](const Json& value) {
    std::vector<schedule::Scope> scopes;
    for (const auto& scope : value) scopes.push_back(read_scope(scope));
    return scopes;
  });
}

}  // namespace reportctl::store
