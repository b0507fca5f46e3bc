// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "courier.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "attempts.hpp"
#include "reportctl/base/stop.hpp"
#include "reportctl/validation/violation.hpp"

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

/// A message as the ledger has it, and what it is made of.
struct Message {
  store::Delivery delivery;
  const Mailing* mailing;
  bool linked;
};

/// A fresh identity; the ledger is not told yet.
store::NewDelivery renewed(const store::Claim& claim, const Mailing& mailing, const store::Delivery& delivery, Instant date) {
  auto fresh =
      mailing.prepare(delivery.recipient.value(), claim.run.id, fmt::format("{}.{}", delivery.id, delivery.attempts + 1), date);
  fresh.id = delivery.id;
  return fresh;
}

store::Delivery with_message(store::Delivery delivery, const store::NewDelivery& fresh) {
  delivery.message_id = fresh.message_id;
  delivery.message_date = fresh.message_date;
  delivery.message_sha256 = fresh.message_sha256;
  delivery.message_bytes = fresh.message_bytes;
  return delivery;
}

store::Delivery superseded_at(Parts& parts, const store::Claim& claim, const Mailing& mailing, const store::Delivery& delivery,
                              Instant date) {
  const auto fresh = renewed(claim, mailing, delivery, date);
  store::supersede_message(parts.state(), claim, fresh);
  return with_message(delivery, fresh);
}

/// Another message takes the place of this one, with a link that is made now.
Message by_link(Parts& parts, const store::Claim& claim, Post& post, const store::Delivery& delivery) {
  const auto date = parts.moment();
  const auto& mailing = post.linked(date);
  return {superseded_at(parts, claim, mailing, delivery, date), &mailing, true};
}

/// Half of its life is over; where a copy may have arrived, and another one would be a double, all of it.
bool link_is_old(Parts& parts, const store::Delivery& delivery) {
  const auto life = parts.settings().artifacts.link_expiry;
  return parts.moment() >= delivery.message_date + (delivery.in_doubt ? life : life / 2);
}

/// The same bytes as when it was queued, or a fresh identity where that is still allowed.
Message message_of(Parts& parts, const store::Claim& claim, Post& post, const store::Delivery& delivery) {
  const bool linked = post.facts().linked ||
                      (post.may_link() && !post.attached().makes(delivery) && post.linked(delivery.message_date).makes(delivery));
  if (linked && link_is_old(parts, delivery)) return by_link(parts, claim, post, delivery);
  const auto& mailing = linked ? post.linked(delivery.message_date) : post.attached();
  if (mailing.makes(delivery)) return {delivery, &mailing, linked};
  if (linked && !delivery.in_doubt) return by_link(parts, claim, post, delivery);  // other keys, another address
  const auto date = linked ? delivery.message_date : parts.moment();
  if (!delivery.in_doubt) return {superseded_at(parts, claim, mailing, delivery, date), &mailing, linked};
  const auto fresh = renewed(claim, mailing, delivery, date);
  store::replace_message(parts.state(), claim, fresh);
  return {with_message(delivery, fresh), &mailing, linked};
}

delivery::Outcome send(Parts& parts, const store::Claim& claim, const Message& message) {
  auto& transport = parts.transport();
  const auto& delivery = message.delivery;
  const auto& mailing = *message.mailing;
  const delivery::Letter letter{.from = mailing.from().address,
                                .to = delivery.recipient.value().address,
                                .head = mailing.head(delivery),
                                .body = &mailing.body()};
  return transport.send(letter, [&] { store::mark_handing_over(parts.state(), claim, delivery.id); });
}

/// The attempt is taken back: it told us something, and another one follows or a stop came.
void put_back(Parts& parts, const store::Claim& claim, DeliveryOutcome outcome) {
  outcome.state = DeliveryState::queued;
  store::record_outcome(parts.state(), claim, outcome, parts.moment());
}

DeliveryOutcome recorded_as(const store::Delivery& delivery, const delivery::Outcome& outcome) {
  return {.delivery_id = delivery.id,
          .state = state_of(outcome.kind),
          .answer = outcome.answer,
          .reason_class = outcome.reason_class,
          .next_attempt_at = std::nullopt,
          .tried = true};
}

