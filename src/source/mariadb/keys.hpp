// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "mariadb/connection.hpp"

namespace reportctl::source {

/// Columns with names of keys (`id`, `account_id`, …) whose collation takes different texts for the same one: `shop`, `SHOP` and
/// `shop ` are then one account to a join.
std::vector<std::string> key_warnings(MariadbConnection&);
/// Such columns in which different texts that count as the same one were found.
std::vector<std::string> key_problems(MariadbConnection&);

}  // namespace reportctl::source
