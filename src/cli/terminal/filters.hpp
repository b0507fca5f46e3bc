// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>
#include <string_view>

#include "reportctl/base/time.hpp"

namespace CLI {
class App;
}

namespace reportctl::cli {

class Session;

/// `--since`: an RFC 3339 instant, a day (its start in UTC), or how long ago: 30m, 12h, 7d. Error(usage) for anything else.
Instant parse_since(std::string_view text, Instant now);
/// `--until`: the same, but a day is included: its end.
Instant parse_until(std::string_view text, Instant now);
/// `--recipient`: an address as the state keeps it. Error(usage).
std::string address_named(std::string_view text);

/// `--limit N`, 1 to 100,000.
void add_limit_option(CLI::App&, int& limit);

}  // namespace reportctl::cli
