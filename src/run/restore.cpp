// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/restore.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "due_slots.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/store/accounts.hpp"
#include "reportctl/store/audit.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/ownership.hpp"
#include "reportctl/store/restore.hpp"
#include "reportctl/store/schedules.hpp"

namespace reportctl::run {
namespace {

constexpr int kAll = 1'000'000;

/// Every occurrence until now is a run that ended as unknown, and the next one is after now.
std::int64_t mark_slots(store::State& state, const std::string& reason, Instant now) {
  std::int64_t marked = 0;
  for (const auto& due : store::due_schedules(state, now, kAll)) {
    const auto schedule = store::find_schedule(state, due.schedule_id);
    const auto account = store::find_account(state, schedule->definition.account);
    auto slots = choose_slots(*schedule, account ? account->timezone : "", {}, due.next_run_at, now);
    if (slots.slot) slots.skipped.push_back(*slots.slot);
    store::ClaimRequest request;
    request.schedule_id = due.schedule_id;
    request.as_read = due.next_run_at;
    request.next = slots.next;
    request.skipped = slots.skipped;
    request.skipped_as = store::RunState::unknown;
    request.skip_reason = reason;
    request.now = now;
    store::claim_due(state, request);
    marked += static_cast<std::int64_t>(slots.skipped.size());
  }
  return marked;
}

}  // namespace

Restored restore_state(const RestoreOrder& order) {
  Restored restored;
  restored.kept = store::replace_state(order.state, order.backup, [&](store::State& state) {
    state.set_actor(order.actor);
    restored.known_until = store::known_until(state);
    const auto reason =
        fmt::format("{}: the backup knows nothing after {}", kUnknownAfterRestore, format_utc(restored.known_until));
    const auto unfinished = store::end_as_unknown(state, reason, order.now);
    restored.runs = unfinished.runs;
    restored.deliveries = unfinished.deliveries;
    restored.slots = mark_slots(state, reason, order.now);
    const nlohmann::ordered_json payload = {{"backup", order.backup.string()},
                                            {"knownUntil", format_utc(restored.known_until)},
                                            {"slots", restored.slots},
                                            {"runs", restored.runs},
                                            {"deliveries", restored.deliveries}};
    store::append_audit(
        state, {{.name = "StateRestored", .account = {}, .subject = {}, .actor = order.actor, .payload = json_text(payload)}},
        order.now);
  });
  auto state = store::State::open(order.state, store::OpenMode::existing);
  store::adopt_state(state);
  return restored;
}

}  // namespace reportctl::run
