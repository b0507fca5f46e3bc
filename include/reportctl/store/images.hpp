// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reportctl/store/state.hpp"

namespace reportctl::store {

/// Keeps a picture and gives its SHA-256; the same bytes are kept once.
std::string keep_image(State&, std::string_view bytes);
/// nullopt when there is none, or when it is damaged.
std::optional<std::string> find_image(State&, std::string_view sha256);

}  // namespace reportctl::store
