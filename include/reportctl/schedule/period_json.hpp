// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reportctl/schedule/window.hpp"

namespace reportctl::schedule {

/// How programs read a period, wherever it is written: lists, records and webhooks.
inline nlohmann::ordered_json period_json(const Period& period) {
  nlohmann::ordered_json json{{"description", describe(period)},
                              {"snapshot", period.snapshot},
                              {"first_day", format_date(period.first)},
                              {"last_day", format_date(period.last)}};
  if (period.part) json["first_time"] = format_time_of_day(period.part->from);
  if (period.part) json["last_time"] = format_time_of_day(period.part->to);
  return json;
}

/// The same with its zone, of something recorded; null before the period is known.
inline nlohmann::ordered_json period_json(const std::optional<Period>& period, const std::string& timezone) {
  if (!period) return nullptr;
  auto json = period_json(*period);
  json["timezone"] = timezone;
  return json;
}

}  // namespace reportctl::schedule
