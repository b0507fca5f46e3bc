// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/run_state.hpp"

#include <array>
#include <cstddef>

namespace reportctl::store {
namespace {

constexpr bool kOpen = false, kFinished = true, kBad = false, kWell = true;

constexpr std::array<RunStateFacts, 12> kRunStates{{
    {RunState::waiting, "waiting", kOpen, kBad, "failed", "waiting for its data"},
    {RunState::triggered, "triggered", kOpen, kBad, "failed", "started"},
    {RunState::generated, "generated", kOpen, kBad, "failed", "not sent yet"},
    {RunState::delivered, "delivered", kFinished, kWell, "ok", "delivered"},
    {RunState::partial, "partial", kFinished, kBad, "partial", "delivered to some recipients only"},
    {RunState::delivery_failed, "delivery_failed", kFinished, kBad, "failed", "not delivered"},
    {RunState::unknown, "unknown", kFinished, kBad, "failed", "delivery unconfirmed"},
    {RunState::no_data, "no_data", kFinished, kWell, "ok", "no data"},
    {RunState::quiet, "quiet", kFinished, kWell, "ok", "nothing to tell"},
    {RunState::rejected, "rejected", kFinished, kBad, "failed", "rejected"},
    {RunState::failed, "failed", kFinished, kBad, "failed", "failed"},
    {RunState::skipped, "skipped", kFinished, kWell, "skipped", "skipped"},
}};

constexpr bool stand_in_order() {
  for (std::size_t i = 0; i < kRunStates.size(); ++i)
    if (static_cast<std::size_t>(kRunStates[i].state) != i) return false;
  return true;
}
static_assert(stand_in_order());

}  // namespace

const RunStateFacts& facts_of(RunState state) { return kRunStates.at(static_cast<std::size_t>(state)); }

std::optional<RunState> parse_run_state(std::string_view name) {
  for (const auto& facts : kRunStates)
    if (facts.name == name) return facts.state;
  return std::nullopt;
}

std::vector<std::string> run_state_names() {
  std::vector<std::string> names;
  for (const auto& facts : kRunStates) names.emplace_back(facts.name);
  return names;
}

}  // namespace reportctl::store
