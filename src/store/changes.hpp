// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string_view>

#include "connection.hpp"
#include "reportctl/access/access.hpp"

// Single changes without a transaction of their own, so that `apply` can make many of them one. Errors as the public functions
// promise.
namespace reportctl::store {

void insert_account(Connection&, const access::Account&);
void update_account(Connection&, const access::Account&);
void insert_member(Connection&, const access::Member&);
void update_member(Connection&, const access::Member&);
void delete_member(Connection&, std::string_view id);
/// With everything that is of it but its records in the audit log.
void delete_account(Connection&, std::string_view id);

/// Error(conflict) when the account was moved to another installation: nothing is begun or changed for it here.
void require_account_here(Connection&, std::string_view account);

}  // namespace reportctl::store
