// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace reportctl::store {

/// An account whose rows may be read: all of them, or only those of a site (`depot:north`) or, of notifications, to a member (its
/// id).
struct Seen {
  std::string account;
  std::optional<std::string> only;
};
/// What a reader may see; nullopt: everything. What is out of sight takes no part in a list, in a match or in an ambiguity. An
/// account that stands in it whole stands in it once.
using Sight = std::optional<std::vector<Seen>>;

}  // namespace reportctl::store
