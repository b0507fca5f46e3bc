// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <cstdint>
#include <string>

namespace reportctl::cli {

/// A file that a person names, whole; `-` is standard input. Error(invalid) when it is larger than `limit` bytes; else as
/// read_file().
std::string read_input(const std::string& file, std::uint64_t limit);
/// The same file in messages: `standard input` for `-`.
std::string input_name(const std::string& file);

}  // namespace reportctl::cli
