// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "delivery_row.hpp"

#include <fmt/format.h>

#include "reportctl/base/error.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

/// Which states an outcome may follow. `accepted` and `unknown` need the last bytes handed over; the others may also be known
/// before anything is tried, and a delivery that is in doubt may be put off again.
const char* states_before(DeliveryState outcome) {
  if (outcome == DeliveryState::accepted || outcome == DeliveryState::unknown) return "state = 'handing_over'";
  return "(state IN ('queued', 'handing_over', 'deferred') OR (state = 'unknown' AND next_attempt_at IS NOT NULL))";
}

}  // namespace

std::string state_of_delivery(Connection& connection, std::string_view delivery_id) {
  Query query(connection, R"sql(SELECT state FROM deliveries WHERE id = ?)sql");
  return query.bind(delivery_id).next() ? query.text() : "unheard of";
}

std::string address_of(const NewDelivery& delivery) {
  return delivery.recipient ? delivery.recipient->address.normalized()
                            : fmt::format("{}:{}", delivery.destination, delivery.path);
}

void insert_delivery(Connection& connection, std::string_view run_id, const std::optional<std::string>& notification_id,
                     const NewDelivery& delivery) {
  const auto address = address_of(delivery);
  Query(connection,
        R"sql(
        INSERT INTO deliveries (id, run_id, notification_id, recipient, destination, address, state, message_id, message_date,
        message_sha256, message_bytes, by_hand) VALUES (?, ?, ?, ?, ?, ?, 'queued', ?, ?, ?, ?, ?))sql")
      .bind(delivery.id, run_id, notification_id, delivery.recipient ? delivery.recipient->str() : address, delivery.destination,
            address, delivery.message_id, delivery.message_date, delivery.message_sha256, delivery.message_bytes,
            delivery.by_hand)
      .run();
}

void update_outcome(Connection& connection, const Claim& claim, const DeliveryOutcome& outcome, Instant now) {
  if (outcome.state == DeliveryState::handing_over)
    throw Error(ErrorKind::conflict, "handing_over is not an outcome of a delivery");
  const bool accepted = outcome.state == DeliveryState::accepted;
  // A later try that was put off or refused does not settle whether the earlier one arrived.
  const auto changed =
      Query(connection, fmt::format(R"sql(
            UPDATE deliveries SET state = CASE WHEN in_doubt AND NOT ?2 AND ?1 IN ('deferred', 'refused') THEN 'unknown' ELSE ?1
            END, in_doubt = CASE WHEN ?1 = 'unknown' THEN 1 WHEN ?1 = 'accepted' OR ?2 THEN 0 ELSE in_doubt END, attempts =
            attempts + (?3 AND ?1 <> 'queued' AND state <> 'handing_over'), answer = ?, reason_class = ?, next_attempt_at = ?,
            sent_at = ifnull(?, sent_at) WHERE id = ? AND {}{})sql",
                                    states_before(outcome.state), kOwnedDelivery))
          .bind(delivery_state_name(outcome.state), outcome.settles_doubt, outcome.tried, outcome.answer, outcome.reason_class,
                outcome.next_attempt_at, accepted ? std::optional<Instant>(now) : std::nullopt, outcome.delivery_id, claim.run.id,
                claim.run.fence)
          .run();
  if (changed == 1) return;
  refuse(connection, claim,
         fmt::format("delivery {} is {} and cannot become {}", outcome.delivery_id,
                     state_of_delivery(connection, outcome.delivery_id), delivery_state_name(outcome.state)));
}

}  // namespace reportctl::store
