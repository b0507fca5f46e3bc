// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/run/retention.hpp"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "events.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/base/json.hpp"
#include "reportctl/base/leftovers.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/store/audit.hpp"

namespace reportctl::run {
namespace {

constexpr const char* kLastPrune = "last_prune_at";
constexpr const char* kReached = "pruned_up_to";
constexpr std::int64_t kDaySeconds = 86400;
/// Somebody may have stored the same bytes again and not have recorded it yet.
constexpr auto kGraceOfKnown = std::chrono::hours(1);
/// Files of an older or newer state file are not known either: time to put the right one back.
constexpr auto kGraceOfUnknown = std::chrono::hours(24 * 7);
/// So many may be left by interrupted commands, whatever else there is.
constexpr std::int64_t kFewUnknown = 20;
/// By no more than this the daily one moves on, whatever the clock and the configuration say today: a month's worth is not
/// removed because the clock was wrong for an hour, or a number in the policy.
constexpr auto kStep = std::chrono::hours(48);
/// What interrupted commands left unfinished.
constexpr auto kGraceOfLeftovers = std::chrono::hours(36);

std::optional<Instant> cut(Instant now, const settings::Retention::Keep& keep) {
  return keep ? std::optional(now - *keep) : std::nullopt;
}

settings::Retention::Keep shorter(const settings::Retention::Keep& a, const settings::Retention::Keep& b) {
  return a && b ? std::min(*a, *b) : a ? a : b;
}

store::Cuts cuts_of(const settings::Retention& keep, PruneWhat what, Instant now) {
  store::Cuts cuts;
  cuts.now = now;
  cuts.export_files = cut(now, keep.exports);
  if (what == PruneWhat::export_files) return cuts;
  cuts.runs = cut(now, keep.runs);
  cuts.run_files = cut(now, keep.artifacts);
  cuts.notifications = cut(now, keep.notifications);
  cuts.audit = cut(now, keep.audit);
  return cuts;
}

/// The stored files by what the state says of them.
struct Sorted {
  std::vector<artifact::StoredFile> known, unknown;  ///< that may go
  std::int64_t kept = 0, young = 0;
};

/// Files tell their age by the real clock, so that a rehearsal at another hour does not take what is just being made.
Sorted sorted_files(Parts& parts, const store::Cuts& cuts, PruneMode mode) {
  const auto now = mode == PruneMode::real ? std::min(host_clock(), cuts.now) : host_clock();
  Sorted sorted;
  parts.artifacts().each([&](const artifact::StoredFile& file) {
    throw_if_stopped();
    if (store::is_file_kept(parts.state(), file.sha256, cuts)) {
      ++sorted.kept;
    } else if (store::is_file_known(parts.state(), file.sha256)) {
      if (file.stored_at < now - kGraceOfKnown) {
        sorted.known.push_back(file);
      } else {
        ++sorted.young;
      }
    } else if (file.stored_at < now - kGraceOfUnknown) {
      sorted.unknown.push_back(file);
    }
  });
  return sorted;
}

void sweep_files(Parts& parts, const store::Cuts& cuts, PruneMode mode, UnknownFiles unknown, Pruned& pruned) {
  auto sorted = sorted_files(parts, cuts, mode);
  pruned.young = sorted.young;
  const auto strangers = static_cast<std::int64_t>(sorted.unknown.size());
  if (unknown == UnknownFiles::few && strangers > kFewUnknown && strangers > sorted.kept) {
    pruned.unknown = strangers;
  } else {
    sorted.known.insert(sorted.known.end(), sorted.unknown.begin(), sorted.unknown.end());
  }
  for (const auto& file : sorted.known) {
    throw_if_stopped();
    const auto just_stored = host_clock() - kGraceOfKnown;  // again, since we looked
    if (mode == PruneMode::real && !parts.own_artifacts().remove(file.sha256, just_stored)) continue;
    ++pruned.files;
    pruned.bytes += file.bytes;
  }
}

store::AuditEvent pruned_event(const Pruned& pruned, const std::string& actor) {
  nlohmann::ordered_json payload = {{"runs", pruned.rows.runs},
                                    {"exports", pruned.rows.exports},
                                    {"runFiles", pruned.rows.run_files},
                                    {"exportFiles", pruned.rows.export_files},
                                    {"notifications", pruned.rows.notifications},
                                    {"auditRecords", pruned.rows.audit},
                                    {"files", pruned.files},
                                    {"bytes", pruned.bytes},
                                    {"unknownFilesKept", pruned.unknown}};
  if (!pruned.rows.audit_head.empty()) payload["auditHead"] = pruned.rows.audit_head;
  return {.name = store::kRetentionApplied, .account = {}, .subject = {}, .actor = actor, .payload = json_text(payload)};
}

Pruned remove_what_is_old(Parts& parts, const store::Cuts& cuts, UnknownFiles unknown, const store::RowsDone& progress = {}) {
  Pruned pruned;
  parts.own_artifacts();  // nothing is forgotten whose file cannot be removed
  pruned.rows = store::prune_rows(parts.state(), cuts, progress);
  sweep_files(parts, cuts, PruneMode::real, unknown, pruned);
  const auto before = std::min(host_clock(), cuts.now) - kGraceOfLeftovers;
  parts.own_artifacts().sweep(before);
  remove_leftovers(parts.state().path().parent_path(), before);
  if (pruned.any()) store::append_audit(parts.state(), {pruned_event(pruned, cuts.actor)}, parts.moment());
  return pruned;
}

/// The time up to which the daily one goes: the clock's, but not far beyond that of the one before.
Instant daily_now(store::State& state, Instant now) {
  const auto reached = state.fact(kReached);
  const auto before = reached ? reached : state.fact(kLastPrune);
  const auto last = before ? parse_instant(*before) : std::nullopt;
  return last ? std::min(now, *last + kStep) : now;
}

}  // namespace

settings::Retention::Keep life_of_run_files(const settings::Retention& keep) { return shorter(keep.artifacts, keep.runs); }
settings::Retention::Keep life_of_exports(const settings::Retention& keep) { return shorter(keep.exports, keep.runs); }

Pruned prune(Parts& parts, PruneMode mode, const Pruning& pruning) {
  if (mode == PruneMode::real && clock_is_replaced()) {
    throw Error(ErrorKind::usage, "nothing is removed while REPORTCTL_NOW replaces the clock",
                "unset it; --dry-run shows what would go then");
  }
  auto cuts = cuts_of(parts.settings().retention, pruning.what, parts.now());
  cuts.actor = pruning.actor;
  if (mode == PruneMode::real)
    return acting(parts, [&] { return remove_what_is_old(parts, cuts, pruning.unknown, pruning.progress); });
  Pruned pruned;
  pruned.rows = store::count_prunable(parts.state(), cuts);
  sweep_files(parts, cuts, mode, pruning.unknown, pruned);
  return pruned;
}

std::vector<store::Prunable> prunable(Parts& parts, PruneWhat what, int limit) {
  return store::list_prunable(parts.state(), cuts_of(parts.settings().retention, what, parts.now()), limit);
}

bool prune_is_due(store::State& state, Instant now) {
  if (clock_is_replaced()) return false;
  const auto text = state.fact(kLastPrune);
  const auto last = text ? parse_instant(*text) : std::nullopt;
  return !last || now < *last || (now - *last).count() >= kDaySeconds;
}

Pruned prune_daily(Parts& parts) {
  if (!prune_is_due(parts.state(), parts.now())) return {};
  const auto now = daily_now(parts.state(), parts.now());
  if (!store::claim_daily(parts.state(), kLastPrune, parts.now(), kDaySeconds)) return {};
  parts.state().set_fact(kReached, format_utc(now));
  auto cuts = store::in_steps(parts.state(), cuts_of(parts.settings().retention, PruneWhat::everything, now), kStep);
  cuts.actor = kRunActor;
  const auto due = store::count_prunable(parts.state(), cuts_of(parts.settings().retention, PruneWhat::everything, parts.now()));
  const bool limited = due.total() > store::count_prunable(parts.state(), cuts).total();
  auto pruned = acting(parts, [&] { return remove_what_is_old(parts, cuts, UnknownFiles::few); });
  pruned.limited = limited;
  return pruned;
}

}  // namespace reportctl::run
