// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reportctl/schedule/window.hpp"
#include "reportctl/store/claims.hpp"

namespace reportctl::store {

/// A part of an occurrence, to be a run of its own.
struct NewPart {
  std::string key;
  RunState state = RunState::triggered;  ///< triggered or waiting; skipped or rejected: it ends before it began
  Instant slot{};                        ///< not before it
  std::optional<Instant> begins = {};
  std::optional<schedule::Definition> definition = {};  ///< its own; none: its row cannot be read
  std::string reason = {}, violations = {};
};
struct PartsRecord {
  std::vector<NewPart> parts;
  schedule::Period period;  ///< of the occurrence itself
  std::string timezone;
  AuditEvents events;
};
/// triggered → generated, with a run for each part that nobody works on yet, in one transaction: from now on the list is
/// asked again only when a person has rejected parts made.
void record_parts(State&, const Claim&, const PartsRecord&, Instant now);

/// How the parts of a run stand, by state; empty: it has none.
using PartCounts = std::vector<std::pair<RunState, std::int64_t>>;
PartCounts count_parts(State&, std::string_view run_id);
/// `{"all": 3, "delivered": 2, "failed": 1}`; null: it has none.
nlohmann::ordered_json parts_record(const PartCounts&);

}  // namespace reportctl::store
