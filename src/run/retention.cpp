// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/retention.hpp"

#include <chrono>
#include <nlohmann/json.hpp>

#include "acting.hpp"
#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/store/audit.hpp"

namespace reportctl::run {
namespace {

constexpr const char* kLastPrune = "last_prune_at";
constexpr std::int64_t kDaySeconds = 86400;
/// Somebody may have stored the same bytes again and not have recorded it yet.
constexpr auto kGraceOfKnown = std::chrono::hours(1);
/// A run that composes thousands of messages records its file late.
constexpr auto kGraceOfOrphans = std::chrono::hours(24);

std::optional<Instant> cut(Instant now, const settings::Retention::Keep& keep) {
  return keep ? std::optional(now - *keep) : std::nullopt;
}

store::Cuts cuts_of(const Parts& parts, PruneWhat what, const std::string& actor) {
  const auto& keep = parts.settings().retention;
  const Instant now = parts.now();
  store::Cuts cuts;
  cuts.now = now;
  cuts.actor = actor;
  cuts.export_files = cut(now, keep.exports);
  if (what == PruneWhat::export_files) return cuts;
  cuts.runs = cut(now, keep.runs);
  cuts.run_files = cut(now, keep.artifacts);
  cuts.notifications = cut(now, keep.notifications);
  cuts.audit = cut(now, keep.audit);
  return cuts;
}

/// Files tell their age by the real clock, so that a rehearsal at another hour does not take what is just being made.
void sweep_files(Parts& parts, const store::Cuts& cuts, PruneMode mode, Pruned& pruned) {
  const auto real_now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  parts.artifacts().each([&](const artifact::StoredFile& file) {
    throw_if_stopped();
    if (store::is_file_kept(parts.state(), file.sha256, cuts)) return;
    const bool known = store::is_file_known(parts.state(), file.sha256);
    const Instant before = real_now - (known ? kGraceOfKnown : kGraceOfOrphans);
    const bool old = file.stored_at < before;
    const bool goes = mode == PruneMode::real && old ? parts.artifacts().remove(file.sha256, before) : old;
    if (!goes) {
      pruned.young += known ? 1 : 0;
      return;
    }
    ++pruned.files;
    pruned.bytes += file.bytes;
  });
}

store::AuditEvent pruned_event(const Pruned& pruned, const std::string& actor) {
  nlohmann::ordered_json payload = {{"runs", pruned.rows.runs},
                                    {"exports", pruned.rows.exports},
                                    {"runFiles", pruned.rows.run_files},
                                    {"exportFiles", pruned.rows.export_files},
                                    {"notifications", pruned.rows.notifications},
                                    {"auditRecords", pruned.rows.audit},
                                    {"files", pruned.files},
                                    {"bytes", pruned.bytes}};
  if (!pruned.rows.audit_head.empty()) payload["auditHead"] = pruned.rows.audit_head;
  return {.name = store::kRetentionApplied, .account = {}, .subject = {}, .actor = actor, .payload = payload.dump()};
}

Pruned remove_what_is_old(Parts& parts, const store::Cuts& cuts) {
  Pruned pruned;
  pruned.rows = store::prune_rows(parts.state(), cuts);
  sweep_files(parts, cuts, PruneMode::real, pruned);
  if (pruned.any()) store::append_audit(parts.state(), {pruned_event(pruned, cuts.actor)}, parts.moment());
  return pruned;
}

}  // namespace

Pruned prune(Parts& parts, PruneMode mode, PruneWhat what, const std::string& actor) {
  if (mode == PruneMode::real && clock_is_replaced()) {
    throw Error(ErrorKind::usage, "nothing is removed while REPORTCTL_NOW replaces the clock",
                "unset it; --dry-run shows what would go then");
  }
  const auto cuts = cuts_of(parts, what, actor);
  if (mode == PruneMode::real) return acting(parts, [&] { return remove_what_is_old(parts, cuts); });
  Pruned pruned;
  pruned.rows = store::count_prunable(parts.state(), cuts);
  sweep_files(parts, cuts, mode, pruned);
  return pruned;
}

std::vector<store::Prunable> prunable(Parts& parts, PruneWhat what, int limit) {
  return store::list_prunable(parts.state(), cuts_of(parts, what, {}), limit);
}

bool prune_is_due(store::State& state, Instant now) {
  if (clock_is_replaced()) return false;
  const auto text = state.fact(kLastPrune);
  const auto last = text ? parse_instant(*text) : std::nullopt;
  return !last || now < *last || (now - *last).count() >= kDaySeconds;
}

Pruned prune_daily(Parts& parts) {
  if (!prune_is_due(parts.state(), parts.now())) return {};
  if (!store::claim_daily(parts.state(), kLastPrune, parts.now(), kDaySeconds)) return {};
  return prune(parts, PruneMode::real, PruneWhat::everything, kRunActor);
}

}  // namespace reportctl::run
