// SPDX-License-Identifier: MIT
// Copyright the reportctl authors
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reportctl {

/// RFC 4648 with padding, on one line.
std::string base64(std::string_view bytes);
/// nullopt for anything that base64() does not write.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace reportctl
