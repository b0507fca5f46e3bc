// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <string>

namespace reportctl::delivery {

/// Asks for an address with GET, for a service that raises an alarm when nobody does; ten seconds at most, despite a stop. What
/// went wrong, without the address, which is a secret; empty: the answer was 2xx. Throws nothing.
std::string ping(const std::string& url);

}  // namespace reportctl::delivery
