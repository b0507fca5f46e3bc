// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/schedule/schedule.hpp"

#include <algorithm>
#include <array>

#include "reportctl/base/text.hpp"
#include "words.hpp"

namespace reportctl::schedule {

namespace {

constexpr std::array<std::string_view, 3> kScopeKinds = {"account", "depot", "workspace"};
constexpr std::array<std::string_view, 2> kNoData = {"send", "skip"};
constexpr std::array<std::string_view, 3> kMissed = {"coalesce", "all", "skip"};
constexpr std::array<std::string_view, 2> kLate = {"fail", "send"};

}  // namespace

std::string_view scope_kind_name(ScopeKind kind) { return kScopeKinds.at(static_cast<std::size_t>(kind)); }
std::optional<ScopeKind> parse_scope_kind(std::string_view text) { return parse_word<ScopeKind>(kScopeKinds, text); }

std::string_view no_data_name(NoData choice) { return kNoData.at(static_cast<std::size_t>(choice)); }
std::optional<NoData> parse_no_data(std::string_view text) { return parse_word<NoData>(kNoData, text); }

std::string_view missed_name(Missed choice) { return kMissed.at(static_cast<std::size_t>(choice)); }
std::optional<Missed> parse_missed(std::string_view text) { return parse_word<Missed>(kMissed, text); }
std::vector<std::string> missed_names() { return {kMissed.begin(), kMissed.end()}; }

std::string_view late_name(Late choice) { return kLate.at(static_cast<std::size_t>(choice)); }
std::optional<Late> parse_late(std::string_view text) { return parse_word<Late>(kLate, text); }
std::vector<std::string> late_names() { return {kLate.begin(), kLate.end()}; }

std::optional<Scope> Scope::parse(std::string_view text) {
  constexpr std::size_t kLongestSite = 200;
  const std::size_t colon = text.find(':');
  const auto kind = parse_scope_kind(text.substr(0, colon));
  if (!kind) return std::nullopt;
  if (*kind == ScopeKind::account) return colon == std::string_view::npos ? std::optional(Scope{}) : std::nullopt;
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view site = text.substr(colon + 1);
  if (site.empty() || site.size() > kLongestSite || site != trim(site) || visible(site) != site) return std::nullopt;
  return Scope{*kind, std::string(site)};
}

std::string Scope::str() const {
  std::string text(scope_kind_name(kind));
  if (kind != ScopeKind::account) text += ":" + site;
  return text;
}

std::optional<Place> Place::parse(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || text.find('@') != std::string_view::npos || !is_entry_name(text.substr(0, colon)))
    return std::nullopt;
  return Place{std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
}

std::vector<std::string> Recipients::texts() const {
  std::vector<std::string> texts;
  for (const auto& mailbox : mailboxes) texts.push_back(mailbox.str());
  for (const auto& place : places) texts.push_back(place.str());
  return texts;
}

std::vector<std::string> reports_of(const Definition& definition) {
  std::vector<std::string> reports{definition.report};
  for (const auto& also : definition.also)
    if (std::find(reports.begin(), reports.end(), also.report) == reports.end()) reports.push_back(also.report);
  return reports;
}

Recipients all_recipients(const Definition& definition) {
  auto all = definition.recipients;
  for (const auto& [key, row] : definition.parts.rows)
    for (const auto& to : row.to) {
      const Recipient recipient(to);
      if (recipient.mailbox()) all.mailboxes.push_back(*recipient.mailbox());
      if (recipient.place()) all.places.push_back(*recipient.place());
    }
  return all;
}

std::string effective_timezone(const Definition& definition, std::string_view account_timezone) {
  if (!definition.timezone.empty()) return definition.timezone;
  return account_timezone.empty() ? "UTC" : std::string(account_timezone);
}

std::optional<Zone> effective_zone(const Definition& definition, std::string_view account_timezone) {
  return Zone::find(effective_timezone(definition, account_timezone));
}

bool same_question(const Definition& a, const Definition& b) {
  return a.report == b.report && a.scope == b.scope && a.parameters == b.parameters && a.columns == b.columns &&
         a.send == b.send && a.parts.module == b.parts.module;
}

Rhythm rhythm_of(const Definition& definition, const Zone& zone) {
  return {.cadence = definition.cadence, .at = definition.at.empty() ? Times{TimeOfDay{}} : definition.at, .zone = zone};
}

}  // namespace reportctl::schedule
