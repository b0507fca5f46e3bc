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

bool is_working(const Owner& owner, Instant now) {
  if (!owner.process) return false;
  if (owner.process->host != this_process().host) return owner.lease_until && now < *owner.lease_until;
  return is_alive(*owner.process);
}

bool is_orphaned(const Owner& owner) { return owner.process && !is_alive(*owner.process); }

}  // namespace reportctl::store
