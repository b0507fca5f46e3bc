// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>
#include <string>

namespace reportctl::manage {

/// The bytes of a picture that mails can carry. Error(invalid) naming the file when it is none, Error(not_found).
std::string read_logo(const std::filesystem::path& file);

}  // namespace reportctl::manage
