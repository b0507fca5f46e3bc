// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "connection.hpp"
#include "reportctl/store/webhooks.hpp"

namespace reportctl::store {

// Single changes without a transaction of their own, for `apply`.
void insert_webhook(Connection&, const Webhook&);
void update_webhook(Connection&, const Webhook&);
void delete_webhook(Connection&, std::string_view id);

}  // namespace reportctl::store
