// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "reportctl/store/audit.hpp"
#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// What went along.
struct MovedRows {
  std::int64_t schedules = 0;
  std::int64_t runs = 0;
  std::int64_t deliveries = 0;
  std::int64_t exports = 0;
};

/// One account with its members, schedules, history, ledger, exports, webhooks and suppressions into a new file, which is a state
/// file with nothing else in it. Both files change in one transaction: the rows are there when, and only when, the account's
/// schedules are paused here and nothing of it is begun any more (require_account_here). An interrupted call is repeated: it
/// finds its file and finishes it. Error(conflict): work of the account is under way, the file exists, or the account is away.
MovedRows move_account(State&, std::string_view account, const std::filesystem::path& file, const AuditEvents&, Instant now);

/// The account whose move into this file has ended; Error(invalid) when it is not such a file.
std::string moved_account(State& file);

/// The other end: all of it or nothing. An account that is away comes back in the place of what it left here. Reports that were
/// kept as files stay where they were. Error(conflict): the account is here, the file was received before or is not that of the
/// last move, or a member or a calendar of that name is another's.
MovedRows receive_account(State&, State& file, const AuditEvents&, Instant now);

/// When and into which file the account went, in words; empty when it is here.
std::optional<std::string> moved_away(State&, std::string_view account);

}  // namespace reportctl::store