DeliveryOutcome not_tried(const store::Delivery& delivery, const delivery::Outcome& why) {
  return {.delivery_id = delivery.id,
          .state = DeliveryState::deferred,
          .answer = "not tried: " + why.answer,
          .reason_class = why.reason_class,
          .next_attempt_at = std::nullopt};
}

/// The look at a destination settles what an attempt before left open.
DeliveryOutcome ship(Parts& parts, const store::Claim& claim, const Post& post, const store::Delivery& queued,
                     const RetryRule& rule) {
  const auto retry = [&](DeliveryOutcome outcome) {
    const bool may_tell_later = outcome.state == DeliveryState::unknown && outcome.reason_class != "gone";
    if (outcome.state == DeliveryState::deferred || may_tell_later) outcome.next_attempt_at = rule.retry_at;
    return outcome;
  };
  if (const auto broken = parts.broken_destinations.find(queued.destination); broken != parts.broken_destinations.end())
    return retry(not_tried(queued, broken->second));
  auto& destination = parts.destination(queued.destination);
  const auto& files = post.files();
  const auto found =
      std::find_if(files.begin(), files.end(), [&](const ReportFile& one) { return one.sha256 == queued.message_sha256; });
  if (found == files.end())
    throw Error(ErrorKind::failed, fmt::format("run {} has no file for {}", claim.run.id, queued.address));
  const auto& file = *found;
  const auto outcome = destination.send({.path = queued.path(),
                                         .id = queued.id,
                                         .file = file.fd,
                                         .size = static_cast<std::uint64_t>(file.bytes),
                                         .sha256 = file.sha256,
                                         .in_doubt = queued.in_doubt},
                                        [&] { store::mark_handing_over(parts.state(), claim, queued.id); });
  if (outcome.stop_batch) parts.broken_destinations[queued.destination] = outcome;
  auto recorded = recorded_as(queued, outcome);
  recorded.settles_doubt = outcome.kind != delivery::OutcomeKind::unknown;
  if (outcome.kind == delivery::OutcomeKind::deferred && stop_requested()) {
    put_back(parts, claim, recorded);
    throw_if_stopped();
  }
  return retry(recorded);
}

DeliveryOutcome refused_as_too_large(const store::Delivery& delivery, std::uint64_t limit) {
  return {.delivery_id = delivery.id,
          .state = DeliveryState::refused,
          .answer = fmt::format("{}: the message has {} bytes, `mail.max_message_bytes` allows {}",
                                validation::code_name(validation::Code::attachment_too_large), delivery.message_bytes, limit),
          .reason_class = "too_large",
          .next_attempt_at = std::nullopt};
}

DeliveryOutcome refused_as_unreadable(const store::Delivery& delivery) {
  return {.delivery_id = delivery.id,
          .state = DeliveryState::refused,
          .answer = "the stored recipient cannot be read",
          .reason_class = "recipient",
          .next_attempt_at = std::nullopt};
}

void schedule_retry(DeliveryOutcome& outcome, const RetryRule& rule, int attempts, Instant now) {
  if (outcome.state == DeliveryState::deferred) outcome.next_attempt_at = rule.retry_at;
  if (outcome.state == DeliveryState::unknown && rule.resend_unknown)
    outcome.next_attempt_at = next_attempt(now, attempts, kMaxResendsOfUnknown);
}

}  // namespace

store::Delivery superseded(Parts& parts, const store::Claim& claim, const Mailing& mailing, const store::Delivery& delivery) {
  return superseded_at(parts, claim, mailing, delivery, parts.moment());
}

