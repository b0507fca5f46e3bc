// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "courier.hpp"

#include <fmt/format.h>

#include <array>

#include "reportctl/base/error.hpp"
#include "reportctl/base/stop.hpp"

namespace reportctl::run {
namespace {

using store::DeliveryOutcome;
using store::DeliveryState;

/// How often an unknown delivery is repeated under `on_unknown: resend`.
constexpr int kMaxResendsOfUnknown = 2;

DeliveryState state_of(delivery::OutcomeKind kind) {
  switch (kind) {
    case delivery::OutcomeKind::accepted:
      return DeliveryState::accepted;
    case delivery::OutcomeKind::refused:
      return DeliveryState::refused;
    case delivery::OutcomeKind::deferred:
      return DeliveryState::deferred;
    case delivery::OutcomeKind::unknown:
      return DeliveryState::unknown;
  }
  return DeliveryState::unknown;
}

/// The same bytes as when it was queued, or a fresh identity where that is still allowed.
store::Delivery with_true_bytes(Parts& parts, const store::Claim& claim, const Mailing& mailing,
                                const store::Delivery& delivery) {
  if (mailing.sha256(mailing.head(delivery)) == delivery.message_sha256) return delivery;
  const auto to = Mailbox::parse(delivery.recipient);
  auto fresh = mailing.prepare(*to, claim.run.id, fmt::format("{}.{}", delivery.id, delivery.attempts + 1), parts.moment());
  fresh.id = delivery.id;
  store::replace_message(parts.state(), claim, fresh, parts.moment());
  auto changed = delivery;
  changed.message_id = fresh.message_id;
  changed.message_date = fresh.message_date;
  changed.message_sha256 = fresh.message_sha256;
  changed.message_bytes = fresh.message_bytes;
  return changed;
}

DeliveryOutcome not_tried(const store::Delivery& delivery, const delivery::Outcome& why) {
  return {.delivery_id = delivery.id,
          .state = DeliveryState::deferred,
          .answer = "not tried: " + why.answer,
          .reason_class = why.reason_class,
          .next_attempt_at = std::nullopt};
}

void schedule_retry(DeliveryOutcome& outcome, const RetryRule& rule, int attempts, Instant now) {
  const bool again = (outcome.state == DeliveryState::deferred && attempts <= rule.retries) ||
                     (outcome.state == DeliveryState::unknown && rule.resend_unknown && attempts <= kMaxResendsOfUnknown);
  if (again) outcome.next_attempt_at = next_attempt(now, attempts);
}

}  // namespace

Instant next_attempt(Instant now, int attempts) {
  constexpr std::array<int, 5> kMinutes{5, 10, 20, 40, 67};
  const auto step = static_cast<std::size_t>(std::max(attempts, 1) - 1);
  return now + std::chrono::minutes(kMinutes[std::min(step, kMinutes.size() - 1)]);
}

DeliveryOutcome hand_over(Parts& parts, const store::Claim& claim, const Mailing& mailing, const store::Delivery& queued,
                          const RetryRule& rule) {
  throw_if_stopped();
  if (parts.broken_transport) {
    auto outcome = not_tried(queued, *parts.broken_transport);
    schedule_retry(outcome, rule, queued.attempts + 1, parts.now());
    return outcome;
  }
  const auto limit = parts.settings().mail.max_message_bytes;
  if (static_cast<std::uint64_t>(queued.message_bytes) > limit) {
    return {.delivery_id = queued.id,
            .state = DeliveryState::refused,
            .answer = fmt::format("attachment_too_large: the message has {} bytes, `mail.max_message_bytes` allows {}",
                                  queued.message_bytes, limit),
            .reason_class = "too_large",
            .next_attempt_at = std::nullopt};
  }
  auto& transport = parts.transport();
  const auto delivery = with_true_bytes(parts, claim, mailing, queued);
  const auto to = Mailbox::parse(delivery.recipient);
  store::begin_sending(parts.state(), claim, delivery.id, parts.moment());
  const delivery::Letter letter{
      .from = mailing.from().address, .to = to->address, .head = mailing.head(delivery), .body = &mailing.body()};
  const auto outcome =
      transport.send(letter, [&] { return store::mark_handing_over(parts.state(), claim, delivery.id, parts.moment()); });

  if (outcome.stop_batch) parts.broken_transport = outcome;
  DeliveryOutcome recorded{.delivery_id = delivery.id,
                           .state = state_of(outcome.kind),
                           .answer = outcome.answer,
                           .reason_class = outcome.reason_class,
                           .next_attempt_at = std::nullopt};
  if (outcome.kind == delivery::OutcomeKind::deferred && stop_requested()) {
    recorded.state = DeliveryState::queued;
    store::record_outcome(parts.state(), claim, recorded, {}, parts.moment());
    throw_if_stopped();
  }
  schedule_retry(recorded, rule, delivery.attempts + 1, parts.now());
  return recorded;
}

}  // namespace reportctl::run
