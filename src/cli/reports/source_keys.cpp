// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#include "source_keys.hpp"

#include <filesystem>

#include "reportctl/store/accounts.hpp"

namespace reportctl::cli {

bool has_state(Session& session) {
  std::error_code ignored;
  return std::filesystem::exists(session.config().settings.state, ignored);
}

std::string key_in(Session& session, const std::string& source) {
  if (!has_state(session)) return {};
  for (const access::Account& account : store::list_accounts(session.state()))
    if (account.source == source) return account.source_key();
  return {};
}

}  // namespace reportctl::cli
