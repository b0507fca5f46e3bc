// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/legacy/legacy_row.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reportctl/base/hash.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/text.hpp"
#include "row_reader.hpp"

namespace reportctl::legacy {
namespace {

constexpr const char* kImportedFrom = "imported_from";

std::string letters_of(std::string_view word) {
  std::string letters;
  for (const char c : to_lower(word)) {
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
  }
  if (letters.ends_with("report")) letters.resize(letters.size() - 6);
  return letters;
}

struct OldReport {
  const char* word;  ///< as the messages write it
  const char* id;
};
constexpr OldReport kFleetReports[] = {{"Site Power", "site-power"}, {"Daily EV Load", "daily-ev-load"}};
constexpr OldReport kCommerceReports[] = {{"SALES", "sales"},
                                          {"CUSTOMER_SPEND", "customer-spend"},
                                          {"INVENTORY_VALUATION", "inventory-valuation"},
                                          {"ORDERS_EXPORT", "orders-export"}};
constexpr OldReport kOutreachReports[] = {
    {"campaign", "campaign"}, {"deliverability", "deliverability"}, {"workspace_summary", "workspace-summary"}};

/// Letters alone decide: SITE_POWER, "Site Power Report" and site-power are the same. An unknown report stays as it was written,
/// for the record of the refusal.
template <std::size_t Count>
std::string report_of(RowReader& reader, const Names& names, const OldReport (&reports)[Count]) {
  const auto word = reader.text(names, "report");
  std::string all;
  for (const auto& report : reports) {
    if (letters_of(word) == letters_of(report.word)) return report.id;
    all += (all.empty() ? "" : ", ") + std::string(report.word);
  }
  reader.problem("report_unknown", names.front(), "report",
                 word.empty() ? "the row names no report" : fmt::format("\"{}\" could not be scheduled there", shown_word(word)),
                 fmt::format("such schedules are of {}; make others with reportctl schedule add", all));
  return shown_word(word);
}

void set_extra(LegacyRow& row, Json extra, Json kept) {
  Json origin = {{"system", row.system}};
  if (!row.id.empty()) origin["id"] = row.id;
  origin.update(kept);
  extra[kImportedFrom] = std::move(origin);
  row.draft.extra = json_text(extra);
}

/// The generic configuration of a row may stand in a `config` of its own.
Json flattened(const Json& value, LegacyRow& row) {
  Json fields = value;
  const auto config = value.find("config");
  if (config == value.end() || !config->is_object()) return fields;
  fields.erase("config");
  for (const auto& [name, inner] : config->items()) {
    if (fields.contains(name)) {
      row.problems.push_back({"row_invalid", "config." + shown_word(name), "the row has this field outside of config too", ""});
    } else {
      fields[name] = inner;
    }
  }
  return fields;
}

void read_fleet_row(const Json& value, LegacyRow& row, const std::set<std::string>& ignored) {
  RowReader reader(flattened(value, row), row);
  auto& draft = row.draft;
  auto& request = draft.request;
  row.id = reader.text({"id", "scheduledReportId"}, "");
  row.tenant = reader.text({"accountId", "account"}, "account");
  request.report = report_of(reader, {"reportType", "report"}, kFleetReports);
  const auto depot = reader.text({"depotId", "depot"}, "scope");
  request.scope = depot.empty() ? "account" : "depot:" + depot;
  draft.name = reader.text({"name"}, "name");
  if (draft.name.empty() && row.unread.contains("report")) row.unread.insert("name");
  if (draft.name.empty() && !row.unread.contains("name"))
    draft.name = request.report + (depot.empty() ? "" : "-" + depot);  // the old editor asked for none
  draft.description = reader.text({"description"}, "description");
  draft.recipients = reader.recipients();
  draft.at = reader.text({"time", "runAt"}, "at");
  request.timezone = reader.text({"timezone", "timeZone"}, "timezone");
  request.cadence = to_lower(reader.text({"frequency", "cadence"}, "cadence"));
  if (request.cadence->empty()) request.cadence = "daily";
  if (!reader.flag({"daily"}, "cadence").value_or(true))
    reader.problem("cadence_not_allowed", "daily", "cadence", "the old schedules ran daily or not at all",
                   "isActive: false imports it paused");
  if (auto lookback = reader.text({"lookbackDays", "lookback"}, "lookback"); !lookback.empty())
    request.lookback = std::move(lookback);
  request.format = reader.text({"format"}, "format");
  draft.active = reader.flag({"isActive", "active", "enabled"}, "active").value_or(true);
  for (const auto* name : {"createdBy", "createdAt", "updatedAt", "lastRunAt", "nextRunAt"}) reader.keep(name);
  reader.finish(ignored);
  set_extra(row, Json::object(), reader.kept());
}

/// Of the commerce product: midnight of UTC, days of the week as here, and a name only where somebody gave one.
void read_commerce_row(const Json& value, LegacyRow& row, const std::set<std::string>& ignored) {
  RowReader reader(value, row);
  auto& draft = row.draft;
  auto& request = draft.request;
  row.id = reader.text({"id"}, "");
  row.tenant = reader.text({"companyId", "accountId", "account"}, "account");
  request.report = report_of(reader, {"reportType"}, kCommerceReports);
  const auto mode = reader.text({"mode"}, "params");
  if (!mode.empty()) request.parameters["mode"] = {mode};
  draft.name = reader.text({"name"}, "name");
  if (draft.name.empty() && !row.unread.contains("name"))
    draft.name = request.report + (mode.empty() ? "" : "-" + to_lower(mode));
  draft.recipients = reader.recipients();
  draft.at = "00:00";
  request.timezone = "UTC";
  request.cadence = to_lower(reader.text({"cadence"}, "cadence"));
  const auto read_day = [&](const char* name, const char* field, const char* cadence, std::optional<std::string>& day) {
    if (request.cadence != cadence) return reader.keep(name);
    if (auto text = reader.text({name}, field); !text.empty()) day = std::move(text);
  };
  read_day("dayOfWeek", "on", "weekly", request.on);
  read_day("dayOfMonth", "day", "monthly", request.day);
  request.format = reader.text({"format"}, "format");
  draft.active = reader.flag({"isActive"}, "active").value_or(true);
  for (const auto* name :
       {"createdById", "createdAt", "updatedAt", "nextRunAt", "lastRunAt", "lastRunStatus", "lastRunError", "failureCount"})
    reader.keep(name);
  reader.finish(ignored);
  set_extra(row, Json::object(), reader.kept());
}

/// By its report, and where that is unknown by fields that only such schedules have.
bool is_commerce(const Json& value) {
  const auto type = value.find("reportType");
  const std::string letters = type != value.end() && type->is_string() ? letters_of(type->get_ref<const std::string&>()) : "";
  const auto is_one_of = [&](const auto& reports) {
    return std::any_of(std::begin(reports), std::end(reports),
                       [&](const OldReport& report) { return letters_of(report.word) == letters; });
  };
  if (is_one_of(kCommerceReports) || is_one_of(kFleetReports)) return is_one_of(kCommerceReports);
  constexpr const char* kOwn[] = {"companyId", "createdById", "dayOfWeek", "dayOfMonth", "mode"};
  return std::any_of(std::begin(kOwn), std::end(kOwn), [&](const char* name) { return value.contains(name); });
}

/// 0 is Sunday there, and 7 nothing.
void read_weekday(RowReader& reader, LegacyRow& row) {
  auto& request = row.draft.request;
  if (request.cadence != "weekly") return reader.keep("day_of_week");
  const auto text = reader.text({"day_of_week"}, "on");
  if (text.empty()) return;
  const auto day = parse_integer(text);
  if (!day || *day < 0 || *day > 6) {
    return reader.problem("day_of_week_required", "day_of_week", "on", fmt::format("\"{}\" is not 0 to 6", shown_word(text)),
                          "0 is Sunday, 6 is Saturday");
  }
  request.on = schedule::weekday_name(*day == 0 ? 7 : static_cast<int>(*day));
}

void read_day_of_month(RowReader& reader, LegacyRow& row) {
  auto& request = row.draft.request;
  if (request.cadence != "monthly") return reader.keep("day_of_month");
  if (auto day = reader.text({"day_of_month"}, "day"); !day.empty()) request.day = std::move(day);
}

std::string value_text(const Json& value) { return value.is_string() ? value.get<std::string>() : json_text(value); }

void read_parameters(RowReader& reader, const Json& config, schedule::Parameters& parameters) {
  const auto given = config.find("parameters");
  if (given == config.end() || given->is_null()) return;
  if (!given->is_object())
    return reader.problem("config.parameters", "params", "an object with the values of each parameter is expected");
  for (const auto& [name, value] : given->items()) {
    const auto list = value.is_array() ? value : Json::array({value});
    const bool plain = std::none_of(list.begin(), list.end(), [](const Json& item) { return item.is_structured(); });
    if (!plain) {
      reader.problem("config.parameters." + shown_word(name), "params", "a value or a list of values is expected");
      continue;
    }
    for (const auto& item : list) {
      if (!item.is_null()) parameters[name].push_back(value_text(item));
    }
  }
}

void read_columns(RowReader& reader, const Json& config, std::vector<std::string>& columns) {
  const auto given = config.find("columns");
  if (given == config.end() || given->is_null()) return;
  if (!given->is_array() || !std::all_of(given->begin(), given->end(), [](const Json& name) { return name.is_string(); }))
    return reader.problem("config.columns", "columns", "a list of names is expected");
  columns = given->get<std::vector<std::string>>();
}

/// `config`: the parameters and the columns go where they belong, the rest is further configuration here too.
Json read_config(RowReader& reader, LegacyRow& row) {
  const auto* value = reader.take({"config"}, "extra");
  if (value == nullptr) return Json::object();
  const Json config = value->is_string() ? json_or_discarded(value->get_ref<const std::string&>()) : *value;
  if (!config.is_object()) {
    reader.problem("config", "extra", "a JSON object is expected");
    return Json::object();
  }
  read_parameters(reader, config, row.draft.request.parameters);
  read_columns(reader, config, row.draft.request.columns);
  Json extra = Json::object();
  for (const auto& [name, inner] : config.items()) {
    if (name == "parameters" || name == "columns" || inner.is_null()) continue;
    if (name == kImportedFrom) {
      reader.problem(fmt::format("config.{}", kImportedFrom), "extra", "the import writes this key itself");
    } else {
      extra[name] = inner;
    }
  }
  return extra;
}

void read_outreach_row(const Json& value, LegacyRow& row, const std::set<std::string>& ignored) {
  RowReader reader(value, row);
  auto& draft = row.draft;
  auto& request = draft.request;
  row.id = reader.text({"id"}, "");
  row.tenant = reader.text({"tenant_id"}, "account");
  request.report = report_of(reader, {"report_type"}, kOutreachReports);
  const auto workspace = reader.text({"workspace_id"}, "scope");
  request.scope = workspace.empty() ? "account" : "workspace:" + workspace;
  draft.name = reader.text({"name"}, "name");
  draft.description = reader.text({"description"}, "description");
  draft.recipients = reader.recipients();
  draft.at = reader.text({"time"}, "at");
  request.timezone = reader.text({"timezone"}, "timezone");
  if (request.timezone.empty()) request.timezone = "UTC";  // the column's default, whatever the account's zone is here
  request.cadence = to_lower(reader.text({"frequency"}, "cadence"));
  read_weekday(reader, row);
  read_day_of_month(reader, row);
  if (auto range = reader.text({"date_range"}, "window"); !range.empty()) request.window = to_lower(range);
  request.format = reader.text({"format"}, "format");
  draft.active = reader.flag({"is_active"}, "active").value_or(true);
  auto extra = read_config(reader, row);
  for (const auto* name : {"created_at", "updated_at", "last_run_at", "next_run_at", "created_by"}) reader.keep(name);
  reader.finish(ignored);
  set_extra(row, std::move(extra), reader.kept());
}

}  // namespace

LegacyRow read_legacy_row(const Json& value, const RowPlace& place) {
  LegacyRow row;
  row.file = place.file;
  row.number = place.number;
  const auto refuse = [&](std::string message, std::string hint) {
    row.problems.push_back({"row_invalid", "row", std::move(message), std::move(hint)});
    row.unread.insert("account");
    return row;
  };
  if (!value.is_object()) return refuse(fmt::format("a schedule is an object, not {}", RowReader::kind_of(value)), "");
  const bool fleet = value.contains("reportType") || value.contains("depotId") || value.contains("accountId");
  const bool outreach = value.contains("report_type") || value.contains("tenant_id");
  if (fleet == outreach) {
    return refuse(fleet ? "it has fields of two old systems" : "it is of no old system that is known",
                  "a fleet or commerce schedule has reportType, a row of scheduled_reports has report_type");
  }
  if (is_commerce(value)) {
    row.system = "commerce";
    read_commerce_row(value, row, place.ignored);
    return row;
  }
  row.system = fleet ? "fleet" : "scheduled_reports";
  fleet ? read_fleet_row(value, row, place.ignored) : read_outreach_row(value, row, place.ignored);
  return row;
}

std::string imported_id(const LegacyRow& row, const std::string& account) {
  Json identity = {"imported schedule", row.system, account};
  if (row.id.empty()) {
    identity.insert(identity.end(), {"name", row.draft.request.scope, row.draft.name});
  } else {
    identity.insert(identity.end(), {"id", row.id});
  }
  return sha256_hex(json_text(identity)).substr(0, 16);
}

}  // namespace reportctl::legacy
