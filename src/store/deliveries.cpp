// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "reportctl/store/deliveries.hpp"

#include <fmt/format.h>

#include <array>

#include "audit_chain.hpp"
#include "columns.hpp"
#include "connection.hpp"
#include "delivery_row.hpp"
#include "names.hpp"
#include "reportctl/base/error.hpp"
#include "run_row.hpp"

namespace reportctl::store {
namespace {

constexpr std::array<std::string_view, 6> kDeliveryStates{"queued", "handing_over", "accepted", "deferred", "refused", "unknown"};

}  // namespace

std::string_view delivery_state_name(DeliveryState state) { return name_in(kDeliveryStates, state); }
std::optional<DeliveryState> parse_delivery_state(std::string_view name) {
  return parse_name<DeliveryState>(kDeliveryStates, name);
}

namespace {

void write_generated(Connection& connection, const Claim& claim, const Generated& generated, Instant now) {
  const auto changed =
      Query(connection,
            R"sql(
            UPDATE runs SET state = 'generated', attempts = 0, reason = '', first_day = ?, last_day = ?, snapshot = ?, timezone = ?, format = ?, row_count = ?,
            bytes = ?, generation_ms = ?, artifact_sha256 = ?, artifact_name = ?, decision = ?
            WHERE id = ? AND fence = ? AND owner_host IS NOT NULL AND state = 'triggered')sql")
          .bind(generated.period, generated.timezone, generated.format, generated.rows, generated.bytes, generated.generation_ms,
                generated.artifact_sha256, generated.artifact_name,
                generated.decision ? decision_json(*generated.decision) : std::string(), claim.run.id, claim.run.fence)
          .run();
  if (changed != 1) refuse(connection, claim, "it cannot become generated");
  Query(connection, R"sql(INSERT INTO run_mails (run, facts) SELECT number, ?1 FROM runs WHERE id = ?2 AND ?1 <> '')sql")
      .bind(generated.mail, claim.run.id)
      .run();
  for (std::size_t i = 0; i < generated.more_files.size(); ++i) {
    const auto& file = generated.more_files[i];
    Query(connection, R"sql(
      INSERT INTO run_files (run, position, report, format, name, sha256, "rows", bytes)
      SELECT number, ?, ?, ?, ?, ?, ?, ? FROM runs WHERE id = ?)sql")
        .bind(static_cast<std::int64_t>(i + 2), file.report, file.format, file.name, file.sha256, file.rows, file.bytes,
              claim.run.id)
        .run();
  }
  for (const auto& delivery : generated.deliveries) insert_delivery(connection, claim.run.id, std::nullopt, delivery);
  append_events(connection, with_run(generated.events, claim.run.id), now);
}

}  // namespace

void record_generated(State& state, const Claim& claim, const Generated& generated, Instant now) {
  WriteTransaction transaction(state.connection());
  write_generated(state.connection(), claim, generated, now);
  transaction.commit();
}

void record_generated_with_next(State& state, Claim claim, Generated generated, Instant now) {
  state.connection().write_with_next([&connection = state.connection(), claim = std::move(claim),
                                      generated = std::move(generated),
                                      now] { write_generated(connection, claim, generated, now); });
}

std::vector<Delivery> as_queued(const Claim& claim, const std::vector<NewDelivery>& queued) {
  std::vector<Delivery> deliveries;
  for (const auto& one : queued)
    deliveries.push_back({.id = one.id,
                          .recipient = one.recipient,
                          .destination = one.destination,
                          .address = address_of(one),
                          .run_id = claim.run.id,
                          .message_id = one.message_id,
                          .message_date = one.message_date,
                          .message_sha256 = one.message_sha256,
                          .message_bytes = one.message_bytes,
                          .by_hand = one.by_hand});
  return deliveries;
}

void mark_handing_over(State& state, const Claim& claim, std::string_view delivery_id) {
  auto& connection = state.connection();
  WriteTransaction transaction(connection);
  // The report goes out only while the run is open, notifications also after it. An unknown delivery is sent again only when a
  // policy set a time.
  const auto changed = Query(connection, fmt::format(R"sql(
        UPDATE deliveries SET state = 'handing_over', handed_over = 1, attempts = attempts + 1, next_attempt_at = NULL
        WHERE id = ? AND (state IN ('queued', 'deferred') OR (state = 'unknown' AND next_attempt_at IS NOT NULL)) AND
        (notification_id IS NOT NULL OR EXISTS (SELECT 1
        FROM runs WHERE id = run_id AND state = 'generated')){})sql",
                                                     kOwnedDelivery))
                           .bind(delivery_id, claim.run.id, claim.run.fence)
                           .run();
  if (changed != 1)
    refuse(connection, claim,
           fmt::format("delivery {} is {} and cannot be handed over", delivery_id, state_of_delivery(connection, delivery_id)));
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
  const auto changed = Query(connection, fmt::format(R"sql(
              UPDATE deliveries SET message_id = ?, message_date = ?, message_sha256 = ?, message_bytes = ?
              WHERE id = ? AND {}{})sql",
                                                     condition, kOwnedDelivery))
                           .bind(delivery.message_id, delivery.message_date, delivery.message_sha256, delivery.message_bytes,
                                 delivery.id, claim.run.id, claim.run.fence)
                           .run();
  if (changed != 1) {
    refuse(connection, claim,
           fmt::format("delivery {} is {} or was handed over once, so its message stays what it is", delivery.id,
                       state_of_delivery(connection, delivery.id)));
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

// Found by column() through the room, where unnamed namespaces are not looked into.
static void read_value(Query& query, DeliveryState& value) {
  value = parse_delivery_state(query.text()).value_or(DeliveryState::unknown);
}

namespace {

constexpr std::array kDeliveryColumns{
    column<&Delivery::id>("id"),
    column<&Delivery::run_id>("run_id"),
    column<&Delivery::notification>("notification_id IS NOT NULL"),
    column<&Delivery::notification_id>("ifnull(notification_id, '')"),
    Column<Delivery>{"recipient", [](Query& query, Delivery& row) { row.recipient = Mailbox::parse(query.text()); }},
    column<&Delivery::destination>("destination"),
    column<&Delivery::address>("address"),
    column<&Delivery::state>("state"),
    column<&Delivery::message_id>("message_id"),
    column<&Delivery::message_date>("message_date"),
    column<&Delivery::message_sha256>("message_sha256"),
    column<&Delivery::message_bytes>("message_bytes"),
    column<&Delivery::attempts>("attempts"),
    column<&Delivery::answer>("answer"),
    column<&Delivery::reason_class>("reason_class"),
    column<&Delivery::sent_at>("sent_at"),
    column<&Delivery::next_attempt_at>("next_attempt_at"),
    column<&Delivery::by_hand>("by_hand"),
    column<&Delivery::in_doubt>("in_doubt"),
};

}  // namespace

std::vector<Delivery> list_deliveries(State& state, std::string_view run_id) {
  Query query(state.connection(),
              fmt::format(R"sql(SELECT {} FROM deliveries WHERE run_id = ? ORDER BY notification_id IS NOT NULL, number)sql",
                          select_list(kDeliveryColumns)));
  return read_all(query.bind(run_id), kDeliveryColumns);
}

void read_deliveries(Connection& connection) {
  Query query(connection, fmt::format(R"sql(SELECT {} FROM deliveries x)sql", select_list(kDeliveryColumns)));
  while (query.next()) read_columns(query, kDeliveryColumns);
}

}  // namespace reportctl::store
