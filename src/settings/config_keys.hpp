// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <vector>

#include "reportctl/settings/settings.hpp"

namespace reportctl::settings {

/// What someone wrote for a key: one text, or several where the key is a list.
using Written = std::vector<std::string>;

/// One setting. `set` returns what is wrong with the value, or an empty text; `show` never shows a secret, only where it is kept.
template <typename Target>
struct ConfigKey {
  const char* name;  ///< dotted: `mail.transport`; of a source: `url`
  bool list;
  std::string (*set)(Target&, const Written&);
  std::string (*show)(const Target&);
};

/// Every setting but the sources and destinations, in the order of reportctl.conf.5.
const std::vector<ConfigKey<Settings>>& config_keys();
/// What a source has.
const std::vector<ConfigKey<source::SourceSettings>>& source_keys();
/// What a destination has.
const std::vector<ConfigKey<delivery::DestinationSettings>>& destination_keys();

/// Why a key that one might expect is not there: inline passwords, and what this version does not have. Empty for any other.
std::string why_not(const std::string& dotted_key);

}  // namespace reportctl::settings
