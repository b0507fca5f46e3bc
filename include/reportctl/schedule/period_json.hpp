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
  return {{"description", describe(period)},
          {"snapshot", period.snapshot},
          {"first_day", format_date(period.first)},
          {"last_day", format_date(period.last)}};
}

/// The same with its zone, of something recorded; null before the period is known.
inline nlohmann::ordered_json period_json(const std::optional<Period>& period, const std::string& timezone) {
  if (!period) return nullptr;
  auto json = period_json(*period);
  json["timezone"] = timezone;
  return json;
}

}  // namespace reportctl::schedule
