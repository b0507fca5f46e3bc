// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <filesystem>

namespace reportctl {

/// Error(config) unless a private key, which has several lines, can be read and is kept as other secrets are
/// (SecretSource::file).
void require_kept_key(const std::filesystem::path&);

}  // namespace reportctl
