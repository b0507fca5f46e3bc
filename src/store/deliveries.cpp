// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include <fmt/format.h>

#include "audit_chain.hpp"
#include "connection.hpp"
#include "reportctl/base/error.hpp"
#include "reportctl/store/runs.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

// Ends every UPDATE of a delivery: the claim's run (id and fence bound last) is still ours.
constexpr const char* kOwnedDelivery =
    " AND run_id IN (SELECT r.id FROM runs r WHERE r.id = ? AND r.fence = ? AND r.owner_host IS NOT NULL)";

/// Which states an outcome may follow. `accepted` and `unknown` need the last bytes handed over; `queued` puts a begun one back
/// (after the dot: the server said "not now" and a stop was asked for); `deferred` and `refused` may also be known before
/// anything is tried; a delivery that is in doubt may be put off again.
const char* states_before(DeliveryState outcome) {
  switch (outcome) {
    case DeliveryState::accepted:
    case DeliveryState::unknown:
      return "state = 'handing_over'";
    case DeliveryState::queued:
      return "state IN ('sending', 'handing_over')";
    default:
      return "(state IN ('queued', 'sending', 'handing_over', 'deferred') OR (state = 'unknown' AND next_attempt_at IS NOT "
             "NULL))";
  }
}

std::string state_of(Connection& connection, std::string_view delivery_id) {
  Query query(connection, "SELECT state FROM deliveries WHERE id = ?");
  return query.bind(delivery_id).next() ? query.text() : "unheard of";
}

}  // namespace

void insert_delivery(Connection& connection, std::string_view run_id, const std::optional<std::string>& notification_id,
                     const NewDelivery& delivery) {
  Query(
      connection,
      "INSERT INTO deliveries (id, run_id, notification_id, recipient, address, state, message_id, message_date, message_sha256, "
      "message_bytes) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?)")
      .bind(delivery.id, run_id, notification_id, delivery.recipient.str(), delivery.recipient.address.normalized(),
            delivery.message_id, delivery.message_date, delivery.message_sha256, delivery.message_bytes)
      .run();
}

void update_outcome(Connection& connection, const Claim& claim, const DeliveryOutcome& outcome, Instant now) {
  if (outcome.state == DeliveryState::sending || outcome.state == DeliveryState::handing_over) {
    throw Error(ErrorKind::conflict, fmt::format("{} is no outcome of a delivery", delivery_state_name(outcome.state)));
  }
  const bool accepted = outcome.state == DeliveryState::accepted;
  // A later try that was put off or refused does not settle whether the earlier one arrived.
  const auto changed =
      Query(
          connection,
          fmt::format("UPDATE deliveries SET state = CASE WHEN in_doubt AND ?1 IN ('deferred', 'refused') THEN 'unknown' ELSE ?1 "
                      "END, in_doubt = CASE ?1 WHEN 'unknown' THEN 1 WHEN 'accepted' THEN 0 ELSE in_doubt END, "
                      "attempts = attempts - (?1 = 'queued' AND state = 'sending'), answer = ?, "
                      "reason_class = ?, next_attempt_at = ?, sent_at = ifnull(?, sent_at) WHERE id = ? AND {}{}",
                      states_before(outcome.state), kOwnedDelivery))
          .bind(delivery_state_name(outcome.state), outcome.answer, outcome.reason_class, outcome.next_attempt_at,
                accepted ? std::optional<Instant>(now) : std::nullopt, outcome.delivery_id, claim.run.id, claim.run.fence)
          .run();
  if (changed == 1) return;
  refuse(connection, claim,
         fmt::format("delivery {} is {} and cannot become {}", outcome.delivery_id, state_of(connection, outcome.delivery_id),
                     delivery_state_name(outcome.state)));
}

void record_generated(State& state, const Claim& claim, const Generated& generated, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed =
      Query(connection,
            "UPDATE runs SET state = 'generated', first_day = ?, last_day = ?, snapshot = ?, timezone = ?, format = ?, row_count "
            "= ?, bytes = ?, "
            "generation_ms = ?, artifact_sha256 = ?, artifact_name = ?, mail = ? "
            "WHERE id = ? AND fence = ? AND owner_host IS NOT NULL AND state = 'triggered'")
          .bind(generated.period, generated.timezone, generated.format, generated.rows, generated.bytes, generated.generation_ms,
                generated.artifact_sha256, generated.artifact_name, generated.mail, claim.run.id, claim.run.fence)
          .run();
  if (changed != 1) refuse(connection, claim, "it cannot become generated");
  for (const auto& delivery : generated.deliveries) insert_delivery(connection, claim.run.id, std::nullopt, delivery);
  append_events(connection, with_run(generated.events, claim.run.id), now);
  transaction.commit();
}

void begin_sending(State& state, const Claim& claim, std::string_view delivery_id) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  // The report goes out only while the run is open, notifications also after it. An unknown delivery is sent again only when a
  // policy set a time.
  const auto changed =
      Query(connection, fmt::format("UPDATE deliveries SET state = 'sending', attempts = attempts + 1, next_attempt_at = NULL "
                                    "WHERE id = ? AND (state IN ('queued', 'deferred') OR (state = 'unknown' AND "
                                    "next_attempt_at IS NOT NULL)) AND (notification_id IS NOT NULL OR EXISTS "
                                    "(SELECT 1 FROM runs WHERE id = run_id AND state = 'generated')){}",
                                    kOwnedDelivery))
          .bind(delivery_id, claim.run.id, claim.run.fence)
          .run();
  if (changed != 1)
    refuse(connection, claim,
           fmt::format("delivery {} is {} and cannot be sent", delivery_id, state_of(connection, delivery_id)));
  transaction.commit();
}

void mark_handing_over(State& state, const Claim& claim, std::string_view delivery_id) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed =
      Query(connection,
            fmt::format("UPDATE deliveries SET state = 'handing_over', handed_over = 1 WHERE id = ? AND state = 'sending'{}",
                        kOwnedDelivery))
          .bind(delivery_id, claim.run.id, claim.run.fence)
          .run();
  if (changed != 1) {
    refuse(connection, claim,
           fmt::format("delivery {} is {} and cannot be handed over", delivery_id, state_of(connection, delivery_id)));
  }
  transaction.commit();
}

void record_outcome(State& state, const Claim& claim, const DeliveryOutcome& outcome, Instant now) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  update_outcome(connection, claim, outcome, now);
  transaction.commit();
}

namespace {

void change_message(State& state, const Claim& claim, const NewDelivery& delivery, const char* condition) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  const auto changed =
      Query(connection,
            fmt::format("UPDATE deliveries SET message_id = ?, message_date = ?, message_sha256 = ?, message_bytes = ? "
                        "WHERE id = ? AND {}{}",
                        condition, kOwnedDelivery))
          .bind(delivery.message_id, delivery.message_date, delivery.message_sha256, delivery.message_bytes, delivery.id,
                claim.run.id, claim.run.fence)
          .run();
  if (changed != 1) {
    refuse(connection, claim,
           fmt::format("delivery {} is {} or was handed over once, so its message stays what it is", delivery.id,
                       state_of(connection, delivery.id)));
  }
  transaction.commit();
}

}  // namespace

void replace_message(State& state, const Claim& claim, const NewDelivery& delivery) {
  change_message(state, claim, delivery, "handed_over = 0 AND state IN ('queued', 'deferred')");
}

void supersede_message(State& state, const Claim& claim, const NewDelivery& delivery) {
  change_message(state, claim, delivery,
                 "(state IN ('queued', 'deferred') OR (state = 'unknown' AND next_attempt_at IS NOT NULL))");
}

}  // namespace reportctl::store
