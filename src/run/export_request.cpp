// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <nlohmann/json.hpp>

#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/run/export.hpp"

namespace reportctl::run {
namespace {

using RequestJson = nlohmann::ordered_json;

template <typename Value>
void put_if_given(RequestJson& json, const char* name, const std::optional<Value>& value) {
  if (value) json[name] = *value;
}

template <typename Value>
void take_if_given(const RequestJson& json, const char* name, std::optional<Value>& value) {
  if (const auto found = json.find(name); found != json.end()) value = found->get<Value>();
}

}  // namespace

std::string export_request_json(const validation::Request& request) {
  RequestJson json = {{"report", request.report}, {"scope", request.scope}, {"timezone", request.timezone}};
  put_if_given(json, "from", request.from);
  put_if_given(json, "to", request.to);
  put_if_given(json, "window", request.range);
  put_if_given(json, "lookback", request.lookback);
  put_if_given(json, "cadence", request.cadence);
  put_if_given(json, "on", request.weekday);
  put_if_given(json, "day", request.day_of_month);
  json["format"] = request.format;
  json["params"] = RequestJson::object();
  for (const auto& [name, values] : request.parameters) json["params"][name] = values;
  json["columns"] = request.columns;
  RequestJson csv = RequestJson::object();
  put_if_given(csv, "bom", request.csv.bom);
  put_if_given(csv, "crlf", request.csv.crlf);
  put_if_given(csv, "labels", request.csv.labels);
  put_if_given(csv, "delimiter", request.csv.delimiter);
  json["csv"] = csv;
  return json_text(json);
}

validation::Request read_export_request(const std::string& text) {
  try {
    const auto json = RequestJson::parse(text);
    validation::Request request;
    request.surface = catalog::Surface::export_job;
    request.report = json.at("report");
    request.scope = json.at("scope");
    request.timezone = json.at("timezone");
    take_if_given(json, "from", request.from);
    take_if_given(json, "to", request.to);
    take_if_given(json, "window", request.range);
    take_if_given(json, "lookback", request.lookback);
    take_if_given(json, "cadence", request.cadence);
    take_if_given(json, "on", request.weekday);
    take_if_given(json, "day", request.day_of_month);
    request.format = json.at("format");
    for (const auto& [name, values] : json.at("params").items()) {
      request.parameters[name] = values.get<schedule::Parameters::mapped_type>();
    }
    request.columns = json.at("columns").get<std::vector<std::string>>();
    const auto& csv = json.at("csv");
    take_if_given(csv, "bom", request.csv.bom);
    take_if_given(csv, "crlf", request.csv.crlf);
    take_if_given(csv, "labels", request.csv.labels);
    take_if_given(csv, "delimiter", request.csv.delimiter);
    return request;
  } catch (const RequestJson::exception&) {
    throw Error(ErrorKind::failed, "what was asked for cannot be read any more", "ask for the export again");
  }
}

}  // namespace reportctl::run