DeliveryOutcome hand_over(Parts& parts, const store::Claim& claim, Post& post, const store::Delivery& queued,
                          const RetryRule& rule) {
  throw_if_stopped();
  if (!queued.destination.empty()) return ship(parts, claim, post, queued, rule);
  if (!queued.recipient) return refused_as_unreadable(queued);  // nothing after this parses an address
  if (const auto& broken = post.stopped ? post.stopped : parts.broken_transport) {
    auto outcome = not_tried(queued, *broken);
    outcome.next_attempt_at = rule.retry_at;
    return outcome;
  }
  const auto limit = parts.settings().mail.max_message_bytes;
  const auto too_large = [&](const store::Delivery& delivery) {
    return static_cast<std::uint64_t>(delivery.message_bytes) > limit;
  };
  const bool may_change_to_link = post.may_link() && !post.facts().linked && !queued.in_doubt;
  if (too_large(queued) && !may_change_to_link) return refused_as_too_large(queued, limit);
  parts.transport();  // mail that is not configured changes nothing
  auto message = too_large(queued) ? by_link(parts, claim, post, queued) : message_of(parts, claim, post, queued);
  if (too_large(message.delivery)) return refused_as_too_large(message.delivery, limit);

  auto outcome = send(parts, claim, message);
  const bool server_finds_it_too_large = outcome.kind == delivery::OutcomeKind::refused && outcome.reason_class == "too_large";
  if (server_finds_it_too_large && may_change_to_link && !message.linked) {
    put_back(parts, claim, recorded_as(message.delivery, outcome));
    message = by_link(parts, claim, post, message.delivery);
    outcome = send(parts, claim, message);
  }
  // 421 may be what this run's recipients provoked: other runs have their own try, unless its words are about the configuration.
  const bool of_this_run = outcome.reply_code == 421 && outcome.reason_class != "config";
  if (outcome.stop_batch) (of_this_run ? post.stopped : parts.broken_transport) = outcome;
  auto recorded = recorded_as(message.delivery, outcome);
  if (outcome.kind == delivery::OutcomeKind::deferred && stop_requested()) {
    put_back(parts, claim, recorded);
    throw_if_stopped();
  }
  schedule_retry(recorded, rule, message.delivery.attempts + 1, parts.now());
  return recorded;
}

void apply(const DeliveryOutcome& outcome, store::Delivery& delivery) {
  // An attempt before may have arrived: the ledger keeps such a delivery unknown, whatever a later one was told.
  const bool told_no = outcome.state == DeliveryState::deferred || outcome.state == DeliveryState::refused;
  delivery.state = delivery.in_doubt && told_no && !outcome.settles_doubt ? DeliveryState::unknown : outcome.state;
  delivery.answer = outcome.answer;
  delivery.reason_class = outcome.reason_class;
  delivery.next_attempt_at = outcome.next_attempt_at;
}

std::vector<store::Delivery> report_deliveries(Parts& parts, const store::Claim& claim) {
  auto deliveries = store::list_deliveries(parts.state(), claim.run.id);
  std::erase_if(deliveries, [](const store::Delivery& delivery) { return delivery.notification; });
  return deliveries;
}

namespace {

/// What is sent now: what is queued, and as soon as one further attempt is due all of them, so that every recipient of a run is
/// tried equally often.
bool to_be_sent(const store::Delivery& delivery, bool retrying) {
  return delivery.state == DeliveryState::queued || (retrying && delivery.next_attempt_at);
}

}  // namespace

Sent deliver(Parts& parts, const store::Claim& claim, const Posts& posts, std::vector<store::Delivery> ledger) {
  const auto& policy = parts.settings().policy;
  const RetryRule rule{.retry_at = retry_at(parts, claim), .resend_unknown = policy.on_unknown == settings::OnUnknown::resend};
  Sent sent{std::move(ledger), std::nullopt};
  auto& [deliveries, last] = sent;
  const bool retrying = std::any_of(deliveries.begin(), deliveries.end(), [&](const store::Delivery& delivery) {
    return delivery.next_attempt_at && *delivery.next_attempt_at <= parts.now();
  });
  std::vector<store::Delivery*> order;
  for (auto& delivery : deliveries) {
    if (to_be_sent(delivery, retrying)) order.push_back(&delivery);
  }
  // Whoever was not tried because of somebody else comes first now.
  std::stable_sort(order.begin(), order.end(),
                   [](const store::Delivery* a, const store::Delivery* b) { return a->attempts < b->attempts; });
  for (auto* delivery : order) {
    if (last) store::record_outcome(parts.state(), claim, *last, parts.moment());
    last.reset();
    last = hand_over(parts, claim, delivery->by_hand ? posts.by_hand : posts.scheduled, *delivery, rule);
    apply(*last, *delivery);
  }
  return sent;
}

}  // namespace reportctl::run
