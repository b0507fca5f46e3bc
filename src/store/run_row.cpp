// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "run_row.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "definition.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/text.hpp"
#include "schedule_row.hpp"

namespace reportctl::store {
namespace {

constexpr std::array<std::string_view, 2> kTriggers{"scheduled", "test"};
constexpr std::array<std::string_view, 7> kDeliveryStates{"queued",   "sending", "handing_over", "accepted",
                                                          "deferred", "refused", "unknown"};

/// Names stand in the order of the enumerators.
template <typename Enum, std::size_t Size>
std::optional<Enum> parse_name(const std::array<std::string_view, Size>& names, std::string_view name) {
  for (std::size_t index = 0; index < Size; ++index) {
    if (names[index] == name) return static_cast<Enum>(index);
  }
  return std::nullopt;
}

template <std::size_t Size, typename Enum>
std::string_view name_in(const std::array<std::string_view, Size>& names, Enum value) {
  return names.at(static_cast<std::size_t>(value));
}

}  // namespace

std::string_view trigger_name(Trigger trigger) { return name_in(kTriggers, trigger); }
std::string_view delivery_state_name(DeliveryState state) { return name_in(kDeliveryStates, state); }
std::optional<DeliveryState> parse_delivery_state(std::string_view name) {
  return parse_name<DeliveryState>(kDeliveryStates, name);
}

const char* const kSelectRun =
    "SELECT r.id, ifnull(r.schedule_id, ''), r.schedule_name, r.account, r.report, r.trigger, r.state, r.slot, r.created_at, "
    "r.finished_at, "
    "r.fence, r.resumed, r.resume_at, r.first_day, r.last_day, r.snapshot, r.timezone, r.format, r.reason, r.violations, "
    "r.row_count, "
    "r.bytes, "
    "r.generation_ms, r.artifact_sha256, r.artifact_name, r.mail, r.owner_host, r.owner_boot, r.owner_pid, r.owner_start, "
    "r.lease_until, "
    "r.definition, r.file_pruned_at FROM runs r";

StoredRun read_run(Query& query) {
  StoredRun stored;
  Run& run = stored.run;
  run.id = query.text();
  run.schedule_id = query.text();
  run.schedule_name = query.text();
  run.account = query.text();
  run.report = query.text();
  run.trigger = parse_name<Trigger>(kTriggers, query.text()).value_or(Trigger::test);
  run.state = parse_run_state(query.text()).value_or(RunState::failed);
  run.slot = query.optional_instant();
  run.created_at = query.instant();
  run.finished_at = query.optional_instant();
  run.fence = query.integer();
  run.resumed = query.small();
  run.resume_at = query.optional_instant();
  run.period = query.optional_period();
  run.timezone = query.text();
  run.format = query.text();
  run.reason = query.text();
  run.violations = query.text();
  run.rows = query.optional_integer();
  run.bytes = query.optional_integer();
  run.generation_ms = query.optional_integer();
  run.artifact_sha256 = query.text();
  run.artifact_name = query.text();
  run.mail = query.text();
  stored.owner = read_owner(query);
  stored.definition = query.optional_text();
  run.file_pruned_at = query.optional_instant();
  return stored;
}

std::optional<StoredRun> find_run(Connection& connection, std::string_view id) {
  Query query(connection, fmt::format("{} WHERE r.id = ?", kSelectRun));
  if (!query.bind(id).next()) return std::nullopt;
  return read_run(query);
}

Claim claim_of(Connection& connection, const StoredRun& stored) {
  Claim claim{.run = stored.run, .schedule = {}};
  if (!stored.run.schedule_id.empty())
    claim.schedule = find_schedule(connection, stored.run.schedule_id).value_or(schedule::Schedule{});
  if (!stored.definition) return claim;
  auto& definition = claim.schedule.definition;
  definition.account = stored.run.account;
  definition.name = stored.run.schedule_name;
  definition.report = stored.run.report;
  read_definition(*stored.definition, definition);
  return claim;
}

void refuse(Connection& connection, const Claim& claim, std::string_view what) {
  const auto stored = find_run(connection, claim.run.id);
  if (!stored) throw FenceLost(fmt::format("run {} does not exist any more", claim.run.id));
  if (stored->run.fence != claim.run.fence || !stored->owner.process) {
    throw FenceLost(fmt::format("run {} belongs to another process now", claim.run.id));
  }
  throw Error(ErrorKind::conflict, fmt::format("run {} is {}: {}", claim.run.id, run_state_name(stored->run.state), what));
}

}  // namespace reportctl::store
