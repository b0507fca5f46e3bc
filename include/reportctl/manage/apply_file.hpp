// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/base/yaml.hpp"
#include "reportctl/manage/webhook_rules.hpp"
#include "reportctl/validation/validate.hpp"

namespace reportctl::manage {

/// Where an item is written, for messages: `acme.yaml:12`.
struct Place {
  std::string file;
  int line = 0;
  int column = 0;
  [[nodiscard]] std::string str() const { return file + ":" + std::to_string(line); }
};

struct MemberEntry {
  Place place;
  access::Member member;  ///< without id
};

struct WebhookEntry {
  Place place;
  WrittenWebhook webhook;
};

struct AccountEntry {
  Place place;
  access::Account account;
  std::string logo;                                   ///< a file, from the directory of this one; empty: none
  std::optional<std::vector<MemberEntry>> members;    ///< nullopt: the file says nothing about them
  std::optional<std::vector<WebhookEntry>> webhooks;  ///< likewise
};

struct CalendarEntry {
  Place place;
  std::string name;
  std::string file;  ///< from the directory of this one
};

struct ScheduleEntry {
  Place place;
  validation::Draft draft;
  std::string rows_file;       ///< CSV with the rows of its parts, from the directory of this one; empty: none
  std::optional<bool> active;  ///< nullopt: as it is now, and true for a new one
};

/// What the files say should be (reportctl-schedule.5).
struct ApplyInput {
  std::vector<CalendarEntry> calendars;
  std::vector<AccountEntry> accounts;
  std::vector<ScheduleEntry> schedules;
  yaml::Problems problems;
};

/// Adds what one file says. Every problem is recorded with line and column: unknown keys, wrong kinds of value, items that are
/// there twice. The rules of reports are not this function's business.
void read_apply_file(std::string_view text, const std::string& file, ApplyInput& input);

/// A YAML value as JSON: what is not quoted and reads as a JSON number, boolean or null is one.
std::string json_of(const yaml::Node&);

}  // namespace reportctl::manage
