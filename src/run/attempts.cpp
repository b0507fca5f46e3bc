// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "due_slots.hpp"

namespace reportctl::run {

std::string hopeless_reason(int takeovers) { return fmt::format("interrupted {} times; not tried again", takeovers); }

namespace {

constexpr std::array<int, 5> kMinutes{5, 10, 20, 40, 67};

}  // namespace

std::optional<Instant> next_attempt(Instant now, int attempts, int retries) {
  if (attempts > retries) return std::nullopt;
  const auto step = static_cast<std::size_t>(std::max(attempts, 1) - 1);
  return now + std::chrono::minutes(kMinutes[std::min(step, kMinutes.size() - 1)]);
}

Instant next_attempt_since(Instant now, Instant since) {
  return now + std::clamp(now - since, Instant::duration(std::chrono::minutes(kMinutes.front())),
                          Instant::duration(std::chrono::minutes(kMinutes.back())));
}

std::optional<Instant> retry_at(Parts& parts, const store::Claim& claim) {
  const int retries = is_occurrence(claim.run) ? policy_of(parts, claim.schedule.definition).retries : 0;
  return next_attempt(parts.now(), claim.run.attempts + 1, retries);
}

}  // namespace reportctl::run
