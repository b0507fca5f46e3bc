// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/catalog/catalog.hpp"
#include "reportctl/schedule/schedule.hpp"
#include "reportctl/validation/violation.hpp"

namespace reportctl::validation {

/// What someone wants of a report, whatever the door: an on-demand run, a schedule at save, a schedule at run.
struct Request {
  catalog::Surface surface = catalog::Surface::run;
  std::string report;                                  ///< as written: id or alias
  schedule::Scope scope;
  std::string timezone;                                ///< IANA; empty: inherited
  std::optional<schedule::WindowChoice> window;        ///< empty: the module's default
  std::string format;                                  ///< as written; empty: the module's default
  schedule::Parameters parameters;
};

/// What is known about the world, so that validation itself stays pure.
struct Context {
  const catalog::Catalog& catalog;
  const access::Account& account;
  std::set<access::Role> roles;             ///< of the actor, or at run of the schedule's owner, in account and scope
  std::vector<std::string> allowed_domains; ///< the configuration's; the account's own come on top: both must allow
  Instant now{};
  /// A default zone for the scope (a depot's own), when known.
  std::string scope_timezone;
};

/// A request that holds: everything resolved, nothing to guess.
struct Resolved {
  const catalog::Report* report = nullptr;
  schedule::Scope scope;
  std::string timezone;
  schedule::WindowChoice window;
  std::string format;                       ///< canonical
  schedule::Parameters parameters;          ///< canonical text, defaults filled in, duplicates of a list removed
};

struct RequestCheck {
  Violations violations;                    ///< all of them, not the first
  std::optional<Resolved> resolved;         ///< present exactly when there are none
};

/// The rules that hold for every door: report, surface, scope, roles, feature, window, zone, format, parameters.
RequestCheck check_request(const Request&, const Context&);

/// The request that a schedule makes.
Request request_of(const schedule::Definition&);

/// All rules of a schedule: those of its request, then cadence, day, time, recipients. Uniqueness of the name is the store's to tell.
struct ScheduleCheck {
  Violations violations;
  std::optional<Resolved> resolved;
};
ScheduleCheck check_schedule(const schedule::Definition&, const Context&);

/// Recipients against syntax-free rules: present, no duplicates, domains allowed.
Violations check_recipients(const std::vector<Mailbox>&, const Context&);

}  // namespace reportctl::validation
