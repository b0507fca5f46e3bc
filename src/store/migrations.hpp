// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "connection.hpp"

namespace reportctl::store {

struct Migration {
  int version = 0;
  std::string_view sql;
};

/// Those compiled in, in order; versions are 1, 2, 3, … without gaps.
std::vector<Migration> known_migrations();

/// Brings the file to the newest of `migrations` in one transaction, after a backup `<name>.before-v<N>.<time>` beside it when it
/// had a schema. Error(state) when it is of a newer schema or another program's; the file is then untouched.
void migrate(Connection&, std::span<const Migration> migrations);

/// VACUUM INTO a new file of mode 0600, synced with its directory; until it is whole it is called `<target>.partial`.
/// Error(conflict) when the target exists.
void copy_database(Connection&, const std::filesystem::path& target);

/// `<path>.<word>.<time>`: what is kept of a file before it is changed or replaced.
std::filesystem::path stamped_name(const std::filesystem::path& path, std::string_view word);

int schema_version(Connection&);

}  // namespace reportctl::store
