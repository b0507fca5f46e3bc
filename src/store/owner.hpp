// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>

#include "connection.hpp"
#include "reportctl/base/process.hpp"

namespace reportctl::store {

/// Who works on a run, an export or a delivery of a webhook.
struct Owner {
  std::optional<ProcessIdentity> process;  ///< none: nobody
  std::optional<Instant> lease_until;
};

/// Five columns of one owner, and what reads them.
constexpr const char* kOwnerColumns = "owner_host, owner_boot, owner_pid, owner_start, lease_until";
Owner read_owner(Query&);

/// Is somebody working on it? Processes of this machine are looked at (OwnerLocks where they are of another container); those of
/// others are believed until their lease ends.
bool is_working(Connection&, const Owner&, Instant now);

/// Did the process that worked on it end? Without a moment at hand, one of another machine passes for alive.
bool is_orphaned(Connection&, const Owner&);

/// For `UPDATE … SET`: nobody works on it any more.
constexpr const char* kDisown = "owner_host = NULL, owner_boot = NULL, owner_pid = NULL, owner_start = NULL, lease_until = NULL";

}  // namespace reportctl::store
