// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "reportctl/access/access.hpp"
#include "reportctl/base/text_template.hpp"
#include "reportctl/base/zone.hpp"
#include "reportctl/rows/query.hpp"
#include "reportctl/run/parts.hpp"
#include "reportctl/run/standing.hpp"
#include "reportctl/validation/validate.hpp"

namespace reportctl::run {

/// A run with every question answered: which rows, of which period, written how, under which name.
struct RunPlan {
  validation::Resolved resolved;
  access::Account account;
  std::optional<access::Member> member;  ///< of a schedule: on whose behalf it runs
  std::string site_name;                 ///< of a depot or workspace, as its source names it; empty for a whole account
  Instant at{};                          ///< the slot, or the clock on demand and for a snapshot
  Instant made_at{};                     ///< the clock
  schedule::Window window;
  std::optional<schedule::Window> compared_with;  ///< the period before, where there is one
  Zone zone = Zone::utc();
  const catalog::Shape* shape = nullptr;  ///< borrowed from the catalog
  rows::Query query;
  /// What else restricts the rows, for people: `Vehicles`, `Kangoo, Ersatz`; chosen columns too. Without the site.
  std::vector<std::pair<std::string, std::string>> filters;
  [[nodiscard]] Locale locale() const { return {zone, resolved.language}; }
  TextTemplate::Values text_values;  ///< what its texts may name before the rows are known
  std::optional<Mailbox> reply_to;   ///< of a schedule that names one
  std::string file_name;             ///< `sales_account_2026-03-01_2026-03-31.csv`
  struct File {
    std::string format, name;
  };
  std::vector<File> more_files;  ///< the same rows in the further formats of a schedule
  std::string sheet;             ///< of a workbook
  std::vector<RunPlan> also;     ///< the further reports of a schedule
  bool is_workbook = false;      ///< they are sheets of the first file
  /// What its mails carry, each name once.
  [[nodiscard]] std::vector<File> files() const;
  std::vector<schedule::Place>
      places;  ///< of a schedule, where its files go besides mailboxes: paths with their names, each once
};

/// Broken rules: the run is *rejected*, which is not a failure of the pipe.
struct Rejection {
  validation::Violations violations;
};

/// What the rules need to know, but the zone of a site. The account is borrowed.
validation::Context context(Parts&, const access::Account&, const std::set<access::Role>& roles, Instant at);

/// For every door: validates the request, resolves its window against `at`, checks selectors against the data, and builds the
/// query. Throws Error(source) or Error(config) when the source cannot be asked.
std::variant<RunPlan, Rejection> plan(Parts&, const validation::Request&, const access::Account&,
                                      const std::set<access::Role>& roles, Instant at);

/// The plan of a schedule's run: all rules of the schedule again, with the roles of its owner, the window from the slot.
std::variant<RunPlan, Rejection> plan_schedule(Parts&, const schedule::Schedule&, Standing, Instant slot);
std::variant<RunPlan, Rejection> plan_schedule(Parts&, const schedule::Schedule&, Instant slot);
/// Where the period of an occurrence begins as far as the one before says so: by the rhythm, and of since_previous at the newest
/// one that was not skipped, so that nothing between is lost. None for other periods.
std::optional<Instant> begin_of(Parts&, const schedule::Schedule&, Instant slot);

/// Why what was made for the schedule may not be sent any more: who stands behind it has left or lost a right, or a domain is not
/// allowed any more.
validation::Violations no_longer_allowed(Parts&, const schedule::Schedule&, Instant slot);

/// Has the source prepare the query of a request that holds. Error(source) where it cannot; a source that cannot be reached tells
/// nothing.
void check_query(Parts&, const validation::Resolved&, const access::Account&, Instant at);
/// The names of the chosen selectors, by parameter and id.
using ChoiceNames = std::map<std::string, std::map<std::string, std::string>>;
/// Selectors that the data does not know, within the scope (parameter_not_found), by the module's `choices`. Notes the names of
/// those that it knows.
validation::Violations check_choices(Parts&, const validation::Resolved&, const access::Account&, Instant at,
                                     ChoiceNames* names = nullptr);

struct Choice {
  std::string id;
  std::string name;
};
/// What a parameter can be, from the same query; streams into memory, at most `limit`.
std::vector<Choice> list_choices(Parts&, const catalog::Report&, const catalog::Parameter&, const access::Account&,
                                 const schedule::Scope&, std::size_t limit);

}  // namespace reportctl::run
