// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/run/export.hpp"

namespace reportctl::run {
namespace {

using RequestJson = nlohmann::ordered_json;

void put_if_given(RequestJson& json, const char* name, const std::optional<std::string>& value) {
  if (value) json[name] = *value;
}

void take_if_given(const RequestJson& json, const char* name, std::optional<std::string>& value) {
  if (const auto found = json.find(name); found != json.end()) value = found->get<std::string>();
}

}  // namespace

std::string export_request_json(const validation::Request& request) {
  validation::Draft draft;
  draft.request = request;
  RequestJson json;
  for (const auto& field : schedule::fields()) {
    if (field.belongs != schedule::Belongs::request) continue;
    auto value = schedule::to_json(field.kind, field.written(draft));
    if (!value.is_null()) json[std::string(field.name)] = std::move(value);
  }
  put_if_given(json, "from", request.from);
  put_if_given(json, "to", request.to);
  return json_text(json);
}

validation::Request read_export_request(const std::string& text) {
  try {
    const auto json = json_from(text);
    validation::Draft draft;
    draft.request.surface = catalog::Surface::export_job;
    for (const auto& field : schedule::fields()) {
      if (field.belongs != schedule::Belongs::request) continue;
      if (field.kind == schedule::FieldKind::text) json.at(std::string(field.name));  // these are always there
      if (const auto found = json.find(std::string(field.name)); found != json.end())
        field.write(schedule::read_json(*found), draft);
    }
    take_if_given(json, "from", draft.request.from);
    take_if_given(json, "to", draft.request.to);
    return std::move(draft.request);
  } catch (const RequestJson::exception&) {
    throw Error(ErrorKind::failed, "what was asked for cannot be read any more", "ask for the export again");
  }
}

}  // namespace reportctl::run
