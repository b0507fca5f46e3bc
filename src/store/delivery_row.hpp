// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connection.hpp"
#include "reportctl/store/claims.hpp"
#include "reportctl/store/deliveries.hpp"

namespace reportctl::store {

/// Within the caller's transaction.
/// `ann@example.com`, `partner:in/sales.csv`
std::string address_of(const NewDelivery&);
void insert_delivery(Connection&, std::string_view run_id, const std::optional<std::string>& notification_id, const NewDelivery&);
void update_outcome(Connection&, const Claim&, const DeliveryOutcome&, Instant now);

/// Ends every UPDATE of a delivery: the claim's run (id and fence bound last) is still ours.
constexpr const char* kOwnedDelivery =
    R"sql( AND run_id IN (SELECT r.id FROM runs r WHERE r.id = ? AND r.fence = ? AND r.owner_host IS NOT NULL))sql";

/// Reads every delivery there is, as list_deliveries() does; throws at the first that cannot be read.
void read_deliveries(Connection&);

/// The state's name, for messages.
std::string state_of_delivery(Connection&, std::string_view delivery_id);

}  // namespace reportctl::store
