// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace reportctl {

/// The addresses of a host, as numbers; none where it has none. nullopt when that takes longer than `limit`: getaddrinfo(3) waits
/// without a limit for a server that takes a connection and is silent. Error(interrupted).
std::optional<std::vector<std::string>> addresses_of(const std::string& host, std::chrono::milliseconds limit);

}  // namespace reportctl
