// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>

namespace reportctl::store {

/// Does the rollback journal beside a database belong to another file? So it is where a backup was copied over a state file whose
/// last process had died in a transaction: SQLite would roll the old file's pages into the copy. False where there is nothing to
/// roll back.
bool is_journal_of_another_file(const std::filesystem::path& database);

/// Has another program switched a database to WAL mode? Not for a file on which this process has locks: it would lose them.
bool is_in_wal_mode(const std::filesystem::path& database);

/// The VFS of state files. SQLite opens a journal as if it were new, and so makes its name durable in every transaction: a fifth
/// of what a commit waits for. Here it does only for a journal that no transaction has ended with.
const char* state_vfs();
/// Did a transaction end with it (so that its name is durable), and none begin since?
bool has_ended(const std::filesystem::path& journal);

}  // namespace reportctl::store
