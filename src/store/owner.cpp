// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "owner.hpp"

#include <utility>

namespace reportctl::store {

Owner read_owner(Query& query) {
  Owner owner;
  const auto host = query.optional_text();
  ProcessIdentity process;
  process.boot_id = query.text();
  process.pid = static_cast<long>(query.integer());
  process.start_time = query.integer();
  if (host) {
    process.host = *host;
    owner.process = std::move(process);
  }
  owner.lease_until = query.optional_instant();
  return owner;
}

namespace {

/// nullopt: of another machine, and nobody can look.
std::optional<bool> lives(Connection& connection, const ProcessIdentity& process) {
  const auto self = this_process();
  if (process.host == self.host) return is_alive(process);
  if (process.boot_id.empty() || process.boot_id != self.boot_id) return std::nullopt;
  return connection.owner_locks().is_held(process);
}

}  // namespace

bool is_working(Connection& connection, const Owner& owner, Instant now) {
  if (!owner.process) return false;
  return lives(connection, *owner.process).value_or(owner.lease_until && now < *owner.lease_until);
}

bool is_orphaned(Connection& connection, const Owner& owner) {
  return owner.process && !lives(connection, *owner.process).value_or(true);
}

}  // namespace reportctl::store
