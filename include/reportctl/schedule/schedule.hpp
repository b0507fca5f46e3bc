// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reportctl/base/address.hpp"
#include "reportctl/base/time.hpp"
#include "reportctl/schedule/cadence.hpp"
#include "reportctl/schedule/window.hpp"

namespace reportctl::schedule {

enum class ScopeKind { account, depot, workspace };

/// Which rows: those of a whole account, or of one of its sites (a depot or a workspace).
struct Scope {
  ScopeKind kind = ScopeKind::account;
  std::string site;  ///< the site's id; empty for account
  /// `account`, `depot:north`, `workspace:w1`.
  static std::optional<Scope> parse(std::string_view);
  [[nodiscard]] std::string str() const;
  bool operator==(const Scope&) const = default;
};
std::string_view scope_kind_name(ScopeKind);
std::optional<ScopeKind> parse_scope_kind(std::string_view);

/// Parameters by name, as text; their types are the module's business. A list has several values.
using Parameters = std::map<std::string, std::vector<std::string>>;

enum class NoData { send, skip };
std::optional<NoData> parse_no_data(std::string_view);
std::string_view no_data_name(NoData);

/// What a person decides about a schedule: the fields of add, edit and apply.
struct Definition {
  std::string name;     ///< unique per account
  std::string account;  ///< account id
  std::string description;
  std::string report;  ///< canonical report id
  Scope scope;
  Cadence cadence;
  std::optional<TimeOfDay> at;
  std::string timezone;              ///< IANA name; empty: the account's
  std::optional<NamedRange> range;   ///< instead of the module's own window
  std::optional<int> lookback_days;  ///< for lookback modules
  std::string format = "csv";
  Parameters parameters;
  std::string extra;  ///< further configuration, a JSON object as text; empty when none
  std::vector<Mailbox> recipients;
  std::string subject;            ///< template; empty: the default
  std::optional<NoData> no_data;  ///< empty: the policy's
  bool active = true;
  bool operator==(const Definition&) const = default;
};

/// A stored schedule: the definition and what has become of it.
struct Schedule {
  std::string id;
  Definition definition;
  std::string created_by;  ///< login
  std::string owner;       ///< member id on whose behalf it runs; empty: the operator who made it
  Instant created_at{};
  Instant updated_at{};
  std::optional<Instant> next_run_at;  ///< kept while paused
  std::optional<Instant> last_run_at;
  std::string last_run_status;  ///< empty, or a run state's word: ok, partial, failed
  std::string last_run_error;
  int failure_count = 0;      ///< consecutive scheduled runs that did not end delivered or no_data
  std::int64_t revision = 0;  ///< grows with every change
};

/// The zone in which a schedule's time and days are meant: its own, else the account's, else UTC.
std::string effective_timezone(const Definition&, std::string_view account_timezone);
/// The same as a zone; none when this system does not know it (any more).
std::optional<Zone> effective_zone(const Definition&, std::string_view account_timezone);
/// When the schedule fires, in that zone.
Rhythm rhythm_of(const Definition&, const Zone&);

}  // namespace reportctl::schedule
