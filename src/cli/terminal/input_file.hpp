// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>

namespace reportctl::cli {

/// What a person names, whole: a file, a pipe of the shell (`<(…)`), or `-`, standard input. Errors as read_file().
std::string read_input(const std::string& file, std::uint64_t limit);
/// The same file in messages: `standard input` for `-`.
std::string input_name(const std::string& file);

}  // namespace reportctl::cli
